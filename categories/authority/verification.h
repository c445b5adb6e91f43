// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "categories/signed/list_manifest.h"
#include "categories/signed/refusal.h"
#include "categories/signed/trusted_list.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// The pinned root, and every following one that is in the folder `roots`.
[[nodiscard]] Accepted<TrustedList> walk_roots(const std::filesystem::path& pinned_root,
                                               const std::filesystem::path& roots);

// Snapshot and deltas of a manifest that was accepted.
[[nodiscard]] Accepted<void> check_files(const ListManifest& manifest,
                                         const std::filesystem::path& folder,
                                         const Taxonomy& taxonomy);

}  // namespace luytre::categories
