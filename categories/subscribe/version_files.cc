// SPDX-License-Identifier: Apache-2.0
#include "version_files.h"

#include <system_error>
#include <utility>

#include "categories/signed/list_delta.h"
#include "categories/signed/packed_file.h"

namespace luytre::categories {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& file) {
  std::error_code error;
  return fs::exists(file, error);
}

Accepted<void> check_text(const fs::path& file, const ContentInfo& content) {
  return unpack(file, content, [](std::string_view) -> Accepted<void> { return {}; });
}

// A file that the manifest names, at its place in the folder. It may be there from an earlier try.
Tried<fs::path> fetch(const FileInfo& info, const ListFolder& folder, const MirrorAccess& mirror) {
  fs::path file = folder.fetched_file(info);
  if (!is_there(file)) {
    if (const FetchReply reply = mirror.file(info, file); reply.outcome != FetchOutcome::Done) {
      return problem(reply);
    }
  }
  if (auto good = check_file(info, file); !good) {
    std::error_code ignored;
    fs::remove(file, ignored);
    return problem(good.error(), mirror.base + info.path);
  }
  return file;
}

// Another way to the same text may do better: the delta is gone, or wrong.
bool may_be_passed_over(const Problem& problem) {
  return problem.fault == Fault::Mirror &&
         (problem.reason == "not_found" || problem.reason == "wrong_size" ||
          problem.reason == "wrong_hash" || problem.reason == "bad_packing" ||
          problem.reason == "bad_delta" || problem.reason == "bad_text");
}

Tried<PreparedVersion> by_delta(const ListManifest& manifest, const DeltaInfo& delta,
                                const BaseText& base, const ListFolder& folder,
                                const MirrorAccess& mirror) {
  const auto file = fetch(delta.file, folder, mirror);
  if (!file) {
    return Unexpected(file.error());
  }
  const fs::path text = folder.text_file(manifest.serial);
  if (auto applied = apply_delta(manifest, delta, base.file, *file, text); !applied) {
    return problem(applied.error(), mirror.base + delta.file.path);
  }
  return PreparedVersion{.serial = manifest.serial,
                         .text = text,
                         .step = PreparedVersion::Step{.delta = delta, .file = *file}};
}

Tried<PreparedVersion> by_snapshot(const ListManifest& manifest, const ListFolder& folder,
                                   const MirrorAccess& mirror) {
  const auto file = fetch(manifest.snapshot, folder, mirror);
  if (!file) {
    return Unexpected(file.error());
  }
  if (auto good = check_text(*file, manifest.content); !good) {
    std::error_code ignored;
    fs::remove(*file, ignored);
    return problem(good.error(), mirror.base + manifest.snapshot.path);
  }
  fs::path text = folder.text_file(manifest.serial);
  std::error_code error;
  fs::rename(*file, text, error);
  if (error) {
    return problem(
        Error{ErrorCode::System, "Cannot rename " + file->native() + ": " + error.message() + "."});
  }
  return PreparedVersion{.serial = manifest.serial, .text = std::move(text), .step = {}};
}

// What a crash has left of an earlier try.
std::optional<PreparedVersion> already_here(const ListManifest& manifest,
                                            const std::optional<BaseText>& base,
                                            const ListFolder& folder) {
  PreparedVersion prepared{
      .serial = manifest.serial, .text = folder.text_file(manifest.serial), .step = {}};
  if (!is_there(prepared.text) || !check_text(prepared.text, manifest.content)) {
    return std::nullopt;
  }
  const DeltaInfo* delta = base ? manifest.delta_from(base->content) : nullptr;
  if (delta != nullptr && is_there(folder.fetched_file(delta->file)) &&
      check_file(delta->file, folder.fetched_file(delta->file))) {
    prepared.step = {.delta = *delta, .file = folder.fetched_file(delta->file)};
  }
  return prepared;
}

}  // namespace

Tried<PreparedVersion> prepare_version(const ListManifest& manifest,
                                       const std::optional<BaseText>& base,
                                       const ListFolder& folder, const MirrorAccess& mirror) {
  folder.keep_fetched(manifest);
  if (auto here = already_here(manifest, base, folder)) {
    return *std::move(here);
  }
  if (base && base->content == manifest.content) {
    const fs::path text = folder.text_file(manifest.serial);
    std::error_code error;
    fs::remove(text, error);  // a broken one
    fs::create_hard_link(base->file, text, error);
    if (!error && check_text(text, manifest.content)) {
      return PreparedVersion{
          .serial = manifest.serial, .text = text, .step = PreparedVersion::Step{}};
    }
  }
  if (const DeltaInfo* delta = base ? manifest.delta_from(base->content) : nullptr) {
    auto prepared = by_delta(manifest, *delta, *base, folder, mirror);
    if (prepared || !may_be_passed_over(prepared.error())) {
      return prepared;
    }
    mirror.passed_over(prepared.error());
  }
  return by_snapshot(manifest, folder, mirror);
}

}  // namespace luytre::categories
