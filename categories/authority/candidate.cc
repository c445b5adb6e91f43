// SPDX-License-Identifier: Apache-2.0
#include "categories/authority/candidate.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "categories/native/native_text.h"
#include "categories/signed/list_delta.h"
#include "categories/signed/packed_file.h"
#include "content_merge.h"
#include "files.h"

namespace luytre::categories {
namespace {

// As TrustedList: subscribers refuse what is farther ahead.
constexpr std::uint64_t kMaxSerialStep = std::uint64_t{1} << 32U;
constexpr std::size_t kNameHashDigits = 16;

Result<ListContent> read_content(const Workplace& place, std::uint64_t serial,
                                 const Taxonomy& taxonomy) {
  const auto version = read_version(place, serial);
  if (!version) {
    return Unexpected<Error>(version.error());
  }
  auto read = read_packed_list(place.version_text(serial), version->manifest.content, taxonomy);
  if (!read) {
    return Unexpected<Error>(read.error().error());
  }
  if (read->skipped + read->narrowed != 0) {
    return fail(ErrorCode::Invalid,
                fmt::format("Version {} says categories that this taxonomy does not have; use the "
                            "one it was made with, or a newer one",
                            serial));
  }
  return std::move(read->content);
}

struct Contents {
  ListContent before;
  MergedContent after;
};

// What a version is made of, from the folder's own records.
Result<Contents> make_contents(const Workplace& place, const ListState& state,
                               const Taxonomy& taxonomy, const CandidateRecord& record,
                               const NewVersion& version) {
  Contents contents;
  if (record.base_serial != 0) {
    auto before = read_content(place, record.base_serial, taxonomy);
    if (!before) {
      return Unexpected<Error>(before.error());
    }
    contents.before = *std::move(before);
  }
  if (version.rollback_to) {
    auto earlier = read_content(place, *version.rollback_to, taxonomy);
    if (!earlier) {
      return Unexpected<Error>(earlier.error());
    }
    contents.after.content = *std::move(earlier);
    return contents;
  }
  std::vector<ListChanges> submissions;
  for (const std::uint64_t id : record.submissions) {
    const auto submission = std::ranges::find(state.submissions, id, &Submission::id);
    if (submission == state.submissions.end() || submission->state != SubmissionState::Approved) {
      return fail(ErrorCode::Conflict,
                  fmt::format("Submission {} is not approved, and the staged version has it", id));
    }
    auto changes = read_changes(place, *submission, taxonomy);
    if (!changes) {
      return Unexpected<Error>(changes.error());
    }
    submissions.push_back(*std::move(changes));
  }
  contents.after = merge_content(contents.before, submissions, version.issued);
  return contents;
}

Result<void> move_into_place(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  return error ? fail(ErrorCode::System,
                      fmt::format("Cannot write {}: {}", to.string(), error.message()))
               : Result<void>();
}

std::string file_name(std::string_view folder, std::string_view serials, const Sha256& sha256) {
  return fmt::format("{}/{}-{}.zst", folder, serials, hex(sha256).substr(0, kNameHashDigits));
}

// Packs the content, under a name that says serial and hash: no cache mixes two versions.
Result<void> stage_snapshot(const Workplace& place, const ListContent& content,
                            const Taxonomy& taxonomy, ListManifest& manifest) {
  const std::filesystem::path temporary = place.staged() / "snapshot.tmp";
  auto writer = PackedWriter::create(temporary, PackedWriter::kSmallLevel);
  if (!writer) {
    return Unexpected<Error>(writer.error().error());
  }
  const auto packed = write_native(content, taxonomy, [&](std::string_view text) -> Result<void> {
    const auto written = writer->write(text);
    return written ? Result<void>() : Unexpected<Error>(written.error().error());
  });
  if (!packed) {
    return packed;
  }
  const auto written = writer->finish();
  if (!written) {
    return Unexpected<Error>(written.error().error());
  }
  manifest.content = written->text;
  manifest.entries = content.size();
  manifest.snapshot = {
      .path = file_name("snapshot", std::to_string(manifest.serial), written->sha256),
      .size = written->size,
      .sha256 = written->sha256};
  return move_into_place(temporary, place.staged() / manifest.snapshot.path);
}

// One delta from an earlier version; left out if the snapshot is no larger.
Result<DeltaCounts> stage_delta(const Workplace& place, std::uint64_t from_serial,
                                ListManifest& manifest) {
  const auto from = read_version(place, from_serial);
  if (!from) {
    return Unexpected<Error>(from.error());
  }
  const std::filesystem::path temporary = place.staged() / "delta.tmp";
  const auto delta = write_delta(
      {.file = place.version_text(from_serial), .content = from->manifest.content},
      {.file = place.staged() / manifest.snapshot.path, .content = manifest.content}, temporary);
  if (!delta) {
    return Unexpected<Error>(delta.error().error());
  }
  const PackedWriter::Written& file = delta->file;
  if (file.size >= manifest.snapshot.size) {
    auto removed = files::remove_all(temporary);
    return removed ? Result<DeltaCounts>(delta->counts) : Unexpected<Error>(removed.error());
  }
  const std::string serials = fmt::format("{}-{}", from_serial, manifest.serial);
  manifest.deltas.push_back({.from_serial = from_serial,
                             .from = from->manifest.content,
                             .file = {.path = file_name("delta", serials, file.sha256),
                                      .size = file.size,
                                      .sha256 = file.sha256},
                             .text_size = file.text.size});
  if (auto renamed = move_into_place(temporary, place.staged() / manifest.deltas.back().file.path);
      !renamed) {
    return Unexpected<Error>(renamed.error());
  }
  return delta->counts;
}

Result<void> stage_deltas(const Workplace& place, CandidateRecord& record, ListManifest& manifest) {
  const auto serials = version_serials(place);
  if (!serials) {
    return Unexpected<Error>(serials.error());
  }
  record.added = manifest.entries;
  std::size_t kept = 0;
  for (auto serial = serials->rbegin(); serial != serials->rend() && kept < kDeltasKept; ++serial) {
    if (*serial > record.base_serial) {
      continue;  // left by a publication that was interrupted before it was one
    }
    ++kept;
    const auto counts = stage_delta(place, *serial, manifest);
    if (!counts) {
      return Unexpected<Error>(counts.error());
    }
    if (*serial == record.base_serial) {
      record.added = counts->added;
      record.removed = counts->removed;
    }
  }
  return {};
}

Result<void> clear_staged(const Workplace& place) {
  // The manifest first: without it nothing is staged, whatever else lies there.
  for (const std::filesystem::path& each :
       {place.staged_manifest(), place.staged() / "candidate.json", place.staged() / "snapshot",
        place.staged() / "delta", place.staged() / "snapshot.tmp", place.staged() / "delta.tmp"}) {
    if (auto removed = files::remove_all(each); !removed) {
      return removed;
    }
  }
  return {};
}

Result<void> make_staged_folders(const Workplace& place) {
  auto made = files::make_folder(place.staged() / "snapshot");
  return made ? files::make_folder(place.staged() / "delta") : made;
}

Result<ListManifest> begin_manifest(const Workplace& place, const ListState& state,
                                    const NewVersion& version) {
  const std::uint64_t last = state.version ? state.version->manifest.serial : 0;
  const std::uint64_t serial = version.serial == 0 ? last + 1 : version.serial;
  if (serial <= last || serial - last > kMaxSerialStep) {
    return fail(
        ErrorCode::Invalid,
        fmt::format("Serial {} does not follow {}: subscribers would refuse it", serial, last));
  }
  ListManifest manifest;
  manifest.list = place.settings().list;
  manifest.serial = serial;
  manifest.issued = version.issued;
  manifest.expires = version.issued + place.settings().version_validity;
  manifest.root_version = state.signing_root().version;
  manifest.urgent = version.urgent;
  manifest.reason = version.reason;
  manifest.rollback_of = version.rollback_to;
  if (version.rollout) {
    manifest.rollout = Rollout{.canary_percent = version.rollout->canary_percent,
                               .everyone_from = version.issued + version.rollout->soak};
  }
  return manifest;
}

// The staged version, from its content on.
Result<Candidate> stage(const Workplace& place, const ListState& state, const Taxonomy& taxonomy,
                        const NewVersion& version, const ContentGuard& guard) {
  auto manifest = begin_manifest(place, state, version);
  if (!manifest) {
    return Unexpected<Error>(manifest.error());
  }
  CandidateRecord record;
  record.base_serial = state.version ? state.version->manifest.serial : 0;
  for (const Submission& submission : state.submissions) {
    if (!version.rollback_to && submission.state == SubmissionState::Approved) {
      record.submissions.push_back(submission.id);
    }
  }
  {
    // Freed before the deltas are made.
    const auto contents = make_contents(place, state, taxonomy, record, version);
    if (!contents) {
      return Unexpected<Error>(contents.error());
    }
    record.expired = contents->after.expired;
    record.not_found = contents->after.not_found;
    if (auto good = guard(contents->before, contents->after.content); !good) {
      return Unexpected<Error>(good.error());
    }
    if (auto done = stage_snapshot(place, contents->after.content, taxonomy, *manifest); !done) {
      return Unexpected<Error>(done.error());
    }
  }
  if (auto done = stage_deltas(place, record, *manifest); !done) {
    return Unexpected<Error>(done.error());
  }
  Envelope envelope{
      .type = std::string(kManifestType), .payload = manifest->payload(), .signatures = {}};
  // Read back as a subscriber will: a wrong expiry or rollout is noticed before anybody signs.
  if (const auto good = ListManifest::parse(envelope.payload); !good) {
    return Unexpected<Error>(good.error().error());
  }
  auto done = write_record(place, record);
  if (done) {
    done = files::replace(place.staged_manifest(), envelope.text());
  }
  return done ? Result<Candidate>(Candidate{
                    .document = {.envelope = std::move(envelope), .manifest = *std::move(manifest)},
                    .record = std::move(record)})
              : Unexpected<Error>(done.error());
}

}  // namespace

Result<Candidate> build_candidate(const Workplace& place, const ListState& state,
                                  const Taxonomy& taxonomy, const NewVersion& version,
                                  const ContentGuard& guard) {
  if (state.candidate) {
    return fail(ErrorCode::Conflict,
                fmt::format("Version {} is staged already; sign and publish it, or discard it",
                            state.candidate->document.manifest.serial));
  }
  auto done = clear_staged(place);
  if (done) {
    done = make_staged_folders(place);
  }
  if (!done) {
    return Unexpected<Error>(done.error());
  }
  auto candidate = stage(place, state, taxonomy, version, guard);
  if (!candidate) {
    static_cast<void>(clear_staged(place));  // the first failure is the one to tell
  }
  return candidate;
}

Result<void> check_candidate(const Workplace& place, const ListState& state,
                             const Taxonomy& taxonomy, const ContentGuard& guard) {
  const ListManifest& manifest = state.candidate->document.manifest;
  const NewVersion version{.issued = manifest.issued,
                           .rollout = {},
                           .urgent = manifest.urgent,
                           .reason = manifest.reason,
                           .rollback_to = manifest.rollback_of};
  const std::uint64_t last = state.version ? state.version->manifest.serial : 0;
  if (manifest.list != place.settings().list || manifest.serial <= last ||
      state.candidate->record.base_serial != last) {
    return fail(ErrorCode::Conflict,
                "The staged version does not follow the one that is public; discard it");
  }
  const auto contents = make_contents(place, state, taxonomy, state.candidate->record, version);
  if (!contents) {
    return Unexpected<Error>(contents.error());
  }
  Sha256Stream hash;
  const auto written =
      write_native(contents->after.content, taxonomy, [&hash](std::string_view text) {
        hash.add(text);
        return Result<void>();
      });
  if (!written) {
    return written;
  }
  if (hash.finish() != manifest.content.sha256 ||
      contents->after.content.size() != manifest.entries) {
    return fail(ErrorCode::Corrupt,
                fmt::format("The staged version {} is not what the approved submissions make of "
                            "version {}; discard it and find out who changed it",
                            manifest.serial, last));
  }
  return guard(contents->before, contents->after.content);
}

Result<void> discard_staged(const Workplace& place, const ListState& state, const Act& act) {
  if (state.half_published()) {
    return fail(ErrorCode::Conflict,
                fmt::format("Version {} is public already and its publication was interrupted; "
                            "'luytrectl list publish' finishes it",
                            state.version->manifest.serial));
  }
  // A list's first root has nothing before it: without it nobody could sign.
  const bool root = state.next_root && state.root;
  if (!state.candidate && !root) {
    return fail(ErrorCode::NotFound, "Nothing is staged that could be discarded");
  }
  auto done = clear_staged(place);
  if (done && root) {
    done = files::remove_all(place.staged_root());
  }
  if (!done) {
    return done;
  }
  std::string about =
      state.candidate ? fmt::format("version {}", state.candidate->document.manifest.serial) : "";
  if (root) {
    about += fmt::format("{}root {}", about.empty() ? "" : ", ", state.next_root->root.version);
  }
  return place.log().append(act, "discard", about);
}

}  // namespace luytre::categories
