// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace luytre::gateway {

// Data files that are installed under share/luytre; or the root of a source tree, which has them
// elsewhere.
[[nodiscard]] std::filesystem::path taxonomy_file(const std::filesystem::path& share_dir);
[[nodiscard]] std::filesystem::path preset_file(const std::filesystem::path& share_dir,
                                                std::string_view id);

}  // namespace luytre::gateway
