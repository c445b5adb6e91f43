// SPDX-License-Identifier: Apache-2.0
#include "reloader.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "share_files.h"

namespace luytre::gateway {
namespace {

using SteadyClock = std::chrono::steady_clock;
using SystemClock = std::chrono::system_clock;

constexpr std::chrono::seconds kOpenAgain{1};
// A refused policy may become good without a new version of the database: a preset file is
// repaired, a disk has room again. Not sooner, because compiling a million lines takes a second.
constexpr std::chrono::seconds kCompileAgain{10};

std::array<std::string, 64> names_by_bit(const categories::Taxonomy& taxonomy) {
  std::array<std::string, 64> names;
  for (std::size_t bit = 0; bit < names.size(); ++bit) {
    const auto* category = taxonomy.find(categories::CategoryId{static_cast<std::uint8_t>(bit)});
    names[bit] = category != nullptr ? category->name : std::to_string(bit);
  }
  return names;
}

}  // namespace

Reloader::Reloader(Places places, categories::Taxonomy taxonomy)
    : places_(std::move(places)),
      taxonomy_(std::move(taxonomy)),
      category_names_(names_by_bit(taxonomy_)),
      lists_(places_.data_dir, taxonomy_, refusals_) {}

std::unique_ptr<const LiveWorld> Reloader::load() {
  static_cast<void>(lists_.refresh());
  refresh_policy();
  // Fail static begins before the first good state: what nobody configured is not filtered, and
  // both gauges luytre_index_loaded and luytre_policy_loaded say so.
  if (lists_.in_force() == nullptr) {
    spdlog::warn(
        "There is no index in {}: no name is listed until 'luytrectl categories compile' "
        "makes one.",
        (places_.data_dir / "index").string());
  }
  if (policy_ == nullptr) {
    spdlog::warn(
        "There is no policy in {}: no line is filtered until 'luytrectl line add' makes "
        "one.",
        (places_.data_dir / "state").string());
  }
  show();
  return world();
}

void Reloader::poll(WorldSwitch& target) {
  const bool new_lists = lists_.refresh();
  const bool new_policy = refresh_policy();
  if (new_lists || new_policy) {
    target.publish(world());
  }
  show();  // after it is in force
}

ReloadStatus Reloader::status() const {
  const std::lock_guard guard(mutex_);
  return status_;
}

void Reloader::show() {
  lists_.show(next_status_);
  next_status_.failures = refusals_.counts();
  const std::lock_guard guard(mutex_);
  status_ = next_status_;
}

std::unique_ptr<const LiveWorld> Reloader::world() const {
  return std::make_unique<LiveWorld>(lists_.in_force(), policy_, category_names_);
}

void Reloader::open_lines(SteadyClock::time_point now) {
  if (lines_ || now < next_attempt_) {
    return;
  }
  auto opened = policy::LineStore::open(places_.data_dir / "state", lmdb::OpenMode::ReadOnly);
  if (opened) {
    lines_.emplace(std::move(*opened));
    next_attempt_ = now;
    return;
  }
  next_attempt_ = now + kOpenAgain;
  if (opened.error().code != ErrorCode::NotFound) {  // nobody has made it yet: not a failure
    refusals_.refuse(ReloadPart::Policy, opened.error());
  }
}

bool Reloader::refresh_policy() {
  const auto now = SteadyClock::now();
  open_lines(now);
  if (!lines_) {
    return false;
  }
  // Read before the lines: what is committed in between makes the version differ the next time.
  const std::uint64_t version = lines_->version();
  const bool changed = version != seen_version_;
  const bool expired =
      policy_ != nullptr && policy_->valid_until() && *policy_->valid_until() <= SystemClock::now();
  if (!changed && !(retry_ || expired)) {
    return false;
  }
  if (!changed && now < next_attempt_) {
    return false;
  }
  seen_version_ = version;
  auto compiled = compile_policy();
  retry_ = !compiled;
  next_attempt_ = now + kCompileAgain;
  if (!compiled) {
    refusals_.refuse(ReloadPart::Policy, compiled.error());
    return false;
  }
  next_attempt_ = now;
  policy_ = std::move(*compiled);
  refusals_.forget(ReloadPart::Policy);
  next_status_.policy_loaded = true;
  next_status_.policy_version = version;
  next_status_.lines = policy_->line_count();
  spdlog::info("Policy version {} with {} lines is in force.", version, policy_->line_count());
  return true;
}

Result<std::unique_ptr<const policy::PolicySnapshot>> Reloader::compile_policy() const {
  const auto preset_id = lines_->preset();
  if (!preset_id) {
    return Unexpected(preset_id.error());
  }
  const auto preset = policy::Preset::load(preset_file(places_.share_dir, *preset_id), taxonomy_);
  if (!preset) {
    return Unexpected(preset.error());
  }
  const auto unknown_band = lines_->unknown_band();
  if (!unknown_band) {
    return Unexpected(unknown_band.error());
  }
  const auto lines = lines_->all();
  if (!lines) {
    return Unexpected(lines.error());
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(SystemClock::now());
  return policy::PolicySnapshot::compile(*preset, *lines, {.band = *unknown_band}, now);
}

}  // namespace luytre::gateway
