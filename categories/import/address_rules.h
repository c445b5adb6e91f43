// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "categories/ip_address.h"

namespace luytre::categories {

// Whether a list may speak about this range at all: globally reachable unicast addresses only (the
// IANA special-purpose registries, RFC 6890), and none wider than /8 or, for IPv6, /16, which no
// list can mean.
[[nodiscard]] bool may_be_listed(const IpPrefix& prefix);

}  // namespace luytre::categories
