// SPDX-License-Identifier: Apache-2.0
#include "label_tree.h"

#include <array>

namespace luytre::categories {

namespace {

// The shallowest ancestor that has a node without being listed: lookups begin at two labels.
constexpr std::uint8_t kFirstInnerDepth = 2;

}  // namespace

void LabelTree::add(const DomainName& name, EntryId entry) {
  TreeNode node = add_above(name);
  node.entry = entry;
  tree_.add(node);
  ++name_count_;
}

void LabelTree::add_override(const DomainName& name) {
  TreeNode node = add_above(name);
  node.overrides = true;
  has_shallow_overrides_ = has_shallow_overrides_ || node.depth == 1;
  tree_.add(node);
}

// Adds the names above and returns the name's own node.
TreeNode LabelTree::add_above(const DomainName& name) {
  std::array<std::uint8_t, DomainName::kMaxLabels> offsets;
  const std::uint8_t labels = name.label_offsets(offsets);
  SuffixHasher::Chain chain = hasher_.root();
  TreeNode node;
  node.hash = SuffixHasher::finish(chain);
  for (std::uint8_t depth = 1; depth <= labels; ++depth) {
    chain = hasher_.extend(chain, name.wire().data(), offsets[std::size_t{labels} - depth]);
    node.parent = node.hash;
    node.hash = SuffixHasher::finish(chain);
    node.depth = depth;
    if (depth >= kFirstInnerDepth && depth < labels) {
      tree_.add_inner(node);
    }
  }
  has_single_labels_ = has_single_labels_ || labels == 1;
  return node;
}

}  // namespace luytre::categories
