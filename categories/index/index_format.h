// SPDX-License-Identifier: Apache-2.0
#pragma once

// The index file, format 2. All numbers are little-endian.
//
//   IndexHeader    128 bytes
//   IndexBucket    64 bytes, one cache line: 8 slots of 8 bytes. bucket_count() times: names
//   IndexBucket    path_bucket_count() times: paths; none without paths
//   IndexValue     32 bytes. value_count times
//   RangeStart     16 bytes. prefix_range_count times; none without prefixes
//   range value    4 bytes. prefix_range_count times
//
// Names
//
// Listed names and the names between them form a tree of labels. Each of its nodes, from two labels
// on (from one where single-label names are listed), is one slot, from the highest bit down:
//
//   fingerprint    fingerprint_bits wide: of the node's suffix hash, never 0
//   value          all bits between: the number of the node's value
//   kSpilled       bit 1, in a bucket's last slot only: nodes went past this full bucket; look on
//   kHasChildren   bit 0: names below this one are in the tree
//
// An empty slot is 0. A node's home bucket is (hash.place * home_bucket_count) >> 64; where that is
// full, the node stands in the first bucket after it that is not, at most `spill_bucket_count`
// further (that many buckets follow the last home bucket, so there is no wrapping around). A name
// that is not listed is told by its home bucket alone, unless that one spilled: at 58 % load that
// is one in twenty.
//
// A value is what names get once all inheritance is resolved, so that only the deepest node found
// counts: `exact` where the question ends at the node, `below` where it goes on. Value 0 is the
// root's: what no other node covers.
//
// How often does the index say "listed" of a name that is not? A probe compares the fingerprint
// with the slots of one bucket, 4.6 on average. Fingerprints take what the value numbers leave:
// with 2^20 values, the most the builder allows, 42 bits: 4.6 / 2^42 = 1.1e-12 a probe; with 4,096
// values 50 bits, 4.1e-15: one wrong answer among 2.4e14 different names. The key is secret and
// drawn with each database, so that nobody can look for such names. Between the names of the file
// itself there is none: the builder sees two equal fingerprints in reach of each other and takes
// another salt.
//
// Paths
//
// Hosts with listed paths, their paths and the beginnings of those form trees in buckets of the same
// kind, under the same key and salt. A host is the root of its tree, so one probe tells that a host
// has no paths at all. Below it stand the beginnings that end before a '/', a '?', a '&' or at the
// path's end; a beginning that is not listed itself has the value of the longest listed one above
// it. Hosts are never looked up among the names, nor names among the hosts.
//
// Prefixes
//
// The 128-bit space of addresses (IPv4 in its mapped form), cut where the answer of the longest
// prefix changes: range i goes from its start up to the next range's start. Starts ascend strictly
// and the first is 0. n prefixes make at most 2 n + 3 ranges.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "suffix_hash.h"

namespace luytre::categories {

inline constexpr std::array<char, 8> kIndexMagic{'L', 'u', 'y', 't', 'r', 'e', 'I', 'x'};
inline constexpr std::uint32_t kIndexVersion = 2;
inline constexpr std::uint32_t kFlagSingleLabels = 1;  // some listed name has a single label
// Of an overlay: the root or a name of a single label is overridden.
inline constexpr std::uint32_t kFlagShallowOverrides = 2;

inline constexpr std::size_t kSlotsPerBucket = 8;
inline constexpr std::uint32_t kMaxSpillBuckets = 64;
inline constexpr std::uint64_t kHasChildren = 1;
inline constexpr std::uint64_t kSpilled = 2;
inline constexpr unsigned kSlotFlagBits = 2;
// Readers accept any fingerprint from 8 bits on; the builder writes none below 42 (2^20 values).
inline constexpr unsigned kMinFingerprintBits = 8;
inline constexpr unsigned kMaxFingerprintBits = 61;
inline constexpr std::uint32_t kMaxValues = std::uint32_t{1} << 20U;

struct IndexHeader {
  std::array<char, 8> magic = kIndexMagic;
  std::uint32_t version = kIndexVersion;
  std::uint32_t flags = 0;
  std::uint64_t serial = 0;
  std::uint64_t name_count = 0;  // listed names
  std::uint64_t node_count = 0;  // occupied slots
  std::uint64_t home_bucket_count = 0;
  std::uint32_t spill_bucket_count = 0;
  std::uint32_t value_count = 0;
  std::uint32_t fingerprint_bits = 0;
  std::uint32_t prefix_range_count = 0;
  std::array<std::uint64_t, 2> key{};  // of SuffixHasher
  std::uint64_t salt = 0;              // of fingerprint()
  std::uint32_t path_node_count = 0;   // occupied slots
  std::uint32_t path_home_bucket_count = 0;
  std::uint32_t path_spill_bucket_count = 0;
  std::uint32_t path_count = 0;    // listed paths
  std::uint32_t prefix_count = 0;  // listed prefixes
  std::uint32_t reserved = 0;
  std::uint64_t payload_checksum = 0;  // XXH3, 64 bits, of everything behind the header
  std::uint64_t header_checksum = 0;   // XXH3, 64 bits, of the header up to here

  [[nodiscard]] std::uint64_t bucket_count() const noexcept {
    return home_bucket_count + spill_bucket_count;
  }
  [[nodiscard]] std::uint64_t path_bucket_count() const noexcept {
    return std::uint64_t{path_home_bucket_count} + path_spill_bucket_count;
  }
};
static_assert(sizeof(IndexHeader) == 128 && std::is_trivially_copyable_v<IndexHeader>);

struct IndexAnswer {
  std::uint64_t categories = 0;
  std::uint8_t matched_labels = 0;
  std::uint8_t minimum_age = 0;
  std::uint8_t overrides = 0;  // not 0, in an overlay: this is the answer, not the main index's
  std::array<std::uint8_t, 5> reserved{};

  friend bool operator==(const IndexAnswer&, const IndexAnswer&) noexcept = default;
};
struct IndexValue {
  IndexAnswer exact;
  IndexAnswer below;

  friend bool operator==(const IndexValue&, const IndexValue&) noexcept = default;
};
static_assert(sizeof(IndexValue) == 32 && std::is_trivially_copyable_v<IndexValue>);

// The first address of a range: the number whose big-endian form is its 16 octets.
__extension__ using RangeStart = unsigned __int128;
static_assert(sizeof(RangeStart) == 16);

using IndexBucket = std::array<std::uint64_t, kSlotsPerBucket>;
static_assert(sizeof(IndexBucket) == 64);

// Where a node is looked for first. The product's upper half maps `place` evenly onto any number of
// buckets, in order.
[[nodiscard]] inline std::uint64_t home_bucket(SuffixHash hash,
                                               std::uint64_t home_bucket_count) noexcept {
  __extension__ using Product = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Product>(hash.place) * home_bucket_count) >> 64U);
}

// The fingerprint as it stands in a slot: in the upper `bits` bits, the rest 0. Another salt gives
// another fingerprint and leaves the name in its place.
[[nodiscard]] inline std::uint64_t fingerprint(SuffixHash hash, std::uint64_t salt,
                                               unsigned bits) noexcept {
  const std::uint64_t print = fold_multiply(hash.print ^ salt, 0x9fb21c651e98df25U) >> (64U - bits);
  return (print + (print == 0 ? 1U : 0U)) << (64U - bits);
}

// The bits of a slot that hold the fingerprint, and the number of the slot's value.
[[nodiscard]] constexpr std::uint64_t fingerprint_mask(unsigned bits) noexcept {
  return ~std::uint64_t{0} << (64U - bits);
}
[[nodiscard]] constexpr std::uint64_t value_number(std::uint64_t slot, unsigned bits) noexcept {
  return (slot & ~fingerprint_mask(bits)) >> kSlotFlagBits;
}
// The widest fingerprint that leaves room to number `value_count` (at least 1) values.
[[nodiscard]] constexpr unsigned widest_fingerprint(std::uint32_t value_count) noexcept {
  const unsigned value_bits = static_cast<unsigned>(std::bit_width(value_count - 1));
  return std::min(kMaxFingerprintBits, 64U - kSlotFlagBits - value_bits);
}

// Writes both checksums into a complete image (header and payload). Requires image.size() >=
// sizeof(IndexHeader).
void seal_index(std::span<std::uint8_t> image) noexcept;

}  // namespace luytre::categories
