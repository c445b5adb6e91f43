// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "dataplane/packet_view.h"

namespace luytre::dataplane {

enum class DecodeResult : std::uint8_t {
  Ok,             // IP read; TCP or UDP read unless it is a fragment or another protocol
  NotIp,          // ARP, PPPoE, MPLS, …: no IP header directly behind Ethernet and its VLAN tags
  Truncated,      // the frame ends inside a header, or the IP length says more than the frame holds
  BadIpHeader,    // version, header length or total length that contradict each other
  BadExtension,   // an IPv6 extension chain that is broken or longer than 8 headers
  BadTransport,   // TCP data offset or UDP length that contradict the IP length
  TooManyTags,    // over two VLAN tags
};

// Reads Ethernet, 802.1Q and 802.1ad, IPv4 with options, IPv6 with extension headers, TCP and UDP. Checksums are not
// verified here. Jumbo frames up to 65,535 bytes.
[[nodiscard]] DecodeResult decode(std::span<const std::uint8_t> frame, PacketView& view) noexcept;

[[nodiscard]] std::string_view to_string(DecodeResult result) noexcept;

}  // namespace luytre::dataplane
