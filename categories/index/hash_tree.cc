// SPDX-License-Identifier: Apache-2.0
#include "hash_tree.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <string>
#include <tuple>

namespace luytre::categories {

namespace {

// 64 Ki nodes of 16 bytes: 1 MiB, what fits the second-level cache.
constexpr std::size_t kRecentInner = std::size_t{1} << 16U;

constexpr std::size_t kDepths = std::size_t{std::numeric_limits<std::uint8_t>::max()} + 1;

}  // namespace

void HashTree::add_inner(const TreeNode& node) {
  if (recent_inner_.empty()) {
    recent_inner_.resize(kRecentInner);
  }
  SuffixHash& recent = recent_inner_[node.hash.place % kRecentInner];
  if (recent == node.hash) {
    return;
  }
  recent = node.hash;
  nodes_.push_back(node);
  nodes_.back().has_children = true;
}

Result<void> HashTree::finish(std::string_view what) {
  if (nodes_.size() >= std::numeric_limits<std::uint32_t>::max()) {
    return fail(ErrorCode::NoSpace, "there are too many entries for one index");
  }
  std::sort(nodes_.begin(), nodes_.end(), [](const TreeNode& a, const TreeNode& b) {
    return std::tie(a.hash.place, a.hash.print) < std::tie(b.hash.place, b.hash.print);
  });
  std::size_t kept = 0;
  for (const TreeNode& node : nodes_) {
    if (kept == 0 || nodes_[kept - 1].hash != node.hash) {
      nodes_[kept++] = node;
      continue;
    }
    TreeNode& same = nodes_[kept - 1];
    if (same.entry != kNoEntry && node.entry != kNoEntry) {
      return fail(ErrorCode::Conflict, std::string(what) + " was added to the index twice");
    }
    same.entry = std::min(same.entry, node.entry);
    same.has_children = same.has_children || node.has_children;
    same.overrides = same.overrides || node.overrides;
  }
  nodes_.resize(kept);
  index_places();
  return {};
}

// About one entry a node, so that find() looks at one or two nodes.
void HashTree::index_places() {
  const unsigned bits = std::max(2U, static_cast<unsigned>(std::bit_width(nodes_.size()))) - 1;
  place_shift_ = 64U - bits;
  place_begins_.assign((std::size_t{1} << bits) + 1, static_cast<std::uint32_t>(nodes_.size()));
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    place_begins_[nodes_[i].hash.place >> place_shift_] = static_cast<std::uint32_t>(i);
  }
  for (std::size_t i = place_begins_.size() - 1; i-- > 0;) {
    place_begins_[i] = std::min(place_begins_[i], place_begins_[i + 1]);
  }
}

std::size_t HashTree::find(const SuffixHash& hash) const noexcept {
  const std::size_t slice = hash.place >> place_shift_;
  for (std::size_t i = place_begins_[slice]; i < place_begins_[slice + 1]; ++i) {
    if (nodes_[i].hash == hash) {
      return i;
    }
  }
  return nodes_.size();
}

std::vector<std::uint32_t> HashTree::by_depth() const {
  std::array<std::uint32_t, kDepths + 1> begins{};
  for (const TreeNode& node : nodes_) {
    ++begins[std::size_t{node.depth} + 1];
  }
  for (std::size_t depth = 1; depth < begins.size(); ++depth) {
    begins[depth] += begins[depth - 1];
  }
  std::vector<std::uint32_t> order(nodes_.size());
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    order[begins[nodes_[i].depth]++] = i;
  }
  return order;
}

}  // namespace luytre::categories
