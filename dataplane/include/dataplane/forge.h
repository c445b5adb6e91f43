// SPDX-License-Identifier: Apache-2.0
#pragma once

// Frames that the gateway makes itself, all from a frame of the client: addresses swapped, VLAN tags kept, lengths and
// checksums computed. They are carried in what the client's frame was carried in; where an encapsulation does not tell
// the way back (is_one_way() in layers.h), in what `paths` learnt from the other direction. They set out.size;
// out.bytes must not overlap the frame unless said so. Each needs a view of DecodeResult::Ok of that very frame, and
// returns false, with nothing written, if the result does not fit, if the frame has no transport layer of the right
// kind (a fragment, another protocol), or if the way to the client is not known.
//
// They look like what the two hosts themselves send, as far as a gateway knows it, so that neither end nor anything
// between takes them for foreign:
// - In the client's name everything is the client's own: TTL, DSCP, DF, flow label and VLAN tags of its frame, and the
//   identification that follows the frame's (zero stays zero beside DF, as Linux sends it). ECN bits are zero: what
//   carries no data is not ECN-capable (RFC 3168 §6.1.4).
// - In the server's name the TTL is what the caller learnt from the server's packets. DSCP is zero, as little of a
//   server's own marking survives the internet; the flow label is zero, because nothing is known of it. The IPv4
//   identification is a hash of what changes between packets of a flow: servers count from a random number, and beside
//   DF it has no meaning (RFC 6864 §4.1), but filters of forged packets look for zero.
// - TCP windows and timestamps are the caller's (act_tcp.cc): a window as Linux servers show it, none in a RST;
//   timestamps in every segment if the client's has them, a RST included (RFC 7323 §3.2).
// - An ICMP message over IPv4 has the precedence of network control, the TOS of what it answers (RFC 1812 §4.3.2.5), and
//   no DF; over IPv6 a traffic class of zero.

#include <cstdint>
#include <optional>
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
  std::optional<TcpTimestamps> timestamps = std::nullopt;  // laid out as NOP, NOP, option (RFC 7323 appendix A)
  std::uint8_t hop_limit = kDefaultHopLimit;               // towards the client only
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
