// SPDX-License-Identifier: Apache-2.0
#pragma once

// Open addressing in buckets of eight, two possible buckets a key. An insertion that finds both full
// moves one flow to that flow's other bucket, never one that holds packets: so the FlowSlot of a held
// flow stays valid until it is decided, and any other one until the next insertion. What every packet
// reads and writes (tag, state, time of the last packet) stands apart from the keys: 32 bytes a bucket
// stay in the cache for a million flows, and a flow itself is one cache line that is only read. In
// all 68 bytes a flow.

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/prefetch.h"
#include "dataplane/inspect/inspection.h"
#include "flow_key.h"
#include "huge_array.h"

namespace luytre::dataplane {

enum class FlowState : std::uint8_t {
  Handshake,   // seen, no client data yet
  Collecting,  // client data is held
  Judging,     // what it asks for is read; its verdict falls later in this burst
  Watching,    // allowed so far: more is to be read, or the server has not acknowledged it yet
  Allowed,
  Refused,
};
inline constexpr std::size_t kFlowStateCount = 6;

struct alignas(64) Flow {
  FlowKey key;
  std::uint32_t first_sequence;  // of the stream: tells a repeated SYN from a new connection
  // Handshake, Collecting, Judging, Watching: the first byte that no verdict covers.
  // Refused: the end of the client's data as we acknowledged it.
  std::uint32_t client_sequence;
  // Handshake, Collecting, Judging, Watching: the HoldId, as long as the hold has this generation.
  // Refused: the next sequence number of the server's side, after our FIN.
  std::uint32_t detail;
  std::uint32_t generation;
  std::uint32_t server_next;  // end of what the server sent until the flow was decided
  Reader reader;              // of the bytes from client_sequence on
  bool server_seen;           // server_next means something
  bool answered;              // the server sent data since the last verdict
  bool long_lived;  // client_sequence is so far on that it cannot be compared with the first
};
static_assert(sizeof(Flow) == 64);

// Position of one flow in its table.
enum class FlowSlot : std::uint32_t {};
inline constexpr FlowSlot kNoFlow{0xffffffff};

// Fixed memory, one thread. Time is passed in as whole seconds that wrap around (Tick).
class FlowTable {
 public:
  using Tick = std::uint16_t;
  [[nodiscard]] static Tick tick(std::chrono::steady_clock::time_point now) noexcept {
    return static_cast<Tick>(
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  }

  // `max_flows` is rounded up to a power of two (at least 16, at most 2^27). An idle timeout over
  // 30,000 s is taken as 30,000 s.
  FlowTable(std::uint32_t max_flows, std::chrono::seconds idle_timeout, std::uint64_t seed);

  [[nodiscard]] std::uint64_t hash(const FlowKey& key) const noexcept { return hasher_(key); }
  // The two stages of a look-up for a burst: first the buckets of all keys, then the flows that
  // they point to.
  void prefetch_buckets(std::uint64_t hash) const noexcept {
    prefetch(&buckets_[first_bucket(hash)]);
    prefetch(&buckets_[second_bucket(hash)]);
  }
  // What the second stage gives is a hint for find(): where the flow most likely is. `may_be_new`: for
  // a flow that is not there, where insert() would most likely put it.
  [[nodiscard]] FlowSlot prefetch_flow(std::uint64_t hash, bool may_be_new,
                                       Tick now) const noexcept {
    const std::uint8_t tag = tag_of(hash);
    for (const std::size_t at : {first_bucket(hash), second_bucket(hash)}) {
      const std::uint64_t found = ways_with(at, tag);
      if (found != 0) {
        const std::size_t slot = at * kWays + first_way(found);
        prefetch(&flows_[slot]);
        return static_cast<FlowSlot>(slot);
      }
    }
    if (may_be_new) {
      const FlowSlot place = place_for(hash, now);
      if (place != kNoFlow) {
        prefetch_to_write(&flows_[index(place)]);
      }
    }
    return kNoFlow;
  }
  [[nodiscard]] FlowSlot find(const FlowKey& key, std::uint64_t hash,
                              FlowSlot hint = kNoFlow) const noexcept {
    if (hint != kNoFlow && bucket(hint).tags[index(hint) % kWays] == tag_of(hash) &&
        flows_[index(hint)].key == key) [[likely]] {
      return hint;
    }
    const FlowSlot slot = find_in(first_bucket(hash), key, tag_of(hash));
    return slot != kNoFlow ? slot : find_in(second_bucket(hash), key, tag_of(hash));
  }

  // A new flow in Handshake; `key` must not be in the table. When both buckets are full it takes
  // the place of a closed, half-open, refused or else the longest idle flow; kNoFlow if all sixteen
  // are holding packets.
  [[nodiscard]] FlowSlot insert(const FlowKey& key, std::uint64_t hash, Tick now) noexcept;
  void erase(FlowSlot slot) noexcept;

  [[nodiscard]] Flow& flow(FlowSlot slot) noexcept { return flows_[index(slot)]; }
  [[nodiscard]] FlowState state(FlowSlot slot) const noexcept {
    return static_cast<FlowState>(bucket(slot).states[index(slot) % kWays] & kStateMask);
  }
  // Keeps the closing mark.
  void set_state(FlowSlot slot, FlowState state) noexcept;
  // Once either side sent FIN or RST, ten seconds without a packet are enough to forget the flow.
  // Only a hint, because anybody can forge them: a flow that goes on is kept.
  void mark_closing(FlowSlot slot) noexcept;
  void touch(FlowSlot slot, Tick now) noexcept {
    bucket(slot).last_seen[index(slot) % kWays] = now;
  }

  // Forgets idle flows, those that hold packets excepted: walks the whole table about every 8 s of
  // calls, at most 512 buckets a call.
  void sweep(std::chrono::steady_clock::time_point now) noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return flows_.size(); }
  // Flows that lost their place to a new one.
  [[nodiscard]] std::uint64_t replaced() const noexcept { return replaced_; }

 private:
  static constexpr std::size_t kWays = 8;
  static constexpr std::uint8_t kStateMask = 0x7f;
  static constexpr std::uint8_t kClosing = 0x80;
  static constexpr std::uint8_t kFree = 0;  // a tag that no flow has

  struct alignas(32) Bucket {
    std::array<std::uint8_t, kWays> tags;  // 0: free
    std::array<std::uint8_t, kWays> states;
    std::array<Tick, kWays> last_seen;
  };
  static_assert(sizeof(Bucket) == 32);

  static std::size_t index(FlowSlot slot) noexcept { return static_cast<std::size_t>(slot); }
  [[nodiscard]] std::size_t first_bucket(std::uint64_t hash) const noexcept {
    return hash & bucket_mask_;
  }
  [[nodiscard]] std::size_t second_bucket(std::uint64_t hash) const noexcept {
    return hash >> 32U & bucket_mask_;
  }
  [[nodiscard]] Bucket& bucket(FlowSlot slot) noexcept { return buckets_[index(slot) / kWays]; }
  [[nodiscard]] const Bucket& bucket(FlowSlot slot) const noexcept {
    return buckets_[index(slot) / kWays];
  }
  // The top bits, which choose no bucket; never 0, which means free.
  static std::uint8_t tag_of(std::uint64_t hash) noexcept {
    const auto tag = static_cast<std::uint8_t>(hash >> 56U);
    return tag == 0 ? std::uint8_t{1} : tag;
  }
  // One bit (the highest) in each byte of the result whose tag is `tag`, all eight ways at once.
  [[nodiscard]] std::uint64_t ways_with(std::size_t bucket, std::uint8_t tag) const noexcept {
    constexpr std::uint64_t kLowBits = 0x0101010101010101U;
    constexpr std::uint64_t kHighBits = 0x8080808080808080U;
    const std::uint64_t bytes =
        std::bit_cast<std::uint64_t>(buckets_[bucket].tags) ^ tag * kLowBits;
    return ~(((bytes & ~kHighBits) + ~kHighBits) | bytes | ~kHighBits);
  }
  static std::size_t first_way(std::uint64_t ways) noexcept {
    return static_cast<std::size_t>(std::countr_zero(ways)) / 8;
  }
  [[nodiscard]] FlowSlot find_in(std::size_t at, const FlowKey& key,
                                 std::uint8_t tag) const noexcept {
    for (std::uint64_t ways = ways_with(at, tag); ways != 0; ways &= ways - 1) {
      const std::size_t slot = at * kWays + first_way(ways);
      if (flows_[slot].key == key) [[likely]] {
        return static_cast<FlowSlot>(slot);
      }
    }
    return kNoFlow;
  }
  // Where a flow would be put if none were moved.
  [[nodiscard]] FlowSlot place_for(std::uint64_t hash, Tick now) const noexcept {
    const FlowSlot place = free_place(first_bucket(hash), second_bucket(hash));
    return place != kNoFlow ? place : worst_place(first_bucket(hash), second_bucket(hash), now);
  }
  [[nodiscard]] FlowSlot free_place(std::size_t first, std::size_t second) const noexcept;
  [[nodiscard]] FlowSlot move_one_away(std::size_t first, std::size_t second) noexcept;
  [[nodiscard]] FlowSlot worst_place(std::size_t first, std::size_t second,
                                     Tick now) const noexcept;
  [[nodiscard]] static bool holds_packets(std::uint8_t raw_state) noexcept;
  [[nodiscard]] Tick idle_limit(std::uint8_t state) const noexcept;
  void sweep_bucket(std::size_t bucket, Tick now) noexcept;

  FlowHasher hasher_;
  std::size_t bucket_mask_;
  HugeArray<Bucket> buckets_;
  HugeArray<Flow> flows_;
  std::array<Tick, kFlowStateCount> idle_limits_{};
  std::size_t size_ = 0;
  std::uint64_t replaced_ = 0;
  std::size_t sweep_at_ = 0;
  std::chrono::steady_clock::time_point swept_at_;
};

}  // namespace luytre::dataplane
