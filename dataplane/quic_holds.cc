// SPDX-License-Identifier: Apache-2.0
#include "quic_holds.h"

#include <algorithm>

namespace luytre::dataplane {

void QuicConnection::begin(const quic::InitialPacket& initial, const quic::InitialKeys& keys,
                           std::uint32_t id) noexcept {
  is_allowed = false;
  version_ = initial.version;
  version_number_ = initial.version_number;
  id_ = id;
  destination_bytes_ = static_cast<std::uint8_t>(initial.destination_id.size());
  source_bytes_ = static_cast<std::uint8_t>(initial.source_id.size());
  std::ranges::copy(initial.destination_id, destination_id_.begin());
  std::ranges::copy(initial.source_id, source_id_.begin());
  keys_ = keys;
  stream_.clear();
}

QuicHolds::QuicHolds(std::uint32_t max_holds)
    : holds_(max_holds),
      crypto_(std::size_t{max_holds} * kMaxConnections * quic::CryptoStream::kMaxBytes,
              HugeArray<std::uint8_t>::Touch::Lazily) {
  free_.reserve(max_holds);
  for (std::uint32_t id = max_holds; id > 0; --id) {
    free_.push_back(static_cast<QuicHoldId>(id - 1));
  }
}

QuicHoldId QuicHolds::open(FlowSlot flow, Clock::time_point now) noexcept {
  if (free_.empty()) {
    return kNoQuicHold;
  }
  const QuicHoldId id = free_.back();
  free_.pop_back();
  Hold& opened = hold(id);
  opened.flow = flow;
  opened.packet_count = 0;
  opened.byte_count = 0;
  opened.connection_count = 0;
  opened.initial_count = 0;
  opened.judged = 0;
  opened.since = now;
  opened.older = newest_;
  opened.newer = kNoQuicHold;
  (newest_ != kNoQuicHold ? hold(newest_).newer : oldest_) = id;
  newest_ = id;
  return id;
}

bool QuicHolds::append(QuicHoldId id, const Packet& packet, const PacketView& view) noexcept {
  Hold& held = hold(id);
  if (held.packet_count == kMaxPackets || view.payload_size > kMaxBytes - held.byte_count) {
    return false;
  }
  if (held.packet_count == 0) {
    held.first_view = view;
  }
  held.packets[held.packet_count++] = packet;
  held.byte_count += view.payload_size;
  ++held_packets_;
  return true;
}

void QuicHolds::close(QuicHoldId id) noexcept {
  const Hold& closed = hold(id);
  held_packets_ -= closed.packet_count;
  (closed.older != kNoQuicHold ? hold(closed.older).newer : oldest_) = closed.newer;
  (closed.newer != kNoQuicHold ? hold(closed.newer).older : newest_) = closed.older;
  free_.push_back(id);  // within the capacity reserved at start
}

std::span<const Packet> QuicHolds::packets(QuicHoldId id) const noexcept {
  const Hold& held = holds_[static_cast<std::size_t>(id)];
  return {held.packets.data(), held.packet_count};
}

}  // namespace luytre::dataplane
