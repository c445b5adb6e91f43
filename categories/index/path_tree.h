// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/error.h"
#include "categories/host_path.h"
#include "hash_tree.h"
#include "index_format.h"
#include "suffix_hash.h"
#include "value_table.h"

namespace luytre::categories {

// Collects listed paths, in any order: their hosts, their beginnings and themselves are nodes.
class PathTree {
 public:
  explicit PathTree(SuffixHasher hasher) : hasher_(hasher) {}

  void add(const HostPath& path, const IndexAnswer& answer);

  // As HashTree::finish.
  [[nodiscard]] Result<void> finish() { return tree_.finish("a path"); }

  // One value number a node, in the order of the nodes: its own answer's, or that of the longest
  // path above it.
  [[nodiscard]] std::vector<std::uint32_t> resolve(ValueTable& values) const;

  [[nodiscard]] const HashTree& nodes() const noexcept { return tree_; }
  [[nodiscard]] std::size_t path_count() const noexcept { return answers_.size(); }

 private:
  SuffixHasher hasher_;
  HashTree tree_;
  std::vector<IndexAnswer> answers_;  // by EntryId
};

}  // namespace luytre::categories
