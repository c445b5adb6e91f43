// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/prefetch.h"
#include "index_format.h"
#include "suffix_hash.h"

namespace luytre::categories {

// Buckets of an index, borrowed: where nodes are found by their hash. An empty table has no buckets
// and must not be searched.
class SlotTable {
 public:
  static constexpr std::size_t kBucketBytes = sizeof(IndexBucket);

  // What tells nodes apart; the same for all tables of a file.
  struct Prints {
    std::uint64_t salt = 0;
    unsigned bits = 0;
  };
  SlotTable() noexcept = default;
  SlotTable(const std::uint8_t* buckets, std::uint64_t home_bucket_count,
            std::uint32_t spill_bucket_count, Prints prints) noexcept
      : buckets_(buckets),
        home_bucket_count_(home_bucket_count),
        fingerprint_mask_(fingerprint_mask(prints.bits)),
        prints_(prints),
        spill_bucket_count_(spill_bucket_count) {}

  [[nodiscard]] bool empty() const noexcept { return home_bucket_count_ == 0; }

  // Where a node stands if it is in the table, and by what it is known there.
  struct Target {
    std::uint64_t wanted;        // fingerprint
    const std::uint8_t* bucket;  // its home
  };
  // Asks for the cache line, which the later probe() reads.
  [[nodiscard]] Target aim(SuffixHash hash) const noexcept {
    const Target target{.wanted = fingerprint(hash, prints_.salt, prints_.bits),
                        .bucket = buckets_ + home_bucket(hash, home_bucket_count_) * kBucketBytes};
    prefetch(target.bucket);
    return target;
  }

  // The node's slot, 0 if there is none. (Comparing the eight slots with wider registers, AVX2 or
  // AVX-512, measured the same: the time goes into waiting and into the branches.)
  [[nodiscard]] std::uint64_t probe(const Target& target) const noexcept {
    const std::uint8_t* at = target.bucket;
    for (std::uint32_t bucket = 0; bucket <= spill_bucket_count_; ++bucket) {
      std::uint64_t found = 0;
      std::uint64_t slot = 0;
      for (std::size_t i = 0; i < kSlotsPerBucket; ++i, at += sizeof slot) {
        std::memcpy(&slot, at, sizeof slot);
        found = (slot & fingerprint_mask_) == target.wanted ? slot : found;
      }
      if (found != 0 || (slot & kSpilled) == 0) {  // the flag is in the last slot
        return found;
      }
    }
    return 0;
  }

  [[nodiscard]] std::uint32_t value_of(std::uint64_t slot) const noexcept {
    return static_cast<std::uint32_t>(value_number(slot, prints_.bits));
  }

  // A checksum proves that the file is what was written, not that who wrote it was sane: one pass
  // over the slots shows that every value number is below `value_count` and that `node_count` slots
  // are occupied.
  [[nodiscard]] bool is_sound(std::uint64_t value_count, std::uint64_t node_count) const noexcept;

 private:
  const std::uint8_t* buckets_ = nullptr;
  std::uint64_t home_bucket_count_ = 0;
  std::uint64_t fingerprint_mask_ = 0;
  Prints prints_;
  std::uint32_t spill_bucket_count_ = 0;
};

}  // namespace luytre::categories
