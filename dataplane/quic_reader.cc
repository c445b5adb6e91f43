// SPDX-License-Identifier: Apache-2.0
#include "quic_reader.h"

#include <algorithm>
#include <cstring>

namespace luytre::dataplane {

std::uint32_t QuicReader::id_of(std::uint32_t version,
                                std::span<const std::uint8_t> connection_id) const noexcept {
  FlowKey key;
  const std::size_t size = std::min(connection_id.size(), quic::kMaxConnectionIdBytes);
  if (size != 0) {
    std::memcpy(key.words.data(), connection_id.data(), size);
  }
  key.words[3] = size;
  key.words[4] = version;
  // Zero is what a flow has that does not know an id yet.
  return static_cast<std::uint32_t>(hasher_(key) >> 32U) | 1U;
}

QuicReader::Reading QuicReader::add(QuicHolds& holds, QuicHoldId id, std::size_t connection,
                                    std::span<const std::uint8_t> frames, bool is_small) noexcept {
  if (is_small) {
    return {.result = Result::Small};
  }
  const auto added = quic::read_initial_frames(
      frames, holds.hold(id).connections[connection].stream(), holds.crypto(id, connection));
  return {.result = added == quic::CryptoStream::Added::Ok ? Result::Progress : Result::GiveUp,
          .connection = connection};
}

// With the keys of its own id: known already, or of a new connection.
QuicReader::Reading QuicReader::read_own(QuicHolds& holds, QuicHoldId id,
                                         const quic::InitialPacket& initial,
                                         bool is_small) noexcept {
  QuicHolds::Hold& hold = holds.hold(id);
  const std::uint32_t name = id_of(initial);
  for (std::size_t i = 0; i < hold.connection_count; ++i) {
    if (hold.connections[i].id() == name) {
      const auto frames = cipher_.open(initial, hold.connections[i].keys());
      return frames ? add(holds, id, i, *frames, is_small) : Reading{};
    }
  }
  quic::InitialKeys keys;
  schedule_.derive(initial.version, initial.destination_id, quic::Sender::Client, keys);
  const auto frames = cipher_.open(initial, keys);
  if (!frames) {
    return {};
  }
  if (is_small) {
    return {.result = Result::Small};
  }
  if (hold.connection_count == QuicHolds::kMaxConnections) {
    return {.result = Result::GiveUp};
  }
  const std::size_t connection = hold.connection_count++;
  hold.connections[connection].begin(initial, keys, name);
  return add(holds, id, connection, *frames, is_small);
}

// With the keys of the flow's other connections.
QuicReader::Reading QuicReader::read_other(QuicHolds& holds, QuicHoldId id,
                                           const quic::InitialPacket& initial,
                                           bool is_small) noexcept {
  QuicHolds::Hold& hold = holds.hold(id);
  for (std::size_t i = 0; i < hold.connection_count; ++i) {
    const quic::ConnectionIds ids = hold.connections[i].ids();
    quic::InitialKeys keys = hold.connections[i].keys();
    if (ids.version != initial.version) {
      schedule_.derive(initial.version, ids.destination_id, quic::Sender::Client, keys);
    }
    if (const auto frames = cipher_.open(initial, keys)) {
      return add(holds, id, i, *frames, is_small);
    }
  }
  return {};
}

QuicReader::Reading QuicReader::read_one(QuicHolds& holds, QuicHoldId id,
                                         const quic::InitialPacket& initial,
                                         bool is_small) noexcept {
  if (holds.hold(id).initial_count++ == QuicHolds::kMaxInitials) {
    return {.result = Result::GiveUp};
  }
  const Reading own = read_own(holds, id, initial, is_small);
  return own.result == Result::Nothing ? read_other(holds, id, initial, is_small) : own;
}

// Clients must not put packets of two connections into one datagram (RFC 9000 §12.2). A server may
// ignore the second or read it, so neither reading would be safe.
QuicReader::Reading QuicReader::read(QuicHolds& holds, QuicHoldId id,
                                     const quic::Datagram& datagram) noexcept {
  const bool is_small = datagram.payload_bytes < quic::kMinInitialDatagramBytes;
  if (datagram.has_more) {
    return {.result = Result::GiveUp};
  }
  Reading result;
  for (const quic::InitialPacket& initial : datagram.all()) {
    const Reading reading = read_one(holds, id, initial, is_small);
    if (reading.result == Result::Nothing) {
      continue;
    }
    const bool is_mixed =
        result.result == Result::Progress && reading.connection != result.connection;
    if (reading.result != Result::Progress || is_mixed) {
      return {.result = is_mixed ? Result::GiveUp : reading.result};
    }
    result = reading;
  }
  return result;
}

}  // namespace luytre::dataplane
