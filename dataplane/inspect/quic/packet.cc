// SPDX-License-Identifier: Apache-2.0
#include "dataplane/quic/packet.h"

#include "base/byte_order.h"
#include "base/cursor.h"
#include "varint.h"

namespace luytre::dataplane::quic {
namespace {

// More than fit into a datagram of a usual size: a long header, its length and a sample are 28 bytes.
constexpr std::size_t kMaxCoalesced = 64;

// A sample of the ciphertext for the header's protection begins four bytes after the packet number
// (RFC 9001 §5.4.2): a packet without room for it cannot be opened.
constexpr std::size_t kMinProtectedBytes = 4 + 16;

// In the terms of version 1; version 2 has other bits for them (RFC 9369 §3.2).
enum class PacketType : std::uint8_t { Initial, ZeroRtt, Handshake, Retry };

PacketType packet_type(std::uint8_t first, Version version) noexcept {
  const unsigned bits = first >> 4U & 3U;
  return static_cast<PacketType>(version == Version::V2 ? (bits + 3U) & 3U : bits);
}

// The part of a long header that all versions share (RFC 8999 §5.1).
struct LongHeader {
  std::uint8_t first = 0;
  std::uint32_t version_number = 0;
  Version version = Version::Unknown;
  std::span<const std::uint8_t> destination_id;
  std::span<const std::uint8_t> source_id;
};

// False: no long header.
bool read_long_header(Cursor& cursor, LongHeader& header) noexcept {
  header.first = cursor.u8();
  header.version_number = cursor.u32();
  header.version = version_of(header.version_number);
  header.destination_id = cursor.bytes(cursor.u8());
  header.source_id = cursor.bytes(cursor.u8());
  return cursor.ok() && (header.first & 0x80U) != 0;
}

bool has_short_ids(const LongHeader& header) noexcept {
  return header.destination_id.size() <= kMaxConnectionIdBytes &&
         header.source_id.size() <= kMaxConnectionIdBytes;
}

// Steps over what follows the ids up to the packet's end (RFC 9000 §17.2). False if it does not fit.
bool read_rest(Cursor& cursor, PacketType type, std::size_t& packet_number_at) noexcept {
  if (type == PacketType::Initial) {
    const std::uint64_t token_bytes = read_varint(cursor);
    if (token_bytes > cursor.remaining()) {
      return false;
    }
    cursor.skip(static_cast<std::size_t>(token_bytes));
  }
  const std::uint64_t length = read_varint(cursor);  // of packet number and payload
  packet_number_at = cursor.position();
  if (!cursor.ok() || length > cursor.remaining()) {
    return false;
  }
  cursor.skip(static_cast<std::size_t>(length));
  return true;
}

// What one packet says about its datagram. One that no server can open is stepped over all the same:
// servers go on to the next.
void note(Datagram& datagram, PacketType type, const InitialPacket& packet, bool has_end) noexcept {
  const bool can_be_opened = has_end && packet.destination_id.size() <= kMaxConnectionIdBytes &&
                             packet.source_id.size() <= kMaxConnectionIdBytes &&
                             packet.packet.size() - packet.packet_number_at >= kMinProtectedBytes;
  if (type == PacketType::Initial && can_be_opened) {
    datagram.kind = DatagramKind::Initial;
    if (datagram.initial_count == Datagram::kMaxInitials) {
      datagram.has_more = true;
    } else {
      datagram.initials[datagram.initial_count++] = packet;
    }
  } else if (datagram.kind == DatagramKind::Other) {
    datagram.kind =
        type == PacketType::ZeroRtt && can_be_opened ? DatagramKind::ZeroRtt : DatagramKind::Later;
  }
}

// Google's QUIC before it took over the long header: public flags, with the bit for a version, an
// eight-byte connection id, then the version's four characters.
bool is_google_quic(std::span<const std::uint8_t> payload) noexcept {
  constexpr std::uint8_t kVersionFlag = 0x01;
  constexpr std::uint8_t kIdFlag = 0x08;
  constexpr std::size_t kVersionAt = 9;
  if (payload.size() < kVersionAt + 4 || (payload[0] & 0xc0U) != 0 ||
      (payload[0] & (kVersionFlag | kIdFlag)) != (kVersionFlag | kIdFlag)) {
    return false;
  }
  const auto* version = payload.data() + kVersionAt;
  return (version[0] == 'Q' || version[0] == 'T') && version[1] == '0' && version[2] >= '0' &&
         version[2] <= '9' && version[3] >= '0' && version[3] <= '9';
}

// Q046, Q050, T051: a long header with the version's characters.
bool is_google_version(std::uint32_t number) noexcept {
  const std::uint32_t prefix = number >> 16U;
  return prefix == 0x5130 || prefix == 0x5430;  // "Q0", "T0"
}

// A version that we cannot read. Only what could begin a connection counts: the fixed bit, which no
// protocol that shares the highest bit (RTP among them) has set, and the size of a client's first
// datagram.
DatagramKind kind_of_unread(const LongHeader& header, std::size_t datagram_bytes) noexcept {
  if (header.version == Version::Negotiation || header.version == Version::Reserved) {
    return DatagramKind::Later;
  }
  const bool could_begin =
      (header.first & 0x40U) != 0 && datagram_bytes >= kMinInitialDatagramBytes;
  if (!could_begin) {
    return DatagramKind::Other;
  }
  return is_google_version(header.version_number) ? DatagramKind::GoogleQuic
                                                  : DatagramKind::UnknownVersion;
}

}  // namespace

Datagram take_apart(std::span<const std::uint8_t> payload) noexcept {
  Datagram datagram;
  datagram.payload_bytes = payload.size();
  if (!has_long_header(payload)) {
    datagram.kind = is_google_quic(payload) ? DatagramKind::GoogleQuic : DatagramKind::Other;
    return datagram;
  }
  auto rest = payload;
  for (std::size_t i = 0; has_long_header(rest); ++i) {
    Cursor cursor(rest);
    LongHeader header;
    if (!read_long_header(cursor, header)) {
      break;
    }
    if (i == kMaxCoalesced || datagram.has_more) {
      datagram.has_more = true;
      break;
    }
    if (header.version == Version::Scone) {  // ends with its ids
      rest = cursor.rest();
      continue;
    }
    if (!is_readable(header.version)) {
      if (datagram.kind == DatagramKind::Other) {
        datagram.kind = kind_of_unread(header, payload.size());
      }
      break;
    }
    InitialPacket packet{.version = header.version,
                         .version_number = header.version_number,
                         .packet = {},
                         .destination_id = header.destination_id,
                         .source_id = header.source_id};
    const PacketType type = packet_type(header.first, header.version);
    const bool has_end =
        type != PacketType::Retry && read_rest(cursor, type, packet.packet_number_at);
    packet.packet = rest.first(cursor.position());
    note(datagram, type, packet, has_end);
    if (!has_end) {
      break;  // a Retry has no length: it is the last one
    }
    rest = cursor.rest();
  }
  return datagram;
}

std::span<const std::uint8_t> server_source_id(std::span<const std::uint8_t> payload) noexcept {
  Cursor cursor(payload);
  LongHeader header;
  if (!read_long_header(cursor, header) || !is_readable(header.version) || !has_short_ids(header) ||
      packet_type(header.first, header.version) == PacketType::Retry) {
    return {};
  }
  return header.source_id;
}

}  // namespace luytre::dataplane::quic
