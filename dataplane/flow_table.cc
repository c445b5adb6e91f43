// SPDX-License-Identifier: Apache-2.0
#include "flow_table.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace luytre::dataplane {
namespace {

constexpr std::uint32_t kMinFlows = 16;
constexpr std::uint32_t kMaxFlows = 1U << 27U;

constexpr FlowTable::Tick kMaxIdleSeconds = 30'000;  // below half of what Tick can tell apart
constexpr FlowTable::Tick kHandshakeSeconds = 60;
constexpr FlowTable::Tick kRefusedSeconds = 60;
constexpr FlowTable::Tick kClosingSeconds = 10;

constexpr auto kSweepPeriod = std::chrono::milliseconds(8'000);
constexpr std::size_t kMaxSweepBuckets = 512;

FlowTable::Tick age(FlowTable::Tick last_seen, FlowTable::Tick now) noexcept {
  return static_cast<FlowTable::Tick>(now - last_seen);
}

}  // namespace

FlowTable::FlowTable(std::uint32_t max_flows, std::chrono::seconds idle_timeout, std::uint64_t seed)
    : hasher_(seed),
      bucket_mask_(std::bit_ceil(std::clamp(max_flows, kMinFlows, kMaxFlows)) / kWays - 1),
      buckets_(bucket_mask_ + 1, HugeArray<Bucket>::Touch::Now),
      flows_((bucket_mask_ + 1) * kWays, HugeArray<Flow>::Touch::Now) {
  const auto idle = static_cast<Tick>(
      std::clamp<std::int64_t>(idle_timeout.count(), 1, std::int64_t{kMaxIdleSeconds}));
  idle_limits_.fill(idle);
  idle_limits_[static_cast<std::size_t>(FlowState::Handshake)] = std::min(idle, kHandshakeSeconds);
  idle_limits_[static_cast<std::size_t>(FlowState::Refused)] = std::min(idle, kRefusedSeconds);
}

// In the first bucket as long as it has room: then a lookup rarely needs the second.
FlowSlot FlowTable::free_place(std::size_t first, std::size_t second) const noexcept {
  for (const std::size_t at : {first, second}) {
    const std::uint64_t room = ways_with(at, kFree);
    if (room != 0) {
      return static_cast<FlowSlot>(at * kWays + first_way(room));
    }
  }
  return kNoFlow;
}

// Makes a place by moving one flow to its other bucket (one step of cuckoo hashing). Flows that
// hold packets stay, because their slot is known elsewhere.
FlowSlot FlowTable::move_one_away(std::size_t first, std::size_t second) noexcept {
  for (const std::size_t from : {first, second}) {
    for (std::size_t way = 0; way < kWays; ++way) {
      const std::size_t slot = from * kWays + way;
      const std::uint64_t moved = hash(flows_[slot].key);
      const std::size_t to =
          first_bucket(moved) == from ? second_bucket(moved) : first_bucket(moved);
      const std::uint64_t room = ways_with(to, kFree);
      if (room == 0 || holds_packets(buckets_[from].states[way])) {
        continue;
      }
      const std::size_t new_way = first_way(room);
      buckets_[to].tags[new_way] = buckets_[from].tags[way];
      buckets_[to].states[new_way] = buckets_[from].states[way];
      buckets_[to].last_seen[new_way] = buckets_[from].last_seen[way];
      flows_[to * kWays + new_way] = flows_[slot];
      return static_cast<FlowSlot>(slot);
    }
  }
  return kNoFlow;
}

// Those who would be missed least go first, so that a flood of half-open connections only pushes
// out its like.
FlowSlot FlowTable::worst_place(std::size_t first, std::size_t second, Tick now) const noexcept {
  FlowSlot worst = kNoFlow;
  std::uint32_t worst_score = 0;
  for (const std::size_t at : {first, second}) {
    const Bucket& bucket = buckets_[at];
    for (std::size_t way = 0; way < kWays; ++way) {
      if (holds_packets(bucket.states[way])) {
        continue;
      }
      const auto state = static_cast<FlowState>(bucket.states[way] & kStateMask);
      const std::uint32_t rank = (bucket.states[way] & kClosing) != 0 ? 4U
                                 : state == FlowState::Handshake      ? 3U
                                 : state == FlowState::Refused        ? 2U
                                                                      : 1U;
      const std::uint32_t score = rank << 16U | age(bucket.last_seen[way], now);
      if (score > worst_score) {
        worst_score = score;
        worst = static_cast<FlowSlot>(at * kWays + way);
      }
    }
  }
  return worst;
}

FlowSlot FlowTable::insert(const FlowKey& key, std::uint64_t hash, Tick now) noexcept {
  const std::size_t first = first_bucket(hash);
  const std::size_t second = second_bucket(hash);
  FlowSlot slot = free_place(first, second);
  // In a table that is all but full a move has nowhere to go, and costs a look at sixteen buckets.
  if (slot == kNoFlow && size_ < capacity() - capacity() / 32) {
    slot = move_one_away(first, second);
  }
  if (slot != kNoFlow) {
    ++size_;
  } else {
    slot = worst_place(first, second, now);
    if (slot == kNoFlow) {
      return kNoFlow;
    }
    ++replaced_;
  }
  Bucket& place = bucket(slot);
  const std::size_t way = index(slot) % kWays;
  place.tags[way] = tag_of(hash);
  place.states[way] = static_cast<std::uint8_t>(FlowState::Handshake);
  place.last_seen[way] = now;
  flow(slot) = Flow{.key = key,
                    .first_sequence = 0,
                    .client_sequence = 0,
                    .detail = 0xffffffff,
                    .generation = 0,
                    .server_next = 0,
                    .reader = Reader::Start,
                    .server_seen = false,
                    .answered = false,
                    .long_lived = false};
  return slot;
}

void FlowTable::erase(FlowSlot slot) noexcept {
  bucket(slot).tags[index(slot) % kWays] = 0;
  --size_;
}

void FlowTable::set_state(FlowSlot slot, FlowState state) noexcept {
  std::uint8_t& raw = bucket(slot).states[index(slot) % kWays];
  raw = static_cast<std::uint8_t>((raw & kClosing) | static_cast<std::uint8_t>(state));
}

void FlowTable::mark_closing(FlowSlot slot) noexcept {
  bucket(slot).states[index(slot) % kWays] |= kClosing;
}

bool FlowTable::holds_packets(std::uint8_t raw_state) noexcept {
  const auto state = static_cast<FlowState>(raw_state & kStateMask);
  return state == FlowState::Collecting || state == FlowState::Judging;
}

FlowTable::Tick FlowTable::idle_limit(std::uint8_t state) const noexcept {
  const Tick limit = idle_limits_[state & kStateMask];
  return (state & kClosing) != 0 ? std::min(limit, kClosingSeconds) : limit;
}

void FlowTable::sweep_bucket(std::size_t at, Tick now) noexcept {
  Bucket& swept = buckets_[at];
  std::uint64_t used = ~ways_with(at, kFree) & 0x8080808080808080U;
  while (used != 0) {
    const std::size_t way = first_way(used);
    used &= used - 1;
    // A flow that holds packets has its own, shorter bound in time.
    if (!holds_packets(swept.states[way]) &&
        age(swept.last_seen[way], now) > idle_limit(swept.states[way])) {
      erase(static_cast<FlowSlot>(at * kWays + way));
    }
  }
}

void FlowTable::sweep(std::chrono::steady_clock::time_point now) noexcept {
  const std::size_t bucket_count = bucket_mask_ + 1;
  const auto elapsed = std::min<std::chrono::steady_clock::duration>(now - swept_at_, kSweepPeriod);
  const auto due =
      static_cast<std::size_t>(elapsed.count()) /
      (static_cast<std::size_t>(std::chrono::steady_clock::duration(kSweepPeriod).count()) /
           bucket_count +
       1);
  if (due == 0) {
    return;
  }
  swept_at_ = now;
  const Tick tick_now = tick(now);
  for (std::size_t i = 0; i < std::min(due, kMaxSweepBuckets); ++i) {
    sweep_bucket(sweep_at_, tick_now);
    sweep_at_ = (sweep_at_ + 1) & bucket_mask_;
  }
}

}  // namespace luytre::dataplane
