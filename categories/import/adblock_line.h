// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "line_item.h"

namespace luytre::categories {

// One trimmed, non-empty line of a filter list for browsers or for DNS filters. "||name^" is about a
// name with all below it, "||address^" about an address, "||host/path" about a page (of that host
// alone), each alone or with options that leave it about the whole. All other rules are about less
// (parts of pages, kinds of content, elements) or about a pattern of names: NotNameLevel. "@@" before
// the same three makes an exception; before others it is Exception, as is "$badfilter".
void parse_adblock_line(std::string_view text, std::vector<LineItem>& items);

// "[Adblock Plus 2.0]" and its relatives.
[[nodiscard]] bool is_adblock_header(std::string_view text) noexcept;

}  // namespace luytre::categories
