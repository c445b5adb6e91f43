// SPDX-License-Identifier: Apache-2.0
#pragma once

// QUIC packets as clients and servers write them (RFC 9000 §17.2), protected with the product's own
// cipher, which the RFCs' vectors check.

#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>

#include "dataplane/quic/initial_cipher.h"
#include "dataplane/quic/initial_keys.h"
#include "client_hello.h"

namespace luytre::test {

inline constexpr std::uint32_t kQuicV1 = 1;
inline constexpr std::uint32_t kQuicV2 = 0x6b3343cf;
inline constexpr std::uint32_t kQuicDraft29 = 0xff00001d;

namespace quic {

inline void append_varint(Bytes& bytes, std::uint64_t value) {
  if (value < 0x40) {
    append_size(bytes, 1, value);
  } else if (value < 0x4000) {
    append_size(bytes, 2, value | 0x4000U);
  } else {
    append_size(bytes, 4, value | 0x80000000U);
  }
}

// Frames (RFC 9000 §19).
inline Bytes ping() { return {0x01}; }
inline Bytes padding(std::size_t size) { return Bytes(size); }
inline Bytes ack(std::uint64_t largest = 0) {
  Bytes frame{0x02};
  append_varint(frame, largest);
  return append(frame, Bytes{0, 0, 0}), frame;
}
inline Bytes ack_ecn() { return {0x03, 5, 0, 1, 1, 0, 2, 7, 7, 7}; }
inline Bytes close() { return {0x1c, 0, 0, 2, 'n', 'o'}; }
inline Bytes crypto(std::size_t offset, std::span<const std::uint8_t> bytes) {
  Bytes frame{0x06};
  append_varint(frame, offset);
  append_varint(frame, bytes.size());
  append(frame, bytes);
  return frame;
}
// The part [begin, end) of a message as its CRYPTO frame.
inline Bytes part(const Bytes& message, std::size_t begin, std::size_t end) {
  return crypto(begin, std::span(message).subspan(begin, end - begin));
}
inline Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes bytes;
  for (const Bytes& part : parts) {
    append(bytes, part);
  }
  return bytes;
}

enum class Type : std::uint8_t { Initial, ZeroRtt, Handshake, Retry };

inline std::uint8_t first_byte(std::uint32_t version, Type type) {
  const auto bits = static_cast<unsigned>(type);
  return static_cast<std::uint8_t>(0xc0U | (version == kQuicV2 ? (bits + 1) & 3U : bits) << 4U);
}

// One side of a connection that is being opened.
struct Endpoint {
  std::uint32_t version = kQuicV1;
  Bytes destination_id{0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08};
  Bytes source_id{0xc1, 0xc2, 0xc3, 0xc4};
  Bytes key_id = destination_id;  // that the Initial keys come from
  dataplane::quic::Sender sender = dataplane::quic::Sender::Client;
  Bytes token = {};
  bool grease_fixed_bit = false;

  [[nodiscard]] Endpoint with_id(std::uint8_t last) const {
    Endpoint other = *this;
    other.destination_id.back() = last;
    other.key_id = other.destination_id;
    return other;
  }

  // An Initial of `size` bytes or more; padding follows `frames`.
  [[nodiscard]] Bytes initial(const Bytes& frames, std::size_t size = 1200,
                              std::uint8_t number = 0) const {
    constexpr std::size_t kNumberBytes = 2;
    constexpr std::size_t kTag = dataplane::quic::InitialCipher::kTagBytes;
    Bytes packet = ids(Type::Initial);
    append_varint(packet, token.size());
    append(packet, token);
    Bytes content = frames;
    const std::size_t overhead = packet.size() + 2 + kNumberBytes + kTag;
    content.resize(std::max(
        {content.size(), std::size_t{4}, size > overhead ? size - overhead : std::size_t{0}}));
    append_size(packet, 2, (kNumberBytes + content.size() + kTag) | 0x4000U);
    append_size(packet, kNumberBytes, number);
    packet[0] |= kNumberBytes - 1;
    const std::size_t frames_at = packet.size();
    append(packet, content);
    packet.resize(packet.size() + kTag);
    static const dataplane::quic::InitialKeySchedule schedule;
    static dataplane::quic::InitialCipher cipher;
    dataplane::quic::InitialKeys keys;
    schedule.derive(dataplane::quic::version_of(version), key_id, sender, keys);
    if (!cipher.seal(packet, kNumberBytes, frames_at, keys)) {
      std::abort();
    }
    return packet;
  }
  // A packet under keys that only the two sides have.
  [[nodiscard]] Bytes sealed(Type type, std::size_t payload_bytes = 60) const {
    Bytes packet = ids(type);
    if (type == Type::Initial) {
      packet.push_back(0);  // no token
    }
    append_size(packet, 2, payload_bytes | 0x4000U);
    append(packet, Bytes(payload_bytes, 0x9d));
    return packet;
  }
  [[nodiscard]] Bytes retry() const {
    Bytes packet = ids(Type::Retry);
    append(packet, Bytes(40, 0x7e));  // token and integrity tag
    return packet;
  }
  [[nodiscard]] Bytes short_header(std::size_t payload_bytes = 40) const {
    Bytes packet{0x4c};
    append(packet, destination_id);
    append(packet, Bytes(payload_bytes, 0x9d));
    return packet;
  }

 private:
  [[nodiscard]] Bytes ids(Type type) const {
    Bytes packet{first_byte(version, type)};
    if (grease_fixed_bit) {
      packet[0] &= 0xbfU;
    }
    append_size(packet, 4, version);
    append(packet, with_size(1, destination_id));
    append(packet, with_size(1, source_id));
    return packet;
  }
};

inline Bytes version_negotiation(const Endpoint& server) {
  Bytes packet{0xea, 0, 0, 0, 0};
  append(packet, with_size(1, server.destination_id));
  append(packet, with_size(1, server.source_id));
  append_size(packet, 4, kQuicV2);
  return packet;
}

inline Bytes scone(const Endpoint& client, std::uint32_t version = 0x6f7dc0fd) {
  Bytes packet{0xff};
  append_size(packet, 4, version);
  append(packet, with_size(1, client.destination_id));
  append(packet, with_size(1, client.source_id));
  return packet;
}

// `message` in datagrams of one Initial each, cut at `cuts`.
inline std::vector<Bytes> hello_datagrams(const Endpoint& client, const Bytes& message,
                                          std::initializer_list<std::size_t> cuts = {}) {
  std::vector<Bytes> datagrams;
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    datagrams.push_back(client.initial(part(message, begin, cut), 1200,
                                       static_cast<std::uint8_t>(datagrams.size())));
    begin = cut;
  }
  datagrams.push_back(client.initial(part(message, begin, message.size()), 1200,
                                     static_cast<std::uint8_t>(datagrams.size())));
  return datagrams;
}

}  // namespace quic
}  // namespace luytre::test
