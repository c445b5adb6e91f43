// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace luytre::categories::files {

// A whole file of at most `most` octets. NotFound: there is none.
[[nodiscard]] Result<std::string> read(const std::filesystem::path& file, std::size_t most);

// Replaces a file so that after a crash the old or the new content is there, whole.
[[nodiscard]] Result<void> replace(const std::filesystem::path& file, std::string_view content);

// Adds to the end of a file, on disk when it returns.
[[nodiscard]] Result<void> append(const std::filesystem::path& file, std::string_view content);

// The same file under a second name, or a copy where the file system has no second names; on disk
// when it returns. What stood there goes away.
[[nodiscard]] Result<void> link(const std::filesystem::path& from, const std::filesystem::path& to);

[[nodiscard]] Result<void> make_folder(const std::filesystem::path& folder);
// Files and folders below; nothing is wrong when there are none.
[[nodiscard]] Result<void> remove_all(const std::filesystem::path& path);
[[nodiscard]] bool exists(const std::filesystem::path& path);
// Names of the files in a folder whose name ends with `ending`, sorted.
[[nodiscard]] Result<std::vector<std::string>> names(const std::filesystem::path& folder,
                                                     std::string_view ending);

}  // namespace luytre::categories::files
