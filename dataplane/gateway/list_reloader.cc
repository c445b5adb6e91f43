// SPDX-License-Identifier: Apache-2.0
#include "list_reloader.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace luytre::gateway {
namespace {

constexpr std::chrono::seconds kTryAgain{1};

}  // namespace

// A new index and the changes since are put in force together, so that no name changes back for a
// moment.
bool ListReloader::refresh() {
  const bool is_new_index = refresh_index();
  const bool are_new_changes = refresh_changes(is_new_index);
  if (!is_new_index && !are_new_changes) {
    return false;
  }
  in_force_ = std::make_shared<const categories::LayeredIndex>(
      index_, changes_ ? changes_->index : nullptr);
  return true;
}

bool ListReloader::refresh_index() {
  const std::filesystem::path current = data_dir_ / "index" / "current";
  const auto identity = FileIdentity::of(current);
  if (!identity || identity == seen_index_) {
    return false;
  }
  seen_index_ = identity;
  auto opened = categories::Index::open(current);
  if (!opened) {
    refusals_.refuse(ReloadPart::Index, opened.error());
    return false;
  }
  index_ = std::make_shared<const categories::Index>(std::move(*opened));
  index_compiled_at_ = std::chrono::system_clock::time_point(
      std::chrono::duration_cast<std::chrono::system_clock::duration>(
          std::chrono::nanoseconds(identity->modified_ns)));
  refusals_.forget(ReloadPart::Index);
  spdlog::info("Index {} with {} names is in force.", index_->serial(), index_->name_count());
  return true;
}

// Opens the database when there is one, and anew when another took its place.
void ListReloader::open_store(Clock::time_point now) {
  const std::filesystem::path directory = data_dir_ / "categories";
  const auto file = FileIdentity::of(directory / "data.mdb");
  if (store_ && file && !file->is_same_file(*store_file_)) {
    store_.reset();
    next_attempt_ = now;
  }
  if (store_ || !file || now < next_attempt_) {
    return;
  }
  seen_version_.reset();
  next_attempt_ = now + kTryAgain;
  auto opened = categories::CategoryStore::open(directory, lmdb::OpenMode::ReadOnly);
  if (opened) {
    store_.emplace(std::move(*opened));
    store_file_ = file;
    next_attempt_ = now;
  } else if (opened.error().code != ErrorCode::NotFound) {  // somebody is just making it
    refusals_.refuse(ReloadPart::Overlay, opened.error());
  }
}

bool ListReloader::refresh_changes(bool is_new_index) {
  const auto now = Clock::now();
  open_store(now);
  if (!store_ || index_ == nullptr) {
    is_behind_ = is_behind_ && !is_new_index;  // nothing newer than the index is known of
    return is_new_index && drop_changes_that_do_not_fit();
  }
  // Read before the changes: what is committed in between makes the version differ the next time.
  const std::uint64_t version = store_->version();
  if ((version == seen_version_ && !is_new_index) || now < next_attempt_) {
    return is_new_index && drop_changes_that_do_not_fit();
  }
  seen_version_ = version;
  auto overlay = categories::build_overlay(*store_, taxonomy_, *index_);
  if (!overlay) {
    seen_version_.reset();
    next_attempt_ = now + kTryAgain;
    refusals_.refuse(ReloadPart::Overlay, overlay.error());
    return is_new_index && drop_changes_that_do_not_fit();
  }
  refusals_.forget(ReloadPart::Overlay);
  if (*overlay) {
    return take(std::move(**overlay));
  }
  stay_behind(overlay->error());
  return drop_changes_that_do_not_fit();
}

bool ListReloader::take(categories::Overlay overlay) {
  const bool had_names = changes_ && changes_->index != nullptr;
  Changes changes{.index = nullptr,
                  .hash_key = index_->hash_key(),
                  .since = index_->serial(),
                  .serial = static_cast<std::uint64_t>(overlay.serial),
                  .names = overlay.names};
  if (overlay.index) {
    changes.index = std::make_shared<const categories::Index>(std::move(*overlay.index));
    spdlog::info("Lists of serial {} are in force; names changed since index {}: {}.",
                 changes.serial, changes.since, changes.names);
  }
  if (!overlay.is_complete && !is_behind_) {
    spdlog::warn(
        "Paths or prefixes changed; they come into force with luytrectl categories compile.");
  }
  is_behind_ = !overlay.is_complete;
  changes_ = std::move(changes);
  return had_names || changes_->index != nullptr;
}

// Fail static: what is in force stays, and a metric says that it is not all.
void ListReloader::stay_behind(categories::CompileNeeded cause) {
  if (!is_behind_) {
    spdlog::warn(
        "The lists changed and {}; the changes come into force with luytrectl categories "
        "compile.",
        categories::describe(cause));
  }
  is_behind_ = true;
}

bool ListReloader::drop_changes_that_do_not_fit() {
  if (!changes_ || changes_->fit(*index_)) {
    return false;
  }
  changes_.reset();
  return true;
}

void ListReloader::show(ReloadStatus& status) const {
  status.index_loaded = index_ != nullptr;
  if (index_ == nullptr) {
    return;
  }
  status.index_serial = index_->serial();
  status.index_names = index_->name_count();
  status.index_compiled_at = index_compiled_at_;
  status.overlay_names = changes_ ? changes_->names : 0;
  status.list_serial = changes_ ? changes_->serial : index_->serial();
  status.lists_behind = is_behind_;
}

}  // namespace luytre::gateway
