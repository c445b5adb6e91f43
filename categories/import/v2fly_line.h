// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "line_item.h"

namespace luytre::categories {

// One trimmed, non-empty line of a v2fly domain list: "domain:name" or a bare name reach the
// subtree, "full:name" the name alone; "@attribute" words behind them say nothing about reach and
// are not read. "keyword:" and "regexp:" are patterns, "include:" names another file: NotNameLevel.
void parse_v2fly_line(std::string_view text, std::vector<LineItem>& items);

// A line that no other format has.
[[nodiscard]] bool is_v2fly_rule(std::string_view text) noexcept;

}  // namespace luytre::categories
