// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "base/error.h"

namespace luytre::categories {

// The lines of a text file in order, without their ends and the blanks around them; .gz and .zst are
// unpacked on the fly. Ends early when `take` says false. NotFound, Corrupt and Invalid as
// read_list() (importer.h).
[[nodiscard]] Result<void> read_text_lines(const std::filesystem::path& path,
                                           const std::function<bool(std::string_view line)>& take);

}  // namespace luytre::categories
