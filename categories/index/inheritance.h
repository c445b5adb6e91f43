// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "categories/category_set.h"
#include "categories/merged_entry.h"
#include "categories/taxonomy.h"
#include "index_format.h"
#include "label_tree.h"
#include "value_table.h"

namespace luytre::categories {

// Works out once, when the index is built, what a lookup would otherwise gather on its way down:
// per tier of the taxonomy a name's own categories, or those of the nearest name above it that has
// any there and reaches this far down, less what was withdrawn on the way; the minimum age likewise.
class Inheritance {
 public:
  explicit Inheritance(const Taxonomy& taxonomy) noexcept;

  // What is said about the name that is no node.
  struct Root {
    MergedEntry entry;
    bool overrides = false;
  };
  // One value number a node of `tree`, in the order of its nodes. The root's value must be the first
  // of the table, so `values` is empty before.
  [[nodiscard]] std::vector<std::uint32_t> resolve(const LabelTree& tree,
                                                   std::span<const MergedEntry> entries,
                                                   const Root& root, ValueTable& values) const;

 private:
  // What is said at one node, about the name itself or about the names below.
  struct Own {
    CategorySet categories;
    CategorySet withdrawn;
    std::uint8_t minimum_age = 0;
    bool age_withdrawn = false;
    std::uint8_t depth = 0;
    bool overrides = false;
  };
  [[nodiscard]] IndexAnswer inherit(const IndexAnswer& above, const Own& own) const noexcept;
  [[nodiscard]] IndexValue value_at(const IndexAnswer& above, const MergedEntry& entry,
                                    std::uint8_t depth, bool overrides) const noexcept;

  // The tiers, and last the bits that belong to none: an index may be newer than the taxonomy.
  std::array<CategorySet, kCategoryTierCount + 1> tiers_;
};

}  // namespace luytre::categories
