// SPDX-License-Identifier: Apache-2.0
#include "return_paths.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace luytre::dataplane {
namespace {

constexpr std::uint32_t kMinPaths = 16;
constexpr std::uint32_t kMaxPaths = 1U << 22U;

FlowKey key_of(const PacketView& view, const categories::IpAddress& client) noexcept {
  FlowKey key;
  std::memcpy(&key.words[0], client.octets().data(), 16);
  key.words[4] = FlowKey::tags_of(view);
  return key;
}

}  // namespace

ReturnPaths::ReturnPaths(std::uint32_t max_paths, std::uint64_t hash_seed)
    : hasher_(hash_seed),
      mask_(std::bit_ceil(std::clamp(max_paths, kMinPaths, kMaxPaths)) - 1),
      places_(mask_ + 1),
      entries_(mask_ + 1, HugeArray<Entry>::Touch::Lazily) {}

ReturnPaths::Position ReturnPaths::position_of(const FlowKey& key) const noexcept {
  const std::uint64_t hash = hasher_(key);
  return {.first = hash & mask_ & ~(kWays - 1),
          .tag = static_cast<std::uint16_t>((hash >> 48U) | 1U)};
}

// Where the key is, or kWays.
std::size_t ReturnPaths::way_of(const FlowKey& key, const Position& position) const noexcept {
  std::size_t way = 0;
  while (way < kWays && (places_[position.first + way].tag != position.tag ||
                         !(entries_[position.first + way].key == key))) {
    ++way;
  }
  return way;
}

void ReturnPaths::learn(const Packet& packet, const PacketView& view, std::uint16_t tick) noexcept {
  if (view.network_offset > kMaxBytes) {
    return;
  }
  const FlowKey key = key_of(view, view.destination);
  const Position position = position_of(key);
  std::size_t way = way_of(key, position);
  if (way < kWays && places_[position.first + way].tick == tick &&
      entries_[position.first + way].path.size == view.network_offset) {
    return;
  }
  if (way == kWays) {
    way = 0;
    std::uint32_t longest = 0;
    for (std::size_t i = 0; i < kWays; ++i) {
      const Place& place = places_[position.first + i];
      const std::uint32_t age =
          place.tag == 0 ? 0x10000U : static_cast<std::uint16_t>(tick - place.tick);
      if (age > longest) {
        longest = age;
        way = i;
      }
    }
  }
  places_[position.first + way] = {.tag = position.tag, .tick = tick};
  Entry& entry = entries_[position.first + way];
  entry.key = key;
  entry.path.size = static_cast<std::uint8_t>(view.network_offset);
  std::memcpy(entry.path.bytes.data(), packet.bytes, view.network_offset);
  read_layers(packet.frame(), view.network_offset, entry.path.layers);
}

const ReturnPaths::Path* ReturnPaths::find(const PacketView& view) const noexcept {
  const FlowKey key = key_of(view, view.source);
  const Position position = position_of(key);
  const std::size_t way = way_of(key, position);
  return way == kWays ? nullptr : &entries_[position.first + way].path;
}

}  // namespace luytre::dataplane
