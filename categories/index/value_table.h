// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "index_format.h"
#include "suffix_hash.h"

namespace luytre::categories {

// The values of an index that is being built; equal ones share a number, in the order of asking.
class ValueTable {
 public:
  [[nodiscard]] std::uint32_t number_of(const IndexValue& value) {
    const auto [position, is_new] =
        numbers_.try_emplace(value, static_cast<std::uint32_t>(values_.size()));
    if (is_new) {
      values_.push_back(value);
    }
    return position->second;
  }
  // Of paths and prefixes, where nothing goes on below.
  [[nodiscard]] std::uint32_t number_of(const IndexAnswer& answer) {
    return number_of(IndexValue{.exact = answer, .below = answer});
  }

  [[nodiscard]] const IndexValue& operator[](std::uint32_t number) const noexcept {
    return values_[number];
  }
  [[nodiscard]] std::span<const IndexValue> values() const noexcept { return values_; }

 private:
  struct Hash {
    std::size_t operator()(const IndexValue& value) const noexcept {
      const auto words = std::bit_cast<std::array<std::uint64_t, 4>>(value);
      return fold_multiply(
          fold_multiply(words[0] ^ 0x9e3779b97f4a7c15U, words[1] ^ 0xd6e8feb86659fd93U),
          fold_multiply(words[2] ^ 0xa0761d6478bd642fU, words[3] ^ 0x9fb21c651e98df25U));
    }
  };

  std::vector<IndexValue> values_;
  std::unordered_map<IndexValue, std::uint32_t, Hash> numbers_;
};

}  // namespace luytre::categories
