// SPDX-License-Identifier: Apache-2.0
#include "categories/authority/publication.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "files.h"
#include "verification.h"

namespace luytre::categories {
namespace {

std::filesystem::path root_file(const Workplace& place, std::uint64_t version) {
  return place.published() / "root" / fmt::format("{}.root.json", version);
}

// What a subscriber that has followed the list until now says about the staged documents.
Accepted<ListManifest> ask_subscriber(const Workplace& place, const ListState& state,
                                      std::chrono::sys_seconds now) {
  auto list = state.root ? walk_roots(root_file(place, 1), place.published() / "root")
                         : TrustedList::pin(state.next_root->envelope.text());
  if (!list) {
    return Unexpected<Refused>(list.error());
  }
  if (state.root && state.next_root) {
    if (auto taken = list->accept_root(state.next_root->envelope.text()); !taken) {
      return Unexpected<Refused>(taken.error());
    }
  }
  if (state.version) {
    list->resume({.serial = state.version->manifest.serial,
                  .payload_sha256 = sha256(state.version->envelope.payload)});
  }
  return list->accept_manifest(state.candidate->document.envelope.text(), now);
}

// Every file that a subscriber may ask for has its place before the manifest that names it.
Result<void> place_files(const Workplace& place, const ListManifest& manifest) {
  const auto put = [&place](const FileInfo& file) {
    return files::link(place.staged() / file.path, place.published() / file.path);
  };
  auto done = put(manifest.snapshot);
  for (const DeltaInfo& delta : manifest.deltas) {
    if (done) {
      done = put(delta.file);
    }
  }
  return done ? files::link(place.staged() / manifest.snapshot.path,
                            place.version_text(manifest.serial))
              : done;
}

Result<void> place_documents(const Workplace& place, const ListState& state) {
  const ManifestDocument& document = state.candidate->document;
  const std::string text = document.envelope.text();
  auto done = files::replace(place.version_manifest(document.manifest.serial), text);
  if (done && state.next_root) {
    done = files::replace(root_file(place, state.next_root->root.version),
                          state.next_root->envelope.text());
  }
  return done ? files::replace(place.published() / "manifest.json", text) : done;
}

// Removes public files that none of the last versions names.
Result<void> prune(const Workplace& place) {
  const auto serials = version_serials(place);
  if (!serials) {
    return Unexpected<Error>(serials.error());
  }
  std::set<std::string> named;
  std::size_t kept = 0;
  for (auto serial = serials->rbegin(); serial != serials->rend() && kept < kVersionsKeptPublic;
       ++serial, ++kept) {
    const auto version = read_version(place, *serial);
    if (!version) {
      return Unexpected<Error>(version.error());
    }
    named.insert(version->manifest.snapshot.path);
    for (const DeltaInfo& delta : version->manifest.deltas) {
      named.insert(delta.file.path);
    }
  }
  for (const std::string folder : {"snapshot", "delta"}) {
    const auto names = files::names(place.published() / folder, "");
    if (!names) {
      return Unexpected<Error>(names.error());
    }
    for (const std::string& name : *names) {
      const std::string path = folder + "/" + name;
      if (!named.contains(path)) {
        if (auto removed = files::remove_all(place.published() / path); !removed) {
          return removed;
        }
      }
    }
  }
  return {};
}

// What follows once the manifest has its place; all of it may be done twice.
Result<void> conclude(const Workplace& place, const ListState& state, const Act& act) {
  const ListManifest& manifest = state.candidate->document.manifest;
  for (const std::uint64_t id : state.candidate->record.submissions) {
    const auto found = std::ranges::find(state.submissions, id, &Submission::id);
    if (found == state.submissions.end()) {
      continue;
    }
    Submission submission = *found;
    submission.state = SubmissionState::Published;
    submission.published_in = manifest.serial;
    if (auto done = write_submission(place, submission); !done) {
      return done;
    }
  }
  AuditLog::Details details = {{"entries", std::to_string(manifest.entries)},
                               {"content_sha256", hex(manifest.content.sha256)}};
  if (manifest.rollback_of) {
    details.emplace_back("rollback_of", std::to_string(*manifest.rollback_of));
  }
  if (state.next_root) {
    details.emplace_back("root", std::to_string(state.next_root->root.version));
  }
  auto done =
      place.log().append(act, "publish", fmt::format("version {}", manifest.serial), details);
  for (const std::filesystem::path& each :
       {place.staged_root(), place.staged_manifest(), place.staged() / "candidate.json",
        place.staged() / "snapshot", place.staged() / "delta"}) {
    if (done) {
      done = files::remove_all(each);
    }
  }
  return done ? prune(place) : done;
}

}  // namespace

Result<ListManifest> publish(const Workplace& place, const ListState& state,
                             const Taxonomy& taxonomy, const Act& act) {
  if (!state.candidate) {
    return fail(ErrorCode::NotFound,
                "There is no staged version to publish; 'luytrectl list sign' makes one");
  }
  if (state.half_published()) {
    auto done = conclude(place, state, act);
    return done ? Result<ListManifest>(state.candidate->document.manifest)
                : Unexpected<Error>(done.error());
  }
  const auto manifest = ask_subscriber(place, state, act.at);
  const auto good = manifest ? check_files(*manifest, place.staged(), taxonomy)
                             : Accepted<void>(Unexpected<Refused>(manifest.error()));
  if (!good) {
    return fail(ErrorCode::Invalid,
                fmt::format("Subscribers would refuse it, so nothing was published: {}",
                            good.error().message));
  }
  auto done = place_files(place, *manifest);
  if (done) {
    done = place_documents(place, state);
  }
  if (done) {
    done = conclude(place, state, act);
  }
  return done ? Result<ListManifest>(*manifest) : Unexpected<Error>(done.error());
}

}  // namespace luytre::categories
