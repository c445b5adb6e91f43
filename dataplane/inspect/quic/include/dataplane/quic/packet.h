// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/quic/version.h"

namespace luytre::dataplane::quic {

// RFC 9000 §17.2. Versions 1, 2 and the drafts have at most 20; others up to 255 (RFC 8999 §5.1).
inline constexpr std::size_t kMaxConnectionIdBytes = 20;
// "A server MUST discard an Initial packet that is carried in a UDP datagram with a payload that is
// smaller" (RFC 9000 §14.1).
inline constexpr std::size_t kMinInitialDatagramBytes = 1200;

// One Initial packet of a version that we read, as it lies in its datagram; all spans borrow from it.
struct InitialPacket {
  Version version = Version::V1;
  std::uint32_t version_number = 0;
  std::span<const std::uint8_t> packet;  // from its first byte to the end that Length gives
  std::span<const std::uint8_t> destination_id;
  std::span<const std::uint8_t> source_id;
  std::size_t packet_number_at = 0;  // offset in `packet`; 20 bytes follow it at least
};

// What a UDP datagram is to somebody who looks for new connections. Nothing is authenticated here.
enum class DatagramKind : std::uint8_t {
  Other,           // no long header: another protocol, or a later packet of a QUIC connection
  Initial,         // holds Initial packets of a version that we read
  ZeroRtt,         // 0-RTT of a version that we read, and no Initial
  Later,           // Handshake, Retry, Version Negotiation: nothing that begins a connection
  UnknownVersion,  // long header of a version that we cannot read, in a datagram that could begin a
                   // connection; a version that only asks for versions is Later
  GoogleQuic,      // Google's own handshake with its version in front (Q0xx, T0xx)
};

// A datagram taken apart (RFC 9000 §12.2).
struct Datagram {
  static constexpr std::size_t kMaxInitials = 4;

  DatagramKind kind = DatagramKind::Other;
  std::size_t payload_bytes = 0;
  std::array<InitialPacket, kMaxInitials> initials;
  std::size_t initial_count = 0;
  bool has_more = false;  // Initials than kMaxInitials, or packets than anybody sends

  [[nodiscard]] std::span<const InitialPacket> all() const noexcept {
    return {initials.data(), initial_count};
  }
};

// True if the datagram can only be a later packet of a connection or no QUIC at all: most packets,
// told by their first byte. Google's QUIC is not looked for here.
[[nodiscard]] inline bool has_long_header(std::span<const std::uint8_t> payload) noexcept {
  return !payload.empty() && (payload[0] & 0x80U) != 0;
}

// Walks the coalesced packets of a client's datagram, up to 64 of them, and notes the first four
// Initials. The fixed bit may be greased (RFC 9287). SCONE packets are stepped over. What does not
// parse ends the walk.
[[nodiscard]] Datagram take_apart(std::span<const std::uint8_t> payload) noexcept;

// The source connection id that a server's datagram shows in the long header of an Initial or a
// Handshake packet: where its client will send to. Empty for others; Retry is among these, because
// the client that follows it begins anew (RFC 9000 §17.2.5.2).
[[nodiscard]] std::span<const std::uint8_t> server_source_id(
    std::span<const std::uint8_t> payload) noexcept;

}  // namespace luytre::dataplane::quic
