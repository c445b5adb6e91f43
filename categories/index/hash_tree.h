// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "suffix_hash.h"

namespace luytre::categories {

// The number of what is said about a node; nodes about which the same is said share it.
using EntryId = std::uint32_t;
inline constexpr EntryId kNoEntry = ~EntryId{0};

// Something listed, or what stands between listed nodes and the top of their tree. Nodes are known
// by their 128-bit keyed hashes alone: that two of 20 million share one has a probability of 2^-80.
struct TreeNode {
  SuffixHash hash;
  SuffixHash parent;
  EntryId entry = kNoEntry;
  std::uint8_t depth = 0;
  bool has_children = false;
  bool overrides = false;  // what is said here replaces another index's answer, here and below
};

// Collects nodes in any order and gives them back each once and sorted by hash.
class HashTree {
 public:
  void add(const TreeNode& node) { nodes_.push_back(node); }
  // A node that has nodes below it, whether something is said about it or not.
  void add_inner(const TreeNode& node);

  // Sorts, and unites what is known of each node; what stands below requires it after the last
  // add(). Conflict when two entries were added for a node, of which `what` says what it is: "a
  // name"; NoSpace from 2^32 nodes on.
  [[nodiscard]] Result<void> finish(std::string_view what);

  [[nodiscard]] std::span<const TreeNode> nodes() const noexcept { return nodes_; }
  // Position in nodes(), or nodes().size().
  [[nodiscard]] std::size_t find(const SuffixHash& hash) const noexcept;
  // Positions in nodes() with parents before children.
  [[nodiscard]] std::vector<std::uint32_t> by_depth() const;

 private:
  void index_places();

  std::vector<TreeNode> nodes_;
  // Which inner nodes were added lately, so that the 100,000 names below one do not add it 100,000
  // times. A miss costs a node that finish() unites with its equal.
  std::vector<SuffixHash> recent_inner_;
  // Where in nodes_ the hashes with each value of their upper bits begin.
  std::vector<std::uint32_t> place_begins_;
  unsigned place_shift_ = 0;
};

}  // namespace luytre::categories
