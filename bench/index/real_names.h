// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace luytre::categories {

// The folder of shared lists: $LUYTRE_SHARED, or ../shared beside the source tree. Nothing without
// it.
[[nodiscard]] std::optional<std::filesystem::path> shared_folder();

// The lines of the zstd files that match a shell pattern below `folder`, in random but repeatable
// order and each once.
[[nodiscard]] std::vector<std::string> read_names(const std::filesystem::path& folder,
                                                  const std::string& pattern);

}  // namespace luytre::categories
