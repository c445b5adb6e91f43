// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "categories/signed/list_manifest.h"
#include "list_folder.h"
#include "mirror_access.h"

namespace luytre::categories {

// A version whose text is here, packed, and is the one that the manifest names.
struct PreparedVersion {
  std::uint64_t serial = 0;
  std::filesystem::path text;
  // What leads from the version in force to it, if that is known: with a file, or without one if
  // both texts are the same.
  struct Step {
    std::optional<DeltaInfo> delta;
    std::filesystem::path file;
  };
  std::optional<Step> step;
};

// The text of the version in force.
struct BaseText {
  ContentInfo content;
  std::filesystem::path file;
};

// Brings the text of `manifest` into `folder`: what is there already, else by a delta from `base`,
// else as a snapshot. A delta that cannot be used is passed over.
[[nodiscard]] Tried<PreparedVersion> prepare_version(const ListManifest& manifest,
                                                     const std::optional<BaseText>& base,
                                                     const ListFolder& folder,
                                                     const MirrorAccess& mirror);

}  // namespace luytre::categories
