// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "line_item.h"

namespace luytre::categories {

// One trimmed, non-empty line of a dnsmasq configuration: one item for each name of
// "address=/name/…/target", "server=/name/…/" and "local=/name/…/", which reach the subtree.
// - address: refused without a target, with "#" and with a sinkhole; another one redirects
//   (Address).
// - server, local: without a target nobody is asked, which refuses; "#" asks the usual servers, an
//   exception from what other lines say; another one is an upstream (Address).
// Every other setting is no name.
void parse_dnsmasq_line(std::string_view text, std::vector<LineItem>& items);

// Whether the line is one of the three settings above with a list of names.
[[nodiscard]] bool is_dnsmasq_listing(std::string_view text) noexcept;

}  // namespace luytre::categories
