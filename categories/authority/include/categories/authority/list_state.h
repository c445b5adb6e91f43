// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/authority/submission.h"
#include "categories/authority/workplace.h"
#include "categories/signed/envelope.h"
#include "categories/signed/list_manifest.h"
#include "categories/signed/list_root.h"

namespace luytre::categories {

struct RootDocument {
  Envelope envelope;
  ListRoot root;
};
struct ManifestDocument {
  Envelope envelope;
  ListManifest manifest;
};

// What a staged version is made of, so that every signer can make it again.
struct CandidateRecord {
  std::uint64_t base_serial = 0;           // 0: the first version
  std::vector<std::uint64_t> submissions;  // of a rollback: none
  std::uint64_t expired = 0;               // entries whose end has come
  std::uint64_t not_found = 0;             // subjects to remove about which the list says nothing
  std::uint64_t added = 0;                 // lines, against the base
  std::uint64_t removed = 0;
};

struct Candidate {
  ManifestDocument document;
  CandidateRecord record;
};

// Everything that is known about a list, read in one go.
struct ListState {
  std::optional<RootDocument> root;         // the newest one that is public
  std::optional<RootDocument> next_root;    // staged
  std::optional<ManifestDocument> version;  // the one that is public
  std::optional<Candidate> candidate;       // staged
  std::vector<Submission> submissions;

  // What the next version is signed under.
  [[nodiscard]] const ListRoot& signing_root() const noexcept {
    return next_root ? next_root->root : root->root;
  }
  // A publication that was interrupted after the manifest's place was taken.
  [[nodiscard]] bool half_published() const noexcept;
};

// Corrupt, Invalid: which file is wrong. Signatures are not checked here.
[[nodiscard]] Result<ListState> read_state(const Workplace& place);

// The manifest of a version that was published. NotFound names those there are.
[[nodiscard]] Result<ManifestDocument> read_version(const Workplace& place, std::uint64_t serial);
// Their serials, in order.
[[nodiscard]] Result<std::vector<std::uint64_t>> version_serials(const Workplace& place);

[[nodiscard]] Result<void> write_record(const Workplace& place, const CandidateRecord& record);

}  // namespace luytre::categories
