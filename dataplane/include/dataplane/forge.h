// SPDX-License-Identifier: Apache-2.0
#pragma once

// Frames that the gateway makes itself, all from a frame of the client: addresses swapped, VLAN tags kept, lengths and
// checksums computed. They are carried in what the client's frame was carried in; where an encapsulation does not tell
// the way back (is_one_way() in layers.h), in what `paths` learnt from the other direction. They set out.size;
// out.bytes must not overlap the frame unless said so. Each needs a view of DecodeResult::Ok of that very frame, and
// returns false, with nothing written, if the result does not fit, if the frame has no transport layer of the right
// kind (a fragment, another protocol), or if the way to the client is not known.

#include <cstdint>
#include <span>
#include <string_view>

#include "dataplane/packet.h"
#include "dataplane/packet_view.h"

namespace luytre::dataplane {

class ReturnPaths;  // return_paths.h

// TTL or hop limit of packets in the name of a server of which nothing is known (IANA "IP Parameters").
inline constexpr std::uint8_t kDefaultHopLimit = 64;

// Turns the client's UDP datagram in `packet` into one from the server with `payload_size` bytes that already stand at
// view.payload_offset. In place.
[[nodiscard]] bool forge_udp_reply_in_place(Packet& packet, const PacketView& view,
                                            std::uint16_t payload_size,
                                            const ReturnPaths* paths = nullptr,
                                            std::uint8_t hop_limit = kDefaultHopLimit) noexcept;

// The option of RFC 7323 §3.2.
struct TcpTimestamps {
  std::uint32_t value = 0;
  std::uint32_t echo = 0;
};

// What a forged TCP segment says.
struct TcpSegment {
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::uint8_t flags = 0;
  std::uint16_t window = 0;
  // NOLINTNEXTLINE(readability-redundant-member-init): without it, GCC warns where a caller names the other members.
  std::span<const std::uint8_t> payload = {};
  std::optional<TcpTimestamps> timestamps =
      std::nullopt;                           // as Linux lays them out: NOP, NOP, option
  std::uint8_t hop_limit = kDefaultHopLimit;  // towards the client only
};

// A segment from the server to the client (Towards::Client) or from the client to the server (Towards::Server), for
// the flow of the client's frame `packet`.
enum class Towards : std::uint8_t { Client, Server };
[[nodiscard]] bool forge_tcp(const Packet& packet, const PacketView& view, Towards towards,
                             const TcpSegment& segment, Packet& out,
                             const ReturnPaths* paths = nullptr) noexcept;

// ICMP or ICMPv6 destination unreachable, port unreachable (RFC 792, RFC 4443 §3.1), from the server's address, quoting
// the client's packet (IPv4: header and 8 bytes at least; IPv6: as much as fits in 1,280 bytes).
[[nodiscard]] bool forge_port_unreachable(const Packet& packet, const PacketView& view, Packet& out,
                                          const ReturnPaths* paths = nullptr,
                                          std::uint8_t hop_limit = kDefaultHopLimit) noexcept;

// Whether the way to the client of this frame is known.
[[nodiscard]] bool has_way_back(const Packet& packet, const PacketView& view,
                                const ReturnPaths* paths) noexcept;

// Ones' complement sum for tests and for verification (RFC 1071): true if the IPv4 header checksum (if any) and the
// transport checksum of the frame are right, and those of the IPv4, UDP and GRE headers around it. A UDP checksum of zero
// counts as right over IPv4, and in a tunnel over IPv6 too (RFC 6935).
[[nodiscard]] bool checksums_are_right(std::span<const std::uint8_t> frame,
                                       const PacketView& view) noexcept;

}  // namespace luytre::dataplane
