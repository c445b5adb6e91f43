// SPDX-License-Identifier: Apache-2.0
#include "address_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace luytre::categories {
namespace {

constexpr unsigned kWidestIpv4 = 8;
constexpr unsigned kWidestIpv6 = 16;

// What is not globally reachable; of IPv6, everything outside of kIpv6Unicast too.
constexpr std::string_view kReserved[] = {
    "0.0.0.0/8",        // this network
    "10.0.0.0/8",       // private (RFC 1918)
    "100.64.0.0/10",    // shared by carriers' NAT (RFC 6598)
    "127.0.0.0/8",      // loopback
    "169.254.0.0/16",   // link-local
    "172.16.0.0/12",    // private
    "192.0.0.0/24",     // protocol assignments
    "192.0.2.0/24",     // documentation (RFC 5737), as 198.51.100.0/24 and 203.0.113.0/24
    "192.168.0.0/16",   // private
    "198.18.0.0/15",    // benchmarks
    "198.51.100.0/24",  //
    "203.0.113.0/24",   //
    "224.0.0.0/4",      // multicast
    "240.0.0.0/4",      // reserved, broadcast
    "2001:db8::/32",    // documentation (RFC 3849)
    "3fff::/20",        // documentation (RFC 9637)
};
constexpr std::string_view kIpv6Unicast = "2000::/3";

std::vector<IpPrefix> parse_all(std::span<const std::string_view> texts) {
  std::vector<IpPrefix> prefixes;
  for (const std::string_view text : texts) {
    prefixes.push_back(IpPrefix::from_text(text).value_or(IpPrefix{}));
  }
  return prefixes;
}

unsigned mapped_length(const IpPrefix& prefix) noexcept {
  return prefix.length + (prefix.address.is_v4() ? 96U : 0U);
}

bool same_bits(const IpPrefix& a, const IpPrefix& b, unsigned bits) noexcept {
  const auto x = a.address.octets();
  const auto y = b.address.octets();
  const std::size_t whole = bits / 8;
  const unsigned mask = 0xff00U >> (bits % 8) & 0xffU;
  return std::equal(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(whole), y.begin()) &&
         (bits % 8 == 0 || ((x[whole] ^ y[whole]) & mask) == 0);
}

bool overlap(const IpPrefix& a, const IpPrefix& b) noexcept {
  return same_bits(a, b, std::min(mapped_length(a), mapped_length(b)));
}

}  // namespace

bool may_be_listed(const IpPrefix& prefix) {
  static const std::vector<IpPrefix> reserved = parse_all(kReserved);
  static const IpPrefix unicast = IpPrefix::from_text(kIpv6Unicast).value_or(IpPrefix{});
  const bool v4 = prefix.address.is_v4();
  if (prefix.length < (v4 ? kWidestIpv4 : kWidestIpv6) || (!v4 && !overlap(prefix, unicast))) {
    return false;
  }
  return std::ranges::none_of(reserved,
                              [&](const IpPrefix& other) { return overlap(prefix, other); });
}

}  // namespace luytre::categories
