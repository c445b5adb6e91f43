// SPDX-License-Identifier: Apache-2.0
#pragma once

// Readers of the headers that nearly every frame has, for decode.cc and tunnel_decoder.cc. Inline, because together
// they are the program's hottest path.
//
// Loads here are unchecked; each is preceded by one comparison for the whole header. A sticky cursor would compare per
// field, which is a third of the cost of decode().

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/byte_order.h"
#include "dataplane/decode.h"
#include "dataplane/packet_view.h"

namespace luytre::dataplane::headers {

inline constexpr std::size_t kEthernetBytes = 14;
inline constexpr std::size_t kVlanTagBytes = 4;
inline constexpr int kMaxVlanTags = 4;
inline constexpr std::size_t kIpv4Bytes = 20;
inline constexpr std::size_t kIpv6Bytes = 40;
inline constexpr std::size_t kTcpBytes = 20;
inline constexpr std::size_t kUdpBytes = 8;
inline constexpr int kMaxExtensionHeaders = 8;

inline constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
inline constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;

constexpr bool is_vlan_tag(std::uint16_t ether_type) noexcept {
  return ether_type == 0x8100      // IEEE 802.1Q customer tag
         || ether_type == 0x88a8   // IEEE 802.1ad service tag
         || ether_type == 0x9100;  // service tag of equipment older than 802.1ad
}

// IANA "Protocol Numbers", those that are IPv6 extension headers (RFC 8200 §4, RFC 4302).
namespace extension {
inline constexpr std::uint8_t kHopByHop = 0;
inline constexpr std::uint8_t kRouting = 43;
inline constexpr std::uint8_t kFragment = 44;
inline constexpr std::uint8_t kAuthentication = 51;
inline constexpr std::uint8_t kDestinationOptions = 60;
}  // namespace extension

constexpr bool is_extension(std::uint8_t header) noexcept {
  return header == extension::kHopByHop || header == extension::kRouting ||
         header == extension::kFragment || header == extension::kAuthentication ||
         header == extension::kDestinationOptions;
}

// The part of a frame that is still to be read; `end` shrinks to what the IP length says.
struct Unread {
  const std::uint8_t* at;
  const std::uint8_t* end;

  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(end - at); }
};

// Offsets fit 16 bits whatever the frame's size: no IP header begins behind kMaxNetworkOffset, and
// then come 60 bytes of IPv4 or 40 + 8 × 2,048 of IPv6 with its extension headers, and 60 of TCP.
inline constexpr std::size_t kMaxNetworkOffset = 32768;
inline std::uint16_t offset_of(const Unread& unread, std::span<const std::uint8_t> frame) noexcept {
  return static_cast<std::uint16_t>(unread.at - frame.data());
}

// Leaves `unread` behind the last tag and returns the EtherType that follows it.
inline DecodeResult read_ethernet(Unread& unread, std::uint16_t& ether_type,
                                  PacketView& view) noexcept {
  if (unread.size() < kEthernetBytes) {
    return DecodeResult::Truncated;
  }
  ether_type = load_be16(unread.at + 12);
  unread.at += kEthernetBytes;
  for (int tag = 0; is_vlan_tag(ether_type); ++tag) {
    if (tag == kMaxVlanTags) {
      return DecodeResult::TooManyTags;
    }
    if (unread.size() < kVlanTagBytes) {
      return DecodeResult::Truncated;
    }
    const auto vlan = static_cast<policy::VlanId>(load_be16(unread.at) & 0x0fffU);
    ether_type = load_be16(unread.at + 2);
    unread.at += kVlanTagBytes;
    // VLAN 0 is a priority tag and names no VLAN (IEEE 802.1Q §9.6): one in front must not hide the
    // line's own tag.
    if (view.outer_vlan == 0) {
      view.outer_vlan = vlan;
    } else if (view.inner_vlan == 0) {
      view.inner_vlan = vlan;
    } else {
      view.further_vlans[view.further_vlans[0] == 0 ? 0 : 1] = vlan;
    }
  }
  return DecodeResult::Ok;
}

// RFC 791 §3.1. Leaves `unread` behind the options and ends it at the total length.
inline DecodeResult read_ipv4(Unread& unread, PacketView& view) noexcept {
  if (unread.size() < kIpv4Bytes) {
    return DecodeResult::Truncated;
  }
  const std::uint8_t* header = unread.at;
  const std::size_t header_bytes = (header[0] & 0x0fU) * std::size_t{4};
  const std::size_t total_bytes = load_be16(header + 2);
  if (header[0] >> 4U != 4 || header_bytes < kIpv4Bytes || total_bytes < header_bytes) {
    return DecodeResult::BadIpHeader;
  }
  view.ip_version = 4;
  view.protocol = header[9];
  view.source = categories::IpAddress::v4(std::span<const std::uint8_t, 4>(header + 12, 4));
  view.destination = categories::IpAddress::v4(std::span<const std::uint8_t, 4>(header + 16, 4));
  if (total_bytes > unread.size()) {
    return DecodeResult::Truncated;
  }
  // More Fragments or an offset (RFC 791 §3.1, "Flags" and "Fragment Offset").
  view.is_fragment = (load_be16(header + 6) & 0x3fffU) != 0;
  unread.at += header_bytes;
  unread.end = header + total_bytes;
  return DecodeResult::Ok;
}

// Bytes of the extension header at `unread`, which has at least 8; 0 if its own length cannot be
// right.
inline std::size_t extension_bytes(std::uint8_t type, const Unread& unread) noexcept {
  switch (type) {
    case extension::kFragment:
      return 8;  // RFC 8200 §4.5
    case extension::kAuthentication: {
      // RFC 4302 §2.2: in 4-byte words minus 2, and 8-byte aligned in IPv6.
      const std::size_t bytes = (unread.at[1] + std::size_t{2}) * 4;
      return bytes < 12 || bytes % 8 != 0 ? 0 : bytes;
    }
    default:
      return (unread.at[1] + std::size_t{1}) * 8;  // RFC 8200 §4.3, §4.4, §4.6
  }
}

// RFC 8200 §4. Leaves `unread` behind the last extension header.
inline DecodeResult read_extensions(Unread& unread, PacketView& view) noexcept {
  for (int count = 0; is_extension(view.protocol); ++count) {
    const std::uint8_t type = view.protocol;
    // Hop-by-hop options stand first or not at all (RFC 8200 §4.1).
    if (count == kMaxExtensionHeaders || (type == extension::kHopByHop && count != 0) ||
        unread.size() < 8) {
      return DecodeResult::BadExtension;
    }
    const std::size_t bytes = extension_bytes(type, unread);
    if (bytes == 0 || bytes > unread.size()) {
      return DecodeResult::BadExtension;
    }
    view.protocol = unread.at[0];
    // Offset zero and no more fragments is a whole packet (RFC 6946), read as if the header were
    // not there.
    const bool fragment = type == extension::kFragment && (load_be16(unread.at + 2) & 0xfff9U) != 0;
    unread.at += bytes;
    if (fragment) {
      view.is_fragment = true;
      return DecodeResult::Ok;
    }
  }
  return DecodeResult::Ok;
}

// RFC 8200 §3. A payload length of zero in front of hop-by-hop options would be a jumbogram (RFC
// 2675), which is over 65,535 bytes and thus larger than any frame here; it fails as BadExtension.
inline DecodeResult read_ipv6(Unread& unread, PacketView& view) noexcept {
  if (unread.size() < kIpv6Bytes) {
    return DecodeResult::Truncated;
  }
  const std::uint8_t* header = unread.at;
  if (header[0] >> 4U != 6) {
    return DecodeResult::BadIpHeader;
  }
  view.ip_version = 6;
  view.protocol = header[6];
  view.source = categories::IpAddress::v6(std::span<const std::uint8_t, 16>(header + 8, 16));
  view.destination = categories::IpAddress::v6(std::span<const std::uint8_t, 16>(header + 24, 16));
  unread.at += kIpv6Bytes;
  const std::size_t payload_bytes = load_be16(header + 4);
  if (payload_bytes > unread.size()) {
    return DecodeResult::Truncated;
  }
  unread.end = unread.at + payload_bytes;
  return is_extension(view.protocol) ? read_extensions(unread, view) : DecodeResult::Ok;
}

// RFC 9293 §3.1.
inline DecodeResult read_tcp(Unread& unread, PacketView& view) noexcept {
  if (unread.size() < kTcpBytes) {
    return DecodeResult::BadTransport;
  }
  const std::uint8_t* header = unread.at;
  const std::size_t header_bytes = (header[12] >> 4U) * std::size_t{4};
  if (header_bytes < kTcpBytes || header_bytes > unread.size()) {
    return DecodeResult::BadTransport;
  }
  view.source_port = load_be16(header);
  view.destination_port = load_be16(header + 2);
  view.tcp_sequence = load_be32(header + 4);
  view.tcp_acknowledgement = load_be32(header + 8);
  view.tcp_flags = header[13];
  view.tcp_window = load_be16(header + 14);
  unread.at += header_bytes;
  return DecodeResult::Ok;
}

// RFC 768. A length of zero is only for jumbograms (RFC 2675 §4). Bytes between the end by the UDP
// length and the end by the IP length belong to nobody: no receiver hands them to an application.
inline DecodeResult read_udp(Unread& unread, PacketView& view) noexcept {
  if (unread.size() < kUdpBytes) {
    return DecodeResult::BadTransport;
  }
  const std::uint8_t* header = unread.at;
  const std::size_t datagram_bytes = load_be16(header + 4);
  if (datagram_bytes < kUdpBytes || datagram_bytes > unread.size()) {
    return DecodeResult::BadTransport;
  }
  view.source_port = load_be16(header);
  view.destination_port = load_be16(header + 2);
  unread.at += kUdpBytes;
  unread.end = header + datagram_bytes;
  return DecodeResult::Ok;
}

inline DecodeResult read_transport(Unread& unread, std::span<const std::uint8_t> frame,
                                   PacketView& view) noexcept {
  view.transport_offset = offset_of(unread, frame);
  DecodeResult result = DecodeResult::Ok;
  if (view.protocol == ip_protocol::kTcp) {
    result = read_tcp(unread, view);
  } else if (view.protocol == ip_protocol::kUdp) {
    result = read_udp(unread, view);
  } else {
    return DecodeResult::Ok;
  }
  if (result == DecodeResult::Ok) {
    view.payload_offset = offset_of(unread, frame);
    view.payload_size = static_cast<std::uint32_t>(unread.size());
  }
  return result;
}

}  // namespace luytre::dataplane::headers
