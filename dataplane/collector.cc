// SPDX-License-Identifier: Apache-2.0
#include "collector.h"

#include <cstring>

namespace luytre::dataplane {

Collector::Collector(std::uint32_t max_holds, std::uint32_t max_bytes)
    : max_bytes_(max_bytes),
      holds_(max_holds),
      bytes_(std::size_t{max_holds} * max_bytes, HugeArray<std::uint8_t>::Touch::Lazily) {
  free_.reserve(max_holds);
  for (std::uint32_t id = max_holds; id > 0; --id) {
    free_.push_back(static_cast<HoldId>(id - 1));
  }
}

HoldId Collector::open(FlowSlot flow, const PacketView& first_view,
                       Clock::time_point now) noexcept {
  if (free_.empty()) {
    return kNoHold;
  }
  const HoldId id = free_.back();
  free_.pop_back();
  Hold& opened = hold(id);
  opened.flow = flow;
  opened.first_sequence = first_view.tcp_sequence;
  opened.last_acknowledgement = first_view.tcp_acknowledgement;
  opened.byte_count = 0;
  opened.packet_count = 0;
  opened.has_fin = false;
  opened.since = now;
  opened.first_view = first_view;
  opened.older = newest_;
  opened.newer = kNoHold;
  if (newest_ != kNoHold) {
    hold(newest_).newer = id;
  } else {
    oldest_ = id;
  }
  newest_ = id;
  return id;
}

bool Collector::append(HoldId id, const Packet& packet,
                       std::span<const std::uint8_t> fresh) noexcept {
  Hold& held = hold(id);
  if (held.packet_count == kMaxPackets || fresh.size() > max_bytes_ - held.byte_count) {
    return false;
  }
  if (!fresh.empty()) {
    std::memcpy(&bytes_[static_cast<std::size_t>(id) * max_bytes_ + held.byte_count], fresh.data(),
                fresh.size());
  }
  held.byte_count += static_cast<std::uint32_t>(fresh.size());
  held.packets[held.packet_count++] = packet;
  ++held_packets_;
  return true;
}

void Collector::unlink(const Hold& closed) noexcept {
  (closed.older != kNoHold ? hold(closed.older).newer : oldest_) = closed.newer;
  (closed.newer != kNoHold ? hold(closed.newer).older : newest_) = closed.older;
}

void Collector::close(HoldId id) noexcept {
  const Hold& closed = hold(id);
  held_packets_ -= closed.packet_count;
  unlink(closed);
  free_.push_back(id);  // within the capacity reserved at start
}

std::span<const std::uint8_t> Collector::stream(HoldId id) const noexcept {
  const Hold& held = holds_[static_cast<std::size_t>(id)];
  if (held.byte_count == 0) {
    return {};
  }
  return {&bytes_[static_cast<std::size_t>(id) * max_bytes_], held.byte_count};
}

std::span<const Packet> Collector::packets(HoldId id) const noexcept {
  const Hold& held = holds_[static_cast<std::size_t>(id)];
  return {held.packets.data(), held.packet_count};
}

}  // namespace luytre::dataplane
