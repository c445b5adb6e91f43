// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/error.h"
#include "categories/domain_name.h"
#include "suffix_hash.h"

namespace luytre::categories {

// The number of an IndexEntry; names about which the same is said share it.
using EntryId = std::uint32_t;
inline constexpr EntryId kNoEntry = ~EntryId{0};

// A listed name, or a name between listed names and the top of the tree. Names are known by their
// 128-bit keyed hashes alone: that two of 20 million names share one has a probability of 2^-80.
struct LabelNode {
  SuffixHash hash;
  SuffixHash parent;
  EntryId entry = kNoEntry;
  std::uint8_t depth = 0;  // labels
  bool has_children = false;
};

// Collects listed names in any order and gives back the nodes of their tree, each once and sorted
// by hash.
class LabelTree {
 public:
  explicit LabelTree(SuffixHasher hasher);

  // Adds a name that is not the root, and the names above it down to two labels.
  void add(const DomainName& name, EntryId entry);

  // Sorts, and unites what is known of each name; what stands below requires it after the last
  // add(). Conflict when a name was added twice, NoSpace from 2^32 nodes on.
  [[nodiscard]] Result<void> finish();

  [[nodiscard]] std::span<const LabelNode> nodes() const noexcept { return nodes_; }
  [[nodiscard]] std::uint64_t name_count() const noexcept { return name_count_; }
  [[nodiscard]] bool has_single_labels() const noexcept { return has_single_labels_; }
  // Position in nodes(), or nodes().size().
  [[nodiscard]] std::size_t find(const SuffixHash& hash) const noexcept;
  // Positions in nodes() with parents before children.
  [[nodiscard]] std::vector<std::uint32_t> by_depth() const;

 private:
  void add_parent(const LabelNode& node);
  void index_places();

  SuffixHasher hasher_;
  std::vector<LabelNode> nodes_;
  // Which parents were added lately, so that the 100,000 names below one do not add it 100,000
  // times. A miss costs a node that finish() unites with its equal.
  std::vector<SuffixHash> recent_parents_;
  // Where in nodes_ the hashes with each value of their upper bits begin.
  std::vector<std::uint32_t> place_begins_;
  unsigned place_shift_ = 0;
  std::uint64_t name_count_ = 0;
  bool has_single_labels_ = false;
};

}  // namespace luytre::categories
