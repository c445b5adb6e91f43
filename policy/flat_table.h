// SPDX-License-Identifier: Apache-2.0
#pragma once

// Trap: value 0 means "no entry"; keys map to values from 1 on.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/huge_pages.h"
#include "base/prefetch.h"

namespace luytre::policy {

// 128 bits of an address; both words in network order as loaded, only ever compared and hashed.
struct WideKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const WideKey&, const WideKey&) noexcept = default;
};

// Spreads a key over 64 bits; `seed` gives another spread when the first one crowds a bucket.
[[nodiscard]] inline std::uint64_t spread(std::uint64_t key, std::uint64_t seed) noexcept {
  key = (key ^ seed) * 0x9E3779B97F4A7C15ULL;
  key ^= key >> 32U;
  return key * 0xD6E8FEB86659FD93ULL;
}
[[nodiscard]] inline std::uint64_t spread(const WideKey& key, std::uint64_t seed) noexcept {
  return spread(key.low ^ spread(key.high, seed), seed);
}

// Keys to 32-bit values in buckets of one cache line, filled to a half. Built once, then read by
// any thread: a lookup reads one line, and at most kProbes of them whatever the keys are.
template <typename Key>
class FlatTable {
 public:
  static constexpr std::size_t kSlots = 64 / (sizeof(Key) + sizeof(std::uint32_t));
  static constexpr std::size_t kProbes = 4;

  [[nodiscard]] bool empty() const noexcept { return buckets_.empty(); }
  [[nodiscard]] std::size_t memory_bytes() const noexcept {
    return buckets_.size() * sizeof(Bucket) + filter_.size() * sizeof(std::uint64_t);
  }

  // Room for `keys` keys; call before the first insert.
  void reserve(std::size_t keys) {
    resize(std::bit_ceil(std::max<std::size_t>(2, keys * 2 / kSlots)));
  }

  // The value that the key has already, or 0 after it was added with `value`.
  std::uint32_t insert(const Key& key, std::uint32_t value) {
    if (buckets_.empty()) {
      reserve(1);
    }
    while (true) {
      const auto [slot_value, placed] = place(key, value);
      if (placed) {
        return slot_value;
      }
      grow();
    }
  }

  // Replaces every value by change(value).
  template <typename Change>
  void change_values(Change change) {
    for (Bucket& bucket : buckets_) {
      for (std::uint32_t& value : bucket.values) {
        value = value == 0 ? 0 : change(value);
      }
    }
  }

  // A lookup in steps, so that a burst overlaps its cache misses: hash() and prefetch_filter() for
  // all packets, then may_contain(), and prefetch() and find() for those that pass. All require
  // !empty().
  [[nodiscard]] std::uint64_t hash(const Key& key) const noexcept { return spread(key, seed_); }
  void prefetch_filter(std::uint64_t hash) const noexcept {
    luytre::prefetch(&filter_[word_of(hash)]);
  }
  // False: find() has no value for the key of this hash.
  [[nodiscard]] bool may_contain(std::uint64_t hash) const noexcept {
    const std::uint64_t bits = filter_bits(hash);
    return (filter_[word_of(hash)] & bits) == bits;
  }
  void prefetch(std::uint64_t hash) const noexcept { luytre::prefetch(&buckets_[home_of(hash)]); }
  [[nodiscard]] std::uint32_t find(const Key& key, std::uint64_t hash) const noexcept {
    const std::size_t home = home_of(hash);
    for (std::size_t probe = 0; probe < kProbes; ++probe) {
      const Bucket& bucket = buckets_[(home + probe) & mask_];
      // No branch: eight comparisons in a row are cheaper than one that is mispredicted.
      std::uint32_t found = 0;
      for (std::size_t slot = 0; slot < kSlots; ++slot) {
        found |= bucket.values[slot] & -static_cast<std::uint32_t>(bucket.keys[slot] == key);
      }
      if (found != 0 || bucket.values[kSlots - 1] == 0) [[likely]] {
        return found;
      }
    }
    return 0;
  }

 private:
  struct alignas(64) Bucket {
    std::array<Key, kSlots> keys{};
    std::array<std::uint32_t, kSlots> values{};  // filled from the front; 0: free
  };
  static_assert(sizeof(Bucket) == 64);

  // Each part of the hash has bits of its own: 0–17 within the filter's word, from 20 on the
  // bucket, from 40 on the word.
  [[nodiscard]] std::size_t home_of(std::uint64_t hash) const noexcept {
    return static_cast<std::size_t>(hash >> 20U) & mask_;
  }
  [[nodiscard]] std::size_t word_of(std::uint64_t hash) const noexcept {
    return static_cast<std::size_t>(hash >> 40U) & (mask_ >> 1U);
  }
  [[nodiscard]] static std::uint64_t filter_bits(std::uint64_t hash) noexcept {
    constexpr std::uint64_t kOne = 1;
    return kOne << (hash & 63U) | kOne << (hash >> 6U & 63U) | kOne << (hash >> 12U & 63U);
  }

  // `buckets`: a power of two, at least 2.
  void resize(std::size_t buckets) {
    buckets_.assign(buckets, Bucket{});
    filter_.assign(buckets / 2, 0);
    mask_ = buckets - 1;
  }

  // {value there already or 0, true}, or {0, false} if kProbes buckets are full.
  std::pair<std::uint32_t, bool> place(const Key& key, std::uint32_t value) noexcept {
    const std::uint64_t key_hash = hash(key);
    const std::size_t home = home_of(key_hash);
    for (std::size_t probe = 0; probe < kProbes; ++probe) {
      Bucket& bucket = buckets_[(home + probe) & mask_];
      for (std::size_t slot = 0; slot < kSlots; ++slot) {
        if (bucket.values[slot] == 0) {
          bucket.keys[slot] = key;
          bucket.values[slot] = value;
          filter_[word_of(key_hash)] |= filter_bits(key_hash);
          return {0, true};
        }
        if (bucket.keys[slot] == key) {
          return {bucket.values[slot], true};
        }
      }
    }
    return {0, false};
  }

  void grow() {
    const HugeVector<Bucket> old = std::move(buckets_);
    std::size_t size = old.size();
    while (true) {
      size *= 2;
      ++seed_;
      resize(size);
      if (std::ranges::all_of(old, [this](const Bucket& bucket) { return place_all(bucket); })) {
        return;
      }
    }
  }

  bool place_all(const Bucket& bucket) noexcept {
    for (std::size_t slot = 0; slot < kSlots; ++slot) {
      if (bucket.values[slot] != 0 && !place(bucket.keys[slot], bucket.values[slot]).second) {
        return false;
      }
    }
    return true;
  }

  template <typename T>
  using HugeVector = std::vector<T, HugePageAllocator<T>>;

  HugeVector<Bucket> buckets_;
  HugeVector<std::uint64_t> filter_;  // half as many words as buckets
  std::size_t mask_ = 0;
  std::uint64_t seed_ = 0;
};

}  // namespace luytre::policy
