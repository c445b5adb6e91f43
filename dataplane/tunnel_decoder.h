// SPDX-License-Identifier: Apache-2.0
#pragma once

// The part of decode() that few packets need: what stands between two IP headers, or between Ethernet and IP.

#include <cstdint>
#include <span>

#include "dataplane/decode.h"
#include "dataplane/packet_view.h"
#include "packet_headers.h"

namespace luytre::dataplane {

// IANA "Service Name and Transport Protocol Port Number Registry"; 8472 is what Linux used for VXLAN first.
namespace tunnel_port {
inline constexpr std::uint16_t kGtpU = 2152;
inline constexpr std::uint16_t kGre = 4754;  // RFC 8086
inline constexpr std::uint16_t kVxlan = 4789;
inline constexpr std::uint16_t kGeneve = 6081;
inline constexpr std::uint16_t kLinuxVxlan = 8472;
}  // namespace tunnel_port

// Whether the IP packet might carry another one. Towards either end of these tunnels the port is the destination's.
[[nodiscard]] inline bool may_be_tunnel(const PacketView& view) noexcept {
  if (view.protocol == ip_protocol::kTcp) [[likely]] {
    return false;
  }
  if (view.protocol == ip_protocol::kUdp) {
    const std::uint16_t port = view.destination_port;
    return port == tunnel_port::kGtpU || port == tunnel_port::kGre || port == tunnel_port::kVxlan ||
           port == tunnel_port::kGeneve || port == tunnel_port::kLinuxVxlan;
  }
  return view.protocol == ip_protocol::kIpv4 || view.protocol == ip_protocol::kIpv6 ||
         view.protocol == ip_protocol::kGre;
}

// `unread` begins behind the EtherType, which is not IP's.
[[nodiscard]] DecodeResult decode_behind_ethernet(std::span<const std::uint8_t> frame,
                                                  headers::Unread unread, std::uint16_t ether_type,
                                                  Tunnels tunnels, PacketView& view) noexcept;

// `view` is of a whole packet that may_be_tunnel(), and `unread` its payload: UDP's, or IP's for other protocols.
[[nodiscard]] DecodeResult decode_behind_ip(std::span<const std::uint8_t> frame,
                                            headers::Unread unread, Tunnels tunnels,
                                            PacketView& view) noexcept;

}  // namespace luytre::dataplane
