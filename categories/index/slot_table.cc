// SPDX-License-Identifier: Apache-2.0
#include "slot_table.h"

#include <algorithm>

namespace luytre::categories {

bool SlotTable::is_sound(std::uint64_t value_count, std::uint64_t node_count) const noexcept {
  std::uint64_t highest_value = 0;
  std::uint64_t occupied = 0;
  for (std::uint64_t i = 0; i < home_bucket_count_ + spill_bucket_count_; ++i) {
    IndexBucket bucket;
    std::memcpy(&bucket, buckets_ + i * kBucketBytes, sizeof bucket);
    for (const std::uint64_t slot : bucket) {
      highest_value = std::max(highest_value, value_number(slot, prints_.bits));
      occupied += slot != 0 ? 1U : 0U;
    }
  }
  return occupied == node_count && highest_value < value_count;
}

}  // namespace luytre::categories
