// SPDX-License-Identifier: Apache-2.0
#include "slot_arrangement.h"

#include <algorithm>

namespace luytre::categories {

namespace {

// 4.64 nodes a bucket of 8 is a load of 58 %: 64 / 4.64 = 13.8 bytes a node, and 14.9 a name with
// the 1.08 nodes a name of real lists. At 50 % it would be 17.3 bytes, at 70 % twice as many
// buckets spill.
constexpr std::uint64_t kNodesPer100Buckets = 464;

}  // namespace

std::uint64_t SlotArrangement::homes_for(std::uint64_t nodes) noexcept {
  return nodes * 100 / kNodesPer100Buckets + 1;
}

SlotArrangement::Outcome SlotArrangement::fill(
    std::span<const TreeNode> nodes, std::span<const std::uint32_t> value_numbers) noexcept {
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const std::uint64_t home = home_bucket(nodes[i].hash, home_bucket_count_);
    const std::uint64_t print = fingerprint(nodes[i].hash, salt_, fingerprint_bits_);
    const std::uint64_t slot = print | std::uint64_t{value_numbers[i]} << kSlotFlagBits |
                               (nodes[i].has_children ? kHasChildren : 0);
    // All buckets between a node's home and `last` are full: nodes before it went past them.
    last = std::max(last, home);
    last += buckets_[last].back() != 0 ? 1U : 0U;
    if (last - home > kMaxSpillBuckets) {
      return Outcome::Crowded;
    }
    if (!keep_clear(home, last, print)) {
      return Outcome::Collision;
    }
    IndexBucket& bucket = buckets_[last];
    *std::find(bucket.begin(), bucket.end(), 0U) = slot;
    spill_bucket_count_ = std::max(spill_bucket_count_, static_cast<std::uint32_t>(last - home));
  }
  buckets_.resize(home_bucket_count_ + spill_bucket_count_);
  return Outcome::Done;
}

// Marks the buckets that a node passes by. False if a lookup of the node would meet its fingerprint
// on the way. Nodes that come later cannot get in between: the buckets passed by are full, and what
// joins the last one compares itself with this node in turn.
bool SlotArrangement::keep_clear(std::uint64_t home, std::uint64_t last,
                                 std::uint64_t print) noexcept {
  for (std::uint64_t i = home; i <= last; ++i) {
    for (const std::uint64_t slot : buckets_[i]) {
      if ((slot & fingerprint_mask(fingerprint_bits_)) == print) {
        return false;
      }
    }
    buckets_[i].back() |= i < last ? kSpilled : 0;
  }
  return true;
}

}  // namespace luytre::categories
