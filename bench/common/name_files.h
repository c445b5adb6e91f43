// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace luytre::bench {

// The folder of shared lists: $LUYTRE_SHARED, or ../shared beside the source tree. Nothing without
// it.
[[nodiscard]] std::optional<std::filesystem::path> shared_folder();

// The lines of the zstd files that match a shell pattern below `folder`, in random but repeatable
// order and each once.
[[nodiscard]] std::vector<std::string> read_compressed_names(const std::filesystem::path& folder,
                                                             const std::string& pattern);

// The first word of each line of a text file, in its order: a list of names, or questions as
// dnsperf reads them.
[[nodiscard]] std::vector<std::string> read_names(const std::filesystem::path& file);

}  // namespace luytre::bench
