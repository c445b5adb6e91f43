// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hash_tree.h"
#include "index_format.h"

namespace luytre::categories {

// Puts the nodes of one tree into buckets; knows nothing of files.
class SlotArrangement {
 public:
  SlotArrangement(std::uint64_t home_bucket_count, unsigned fingerprint_bits, std::uint64_t salt)
      : buckets_(home_bucket_count + kMaxSpillBuckets),
        home_bucket_count_(home_bucket_count),
        salt_(salt),
        fingerprint_bits_(fingerprint_bits) {}

  // How many home buckets so many nodes should have.
  [[nodiscard]] static std::uint64_t homes_for(std::uint64_t nodes) noexcept;

  enum class Outcome : std::uint8_t {
    Done,
    Collision,  // two nodes of equal fingerprint would be taken for each other: needs another salt
    Crowded,    // a node is too far from home: needs more buckets
  };
  // Once. `nodes` are sorted by hash and so by home bucket: filling goes from front to back and
  // touches memory once.
  [[nodiscard]] Outcome fill(std::span<const TreeNode> nodes,
                             std::span<const std::uint32_t> value_numbers) noexcept;

  [[nodiscard]] std::span<const IndexBucket> buckets() const noexcept { return buckets_; }
  [[nodiscard]] std::uint32_t spill_bucket_count() const noexcept { return spill_bucket_count_; }

 private:
  bool keep_clear(std::uint64_t home, std::uint64_t last, std::uint64_t print) noexcept;

  std::vector<IndexBucket> buckets_;
  std::uint64_t home_bucket_count_;
  std::uint64_t salt_;
  unsigned fingerprint_bits_;
  std::uint32_t spill_bucket_count_ = 0;
};

}  // namespace luytre::categories
