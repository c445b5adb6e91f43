// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/error.h"
#include "hash_tree.h"
#include "index_format.h"
#include "prefix_ranges.h"

namespace luytre::categories {

// A finished tree with the number of each node's value.
struct NumberedTree {
  const HashTree* tree = nullptr;
  std::span<const std::uint32_t> value_numbers;  // one a node
};

// What an index file is made from.
struct IndexContent {
  NumberedTree names;
  NumberedTree paths = {};  // without a tree: no paths
  std::span<const PrefixRanges::Range> prefix_ranges = {};
  std::span<const IndexValue> values;  // the first is the root's
  std::array<std::uint64_t, 2> key{};  // of the hashes in the trees
  std::uint32_t flags = 0;
  std::uint64_t serial = 0;
  std::uint64_t name_count = 0;  // listed names, the root among them
  std::uint64_t path_count = 0;
  std::uint64_t prefix_count = 0;
  // Narrower fingerprints make collisions likely enough for a test to meet them.
  unsigned max_fingerprint_bits = kMaxFingerprintBits;
};

// The complete, sealed bytes of the file. NoSpace: more than 2^20 different values, more ranges than
// 32 bits count, or no arrangement without two equal fingerprints was found in kMaxArrangements
// attempts (at full width a single attempt fails once in 10,000 indexes of 10 million names).
inline constexpr unsigned kMaxArrangements = 64;
[[nodiscard]] Result<std::vector<std::uint8_t>> make_index_image(const IndexContent& content);

}  // namespace luytre::categories
