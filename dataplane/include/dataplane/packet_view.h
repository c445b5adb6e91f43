// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "categories/ip_address.h"
#include "dataplane/layers.h"
#include "policy/line.h"

namespace luytre::dataplane {

namespace ip_protocol {
inline constexpr std::uint8_t kIcmp = 1;
inline constexpr std::uint8_t kIpv4 = 4;  // IP in IP (RFC 2003, RFC 2473)
inline constexpr std::uint8_t kTcp = 6;
inline constexpr std::uint8_t kUdp = 17;
inline constexpr std::uint8_t kIpv6 = 41;  // RFC 4213, RFC 2473
inline constexpr std::uint8_t kGre = 47;
inline constexpr std::uint8_t kIcmpV6 = 58;
}  // namespace ip_protocol

namespace tcp_flag {
inline constexpr std::uint8_t kFin = 0x01;
inline constexpr std::uint8_t kSyn = 0x02;
inline constexpr std::uint8_t kRst = 0x04;
inline constexpr std::uint8_t kPsh = 0x08;
inline constexpr std::uint8_t kAck = 0x10;
inline constexpr std::uint8_t kUrg = 0x20;
}  // namespace tcp_flag

// Where the layers of one frame begin, and the few fields that decide: of the innermost IP packet, if the frame is
// a tunnel's. Offsets count from the first byte of the frame; host order throughout. Filled by decode(); fields of a
// layer that is not there are zero.
struct PacketView {
  categories::IpAddress source;
  categories::IpAddress destination;
  std::uint32_t tcp_sequence = 0;
  std::uint32_t tcp_acknowledgement = 0;
  std::uint32_t payload_size = 0;     // TCP or UDP payload; by the IP length, not by the frame's padding
  std::uint16_t network_offset = 0;   // first byte of the IP header
  std::uint16_t transport_offset = 0; // first byte after the IP headers, whatever the protocol; 0 in a fragment
  std::uint16_t payload_offset = 0;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint16_t tcp_window = 0;       // as sent, not scaled
  policy::VlanId outer_vlan = 0;      // of the outermost Ethernet header; 0: untagged or priority-tagged
  policy::VlanId inner_vlan = 0;      // QinQ only
  std::array<policy::VlanId, 2> further_vlans{};  // of a third and fourth tag
  std::uint16_t link_offset = 0;      // innermost Ethernet header
  std::uint8_t ip_version = 0;        // 4 or 6; 0: not IP
  std::uint8_t protocol = 0;          // ip_protocol of the last header
  std::uint8_t tcp_flags = 0;
  std::uint8_t tunnel_depth = 0;      // IP headers outside of this one
  bool is_fragment = false;           // any IP fragment, the first one included; no transport layer is read then
  Encapsulation encapsulation;        // empty: nothing but Ethernet and its tags below the IP header
};
static_assert(sizeof(PacketView) <= 88);

}  // namespace luytre::dataplane
