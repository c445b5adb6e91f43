// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "line_item.h"

namespace luytre::categories {

// One trimmed, non-empty line of a filter list for browsers or for DNS filters. Only "||name^",
// alone or with options that leave it a rule about the whole name, is a name; all other rules are
// about less than a name (paths, kinds of content, pages, elements) or about a pattern of names and
// are NotNameLevel. "@@" and "$badfilter" take other rules back: Exception.
void parse_adblock_line(std::string_view text, std::vector<LineItem>& items);

// "[Adblock Plus 2.0]" and its relatives.
[[nodiscard]] bool is_adblock_header(std::string_view text) noexcept;

}  // namespace luytre::categories
