// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "categories/category_set.h"
#include "categories/index/index_builder.h"
#include "categories/taxonomy.h"
#include "index_format.h"
#include "label_tree.h"

namespace luytre::categories {

// Works out once, when the index is built, what a lookup would otherwise gather on its way down:
// per tier of the taxonomy a name's own categories, or those of the nearest name above it that has
// any there and reaches this far down; the minimum age likewise. Equal results share one value.
class Inheritance {
 public:
  explicit Inheritance(const Taxonomy& taxonomy) noexcept;

  // One value number a node of `tree`, in the order of its nodes. Value 0 is what `root` says.
  [[nodiscard]] std::vector<std::uint32_t> resolve(const LabelTree& tree,
                                                   std::span<const IndexEntry> entries,
                                                   const IndexEntry& root);
  [[nodiscard]] std::span<const IndexValue> values() const noexcept { return values_; }

 private:
  struct ValueHash {
    std::size_t operator()(const IndexValue& value) const noexcept;
  };

  [[nodiscard]] IndexAnswer inherit(const IndexAnswer& above, CategorySet own,
                                    std::uint8_t own_minimum_age,
                                    std::uint8_t depth) const noexcept;
  [[nodiscard]] std::uint32_t number_of(const IndexValue& value);

  // The tiers, and last the bits that belong to none: an index may be newer than the taxonomy.
  std::array<CategorySet, kCategoryTierCount + 1> tiers_;
  std::vector<IndexValue> values_;
  std::unordered_map<IndexValue, std::uint32_t, ValueHash> numbers_;
};

}  // namespace luytre::categories
