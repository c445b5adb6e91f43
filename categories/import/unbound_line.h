// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "line_item.h"

namespace luytre::categories {

// One trimmed, non-empty line of an Unbound configuration.
// - local-zone: "name" TYPE reaches the subtree. Types that refuse list it, those that ask on
//   (transparent, …) except it; "redirect" only prepares what local-data says.
// - local-data: "name [ttl] [IN] A|AAAA address" with a sinkhole address lists the name alone;
//   another address redirects (Address), other records are NotNameLevel.
// Not counted: clauses ("server:"). Every other setting is no name.
void parse_unbound_line(std::string_view text, std::vector<LineItem>& items);

[[nodiscard]] bool is_unbound_listing(std::string_view text) noexcept;

}  // namespace luytre::categories
