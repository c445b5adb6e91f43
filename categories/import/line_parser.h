// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "line_item.h"

namespace luytre::categories {

inline constexpr std::size_t kMaxLineBytes = 4096;

// Splits `line` (without its end) by the rules of `format` into `items`: none for a blank line or
// a comment, several for a line with several names. `format` is not Auto, nor one whose lines
// depend on each other (list_parser.h).
void parse_line(ListFormat format, std::string_view line, std::vector<LineItem>& items);

}  // namespace luytre::categories
