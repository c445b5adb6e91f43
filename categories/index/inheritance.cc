// SPDX-License-Identifier: Apache-2.0
#include "inheritance.h"

namespace luytre::categories {

Inheritance::Inheritance(const Taxonomy& taxonomy) noexcept {
  CategorySet known;
  for (std::size_t i = 0; i < kCategoryTierCount; ++i) {
    tiers_[i] = taxonomy.tier(static_cast<CategoryTier>(i));
    known |= tiers_[i];
  }
  tiers_[kCategoryTierCount] = CategorySet(~known.bits());
}

// What questions get that `own` covers, under a name whose subtree gets `above`. A withdrawal is no
// listing: the deepest listed name stays the one above.
IndexAnswer Inheritance::inherit(const IndexAnswer& above, const Own& own) const noexcept {
  const CategorySet kept = CategorySet(above.categories) - own.withdrawn;
  CategorySet effective;
  for (const CategorySet tier : tiers_) {
    const CategorySet own_part = own.categories & tier;
    effective |= own_part.empty() ? kept & tier : own_part;
  }
  const bool lists = !own.categories.empty() || own.minimum_age != 0;
  const std::uint8_t kept_age = own.age_withdrawn ? std::uint8_t{0} : above.minimum_age;
  return {.categories = effective.bits(),
          .matched_labels = lists ? own.depth : above.matched_labels,
          .minimum_age = own.minimum_age != 0 ? own.minimum_age : kept_age,
          .overrides = above.overrides != 0 || own.overrides ? std::uint8_t{1} : std::uint8_t{0}};
}

IndexValue Inheritance::value_at(const IndexAnswer& above, const MergedEntry& entry,
                                 std::uint8_t depth, bool overrides) const noexcept {
  return {.exact = inherit(above, {.categories = entry.exact,
                                   .withdrawn = entry.exact_withdrawn,
                                   .minimum_age = entry.exact_minimum_age,
                                   .age_withdrawn = entry.exact_age_withdrawn,
                                   .depth = depth,
                                   .overrides = overrides}),
          .below = inherit(above, {.categories = entry.subtree,
                                   .withdrawn = entry.subtree_withdrawn,
                                   .minimum_age = entry.subtree_minimum_age,
                                   .age_withdrawn = entry.subtree_age_withdrawn,
                                   .depth = depth,
                                   .overrides = overrides})};
}

std::vector<std::uint32_t> Inheritance::resolve(const LabelTree& tree,
                                                std::span<const MergedEntry> entries,
                                                const Root& root, ValueTable& values) const {
  const std::uint32_t root_number = values.number_of(value_at({}, root.entry, 0, root.overrides));
  const std::span<const TreeNode> nodes = tree.nodes().nodes();
  std::vector<std::uint32_t> numbers(nodes.size());
  for (const std::uint32_t position : tree.nodes().by_depth()) {
    const TreeNode& node = nodes[position];
    // Two labels: the name above is a node only where it is listed. One label: above is the root.
    const bool parent_may_be_node = node.depth > 2 || (node.depth == 2 && tree.has_single_labels());
    const std::size_t parent = parent_may_be_node ? tree.nodes().find(node.parent) : nodes.size();
    const IndexAnswer above = values[parent < nodes.size() ? numbers[parent] : root_number].below;
    const MergedEntry own = node.entry == kNoEntry ? MergedEntry{} : entries[node.entry];
    numbers[position] = values.number_of(value_at(above, own, node.depth, node.overrides));
  }
  return numbers;
}

}  // namespace luytre::categories
