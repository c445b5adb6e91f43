// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/layers.h"
#include "dataplane/packet.h"
#include "dataplane/packet_view.h"
#include "flow_key.h"
#include "huge_array.h"

namespace luytre::dataplane {

// What stood below the IP header of the last packets towards each client whose own packets do not tell the way back:
// labels of MPLS and tunnel endpoint identifiers of GTP-U are chosen by the receiver, so only packets of the other
// direction show them. Fixed memory, one thread; a new client takes the place of the one that was heard of longest ago
// among four.
class ReturnPaths {
 public:
  static constexpr std::size_t kMaxBytes = 128;  // longer headers are not kept

  struct Path {
    std::uint8_t size = 0;
    Layers layers;
    std::array<std::uint8_t, kMaxBytes> bytes{};

    [[nodiscard]] std::span<const std::uint8_t> header() const noexcept {
      return {bytes.data(), size};
    }
  };

  // `max_paths` is rounded up to a power of two; about 256 bytes each, taken when first written.
  ReturnPaths(std::uint32_t max_paths, std::uint64_t hash_seed);

  // From a packet towards the client. `tick`: seconds that wrap around; within one of them a client's path is written
  // once, unless its length changed.
  void learn(const Packet& packet, const PacketView& view, std::uint16_t tick) noexcept;
  // For a packet of the client; valid until the next learn().
  [[nodiscard]] const Path* find(const PacketView& view) const noexcept;

 private:
  static constexpr std::size_t kWays = 4;

  struct Entry {
    FlowKey key;  // the client's address and tags
    Path path;
  };
  // Apart from the entries, which stay untouched memory where nobody needs them.
  struct Place {
    std::uint16_t tag = 0;  // 0: free
    std::uint16_t tick = 0;
  };
  struct Position {
    std::size_t first;  // of its bucket
    std::uint16_t tag;
  };

  [[nodiscard]] Position position_of(const FlowKey& key) const noexcept;
  [[nodiscard]] std::size_t way_of(const FlowKey& key, const Position& position) const noexcept;

  FlowHasher hasher_;
  std::size_t mask_;  // of places
  std::vector<Place> places_;
  HugeArray<Entry> entries_;
};

}  // namespace luytre::dataplane
