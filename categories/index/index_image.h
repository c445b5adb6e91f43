// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/error.h"
#include "index_format.h"
#include "label_tree.h"

namespace luytre::categories {

// What an index file is made from.
struct IndexContent {
  const LabelTree* tree = nullptr;               // finished
  std::span<const std::uint32_t> value_numbers;  // one a node
  std::span<const IndexValue> values;            // the first is the root's
  std::array<std::uint64_t, 2> key{};            // of the hashes in `tree`
  std::uint64_t serial = 0;
  std::uint64_t name_count = 0;  // listed names, the root among them
  // Narrower fingerprints make collisions likely enough for a test to meet them.
  unsigned max_fingerprint_bits = kMaxFingerprintBits;
};

// The complete, sealed bytes of the file. NoSpace: more than 2^20 different values, or no
// arrangement without two equal fingerprints was found in kMaxArrangements attempts (at full width
// a single attempt fails once in 10,000 indexes of 10 million names).
inline constexpr unsigned kMaxArrangements = 64;
[[nodiscard]] Result<std::vector<std::uint8_t>> make_index_image(const IndexContent& content);

}  // namespace luytre::categories
