// SPDX-License-Identifier: Apache-2.0
#include "flow_table.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace luytre::dataplane {
namespace {

constexpr std::uint64_t kLowBits = 0x0101010101010101U;
constexpr std::uint64_t kHighBits = 0x8080808080808080U;

constexpr std::uint32_t kMinFlows = 16;
constexpr std::uint32_t kMaxFlows = 1U << 27U;

constexpr FlowTable::Tick kMaxIdleSeconds = 30'000;  // below half of what Tick can tell apart
constexpr FlowTable::Tick kHandshakeSeconds = 60;
constexpr FlowTable::Tick kRefusedSeconds = 60;
constexpr FlowTable::Tick kClosingSeconds = 10;

constexpr auto kSweepPeriod = std::chrono::milliseconds(8'000);
constexpr std::size_t kMaxSweepBuckets = 512;

// One bit (the highest) in each byte of the result whose byte in `bytes` is zero.
constexpr std::uint64_t zero_bytes(std::uint64_t bytes) noexcept {
  return ~(((bytes & ~kHighBits) + ~kHighBits) | bytes | ~kHighBits);
}
static_assert(zero_bytes(0x0100'0080'ff00'0100U) == 0x0080'8000'0080'0080U);

constexpr std::size_t first_byte(std::uint64_t found) noexcept {
  return static_cast<std::size_t>(std::countr_zero(found)) / 8;
}

template <typename Array>
std::uint64_t as_word(const Array& bytes) noexcept {
  static_assert(sizeof(Array) == sizeof(std::uint64_t));
  return std::bit_cast<std::uint64_t>(bytes);
}

// The top bits, which choose no bucket; never 0, which means free.
std::uint8_t tag_of(std::uint64_t hash) noexcept {
  const auto tag = static_cast<std::uint8_t>(hash >> 56U);
  return tag == 0 ? std::uint8_t{1} : tag;
}

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

void FlowTable::prefetch_buckets(std::uint64_t hash) const noexcept {
  __builtin_prefetch(&buckets_[first_bucket(hash)]);
  __builtin_prefetch(&buckets_[second_bucket(hash)]);
}

void FlowTable::prefetch_flow(std::uint64_t hash) const noexcept {
  const std::uint64_t pattern = tag_of(hash) * kLowBits;
  for (const std::size_t at : {first_bucket(hash), second_bucket(hash)}) {
    const std::uint64_t found = zero_bytes(as_word(buckets_[at].tags) ^ pattern);
    if (found != 0) {
      // 48 bytes may lie across two cache lines.
      const auto* flow = static_cast<const void*>(&flows_[at * kWays + first_byte(found)]);
      __builtin_prefetch(flow);
      __builtin_prefetch(static_cast<const std::uint8_t*>(flow) + sizeof(Flow) - 1);
      return;
    }
  }
}

FlowSlot FlowTable::find_in(std::size_t bucket, const FlowKey& key,
                            std::uint8_t tag) const noexcept {
  std::uint64_t found = zero_bytes(as_word(buckets_[bucket].tags) ^ tag * kLowBits);
  while (found != 0) {
    const std::size_t at = bucket * kWays + first_byte(found);
    if (flows_[at].key == key) {
      return static_cast<FlowSlot>(at);
    }
    found &= found - 1;
  }
  return kNoFlow;
}

FlowSlot FlowTable::find(const FlowKey& key, std::uint64_t hash) const noexcept {
  const std::uint8_t tag = tag_of(hash);
  const FlowSlot slot = find_in(first_bucket(hash), key, tag);
  return slot != kNoFlow ? slot : find_in(second_bucket(hash), key, tag);
}

// In the emptier of the two buckets, so that they fill evenly.
FlowSlot FlowTable::free_place(std::size_t first, std::size_t second) const noexcept {
  const std::uint64_t in_first = zero_bytes(as_word(buckets_[first].tags));
  const std::uint64_t in_second = zero_bytes(as_word(buckets_[second].tags));
  if (std::popcount(in_first) >= std::popcount(in_second)) {
    return in_first == 0 ? kNoFlow : static_cast<FlowSlot>(first * kWays + first_byte(in_first));
  }
  return static_cast<FlowSlot>(second * kWays + first_byte(in_second));
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
      const std::uint64_t room = zero_bytes(as_word(buckets_[to].tags));
      if (room == 0 || holds_packets(buckets_[from].states[way])) {
        continue;
      }
      const std::size_t new_way = first_byte(room);
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
  if (slot == kNoFlow) {
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
  flow(slot) = Flow{.key = key, .client_sequence = 0, .detail = 0};
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

void FlowTable::touch(FlowSlot slot, Tick now) noexcept {
  bucket(slot).last_seen[index(slot) % kWays] = now;
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
  std::uint64_t used = ~zero_bytes(as_word(swept.tags)) & kHighBits;
  while (used != 0) {
    const std::size_t way = first_byte(used);
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
