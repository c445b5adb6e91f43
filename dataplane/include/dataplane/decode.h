// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "dataplane/packet_view.h"
#include "dataplane/tunnels.h"

namespace luytre::dataplane {

enum class DecodeResult : std::uint8_t {
  Ok,             // IP read; TCP or UDP read unless it is a fragment or another protocol
  NotIp,          // ARP, …: no IP header behind Ethernet, its VLAN tags and the encapsulations that are looked into
  Truncated,      // the frame ends inside a header, or the IP length says more than the frame holds
  BadIpHeader,    // version, header length or total length that contradict each other
  BadExtension,   // an IPv6 extension chain that is broken or longer than 8 headers
  BadTransport,   // TCP data offset or UDP length that contradict the IP length
  TooManyTags,    // over four VLAN tags
  TooDeep,        // over kMaxTunnelDepth IP packets around one, over 8 MPLS labels, or over 16 layers in all
};

// IP packets around the innermost one.
inline constexpr std::uint8_t kMaxTunnelDepth = 4;

// Reads Ethernet, 802.1Q and 802.1ad, IPv4 with options, IPv6 with extension headers, TCP and UDP, and looks into
// `tunnels` down to the innermost IP packet, which the view is of. Where an IP packet turns out to carry no other one,
// the view is of the packet itself, and Ok. A fragment is not looked into. When the result is not Ok, the view has the
// VLAN tags, and the addresses of the innermost IP header that was right. Checksums are not verified here. Jumbo frames
// up to 65,535 bytes.
[[nodiscard]] DecodeResult decode(std::span<const std::uint8_t> frame, PacketView& view,
                                  Tunnels tunnels = Tunnels::all()) noexcept;

[[nodiscard]] std::string_view to_string(DecodeResult result) noexcept;

}  // namespace luytre::dataplane
