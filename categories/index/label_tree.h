// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/error.h"
#include "categories/domain_name.h"
#include "hash_tree.h"
#include "suffix_hash.h"

namespace luytre::categories {

// Collects names, in any order, with the names above each down to two labels. None is the root.
class LabelTree {
 public:
  explicit LabelTree(SuffixHasher hasher) : hasher_(hasher) {}

  void add(const DomainName& name, EntryId entry);
  // The name as one whose subtree overrides another index, whatever else is added about it.
  void add_override(const DomainName& name);

  // As HashTree::finish.
  [[nodiscard]] Result<void> finish() { return tree_.finish("a name"); }

  [[nodiscard]] const HashTree& nodes() const noexcept { return tree_; }
  [[nodiscard]] std::uint64_t name_count() const noexcept { return name_count_; }
  // Whether a name of a single label overrides.
  [[nodiscard]] bool has_shallow_overrides() const noexcept { return has_shallow_overrides_; }
  // Whether a node may have a single label: lookups then begin there.
  [[nodiscard]] bool has_single_labels() const noexcept { return has_single_labels_; }

 private:
  [[nodiscard]] TreeNode add_above(const DomainName& name);

  SuffixHasher hasher_;
  HashTree tree_;
  std::uint64_t name_count_ = 0;
  bool has_single_labels_ = false;
  bool has_shallow_overrides_ = false;
};

}  // namespace luytre::categories
