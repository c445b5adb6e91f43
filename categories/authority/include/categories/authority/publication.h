// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "categories/authority/list_state.h"
#include "categories/authority/workplace.h"
#include "categories/signed/list_manifest.h"
#include "categories/signed/refusal.h"
#include "categories/signed/trusted_list.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// For how many versions the files stay public: for subscribers that are fetching just then.
inline constexpr std::size_t kVersionsKeptPublic = 3;

// What a subscriber with this root would find in a public folder.
struct VerifiedList {
  ListManifest manifest;
  std::uint64_t root_version = 0;
  Sha256 fingerprint{};
  bool files_checked = false;  // the snapshot is canonical and complete, the deltas lead to it
};

// Everything that a subscriber checks, and in the same code: roots, manifest, snapshot, deltas. `what`
// is a public folder, or a manifest alone, of which the files are not looked at.
[[nodiscard]] Accepted<VerifiedList> verify_published(const std::filesystem::path& what,
                                                      const std::filesystem::path& pinned_root,
                                                      const Taxonomy& taxonomy,
                                                      std::chrono::sys_seconds now);

// Makes what is staged public, if subscribers would take it: files first, the manifest last, so that
// after a crash at any moment the old version or the new one is there, whole; publishing again
// finishes what a crash has interrupted. Invalid: the subscriber's reason for refusing it.
[[nodiscard]] Result<ListManifest> publish(const Workplace& place, const ListState& state,
                                           const Taxonomy& taxonomy, const Act& act);

}  // namespace luytre::categories
