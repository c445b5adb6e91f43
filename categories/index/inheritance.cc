// SPDX-License-Identifier: Apache-2.0
#include "inheritance.h"

#include <bit>

namespace luytre::categories {

Inheritance::Inheritance(const Taxonomy& taxonomy) noexcept {
  CategorySet known;
  for (std::size_t i = 0; i < kCategoryTierCount; ++i) {
    tiers_[i] = taxonomy.tier(static_cast<CategoryTier>(i));
    known |= tiers_[i];
  }
  tiers_[kCategoryTierCount] = CategorySet(~known.bits());
}

std::size_t Inheritance::ValueHash::operator()(const IndexValue& value) const noexcept {
  const auto words = std::bit_cast<std::array<std::uint64_t, 4>>(value);
  return fold_multiply(
      fold_multiply(words[0] ^ 0x9e3779b97f4a7c15U, words[1] ^ 0xd6e8feb86659fd93U),
      fold_multiply(words[2] ^ 0xa0761d6478bd642fU, words[3] ^ 0x9fb21c651e98df25U));
}

// What questions get that a name's own categories `own` cover, under a name whose subtree gets
// `above`.
IndexAnswer Inheritance::inherit(const IndexAnswer& above, CategorySet own,
                                 std::uint8_t own_minimum_age, std::uint8_t depth) const noexcept {
  if (own.empty() && own_minimum_age == 0) {
    return above;
  }
  CategorySet effective;
  for (const CategorySet tier : tiers_) {
    const CategorySet own_part = own & tier;
    effective |= own_part.empty() ? CategorySet(above.categories) & tier : own_part;
  }
  return {.categories = effective.bits(),
          .matched_labels = depth,
          .minimum_age = own_minimum_age != 0 ? own_minimum_age : above.minimum_age};
}

std::uint32_t Inheritance::number_of(const IndexValue& value) {
  const auto [position, is_new] =
      numbers_.try_emplace(value, static_cast<std::uint32_t>(values_.size()));
  if (is_new) {
    values_.push_back(value);
  }
  return position->second;
}

std::vector<std::uint32_t> Inheritance::resolve(const LabelTree& tree,
                                                std::span<const IndexEntry> entries,
                                                const IndexEntry& root) {
  values_.clear();
  numbers_.clear();
  const IndexAnswer nothing;
  const std::uint32_t root_number =
      number_of({.exact = inherit(nothing, root.exact, root.exact_minimum_age, 0),
                 .below = inherit(nothing, root.subtree, root.subtree_minimum_age, 0)});
  const std::span<const LabelNode> nodes = tree.nodes();
  std::vector<std::uint32_t> numbers(nodes.size());
  for (const std::uint32_t position : tree.by_depth()) {
    const LabelNode& node = nodes[position];
    // Two labels: the name above is a node only where it is listed. One label: above is the root.
    const bool parent_may_be_node = node.depth > 2 || (node.depth == 2 && tree.has_single_labels());
    const std::size_t parent = parent_may_be_node ? tree.find(node.parent) : nodes.size();
    const IndexAnswer above = values_[parent < nodes.size() ? numbers[parent] : root_number].below;
    const IndexEntry own = node.entry == kNoEntry ? IndexEntry{} : entries[node.entry];
    numbers[position] =
        number_of({.exact = inherit(above, own.exact, own.exact_minimum_age, node.depth),
                   .below = inherit(above, own.subtree, own.subtree_minimum_age, node.depth)});
  }
  return numbers;
}

}  // namespace luytre::categories
