// SPDX-License-Identifier: Apache-2.0
#include "label_tree.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <tuple>

namespace luytre::categories {

namespace {

// 64 Ki parents of 16 bytes: 1 MiB, what fits the second-level cache.
constexpr std::size_t kRecentParents = std::size_t{1} << 16U;

// The shallowest ancestor that has a node without being listed: lookups begin at two labels.
constexpr std::uint8_t kFirstInnerDepth = 2;

}  // namespace

LabelTree::LabelTree(SuffixHasher hasher) : hasher_(hasher), recent_parents_(kRecentParents) {}

void LabelTree::add(const DomainName& name, EntryId entry) {
  std::array<std::uint8_t, DomainName::kMaxLabels> offsets;
  const std::uint8_t labels = name.label_offsets(offsets);
  SuffixHasher::Chain chain = hasher_.root();
  LabelNode node;
  node.hash = SuffixHasher::finish(chain);
  for (std::uint8_t depth = 1; depth <= labels; ++depth) {
    chain = hasher_.extend(chain, name.wire().data(), offsets[std::size_t{labels} - depth]);
    node.parent = node.hash;
    node.hash = SuffixHasher::finish(chain);
    node.depth = depth;
    if (depth >= kFirstInnerDepth && depth < labels) {
      add_parent(node);
    }
  }
  node.entry = entry;
  nodes_.push_back(node);
  ++name_count_;
  has_single_labels_ = has_single_labels_ || labels == 1;
}

void LabelTree::add_parent(const LabelNode& node) {
  SuffixHash& recent = recent_parents_[node.hash.place % kRecentParents];
  if (recent == node.hash) {
    return;
  }
  recent = node.hash;
  nodes_.push_back(node);
  nodes_.back().has_children = true;
}

Result<void> LabelTree::finish() {
  if (nodes_.size() >= std::numeric_limits<std::uint32_t>::max()) {
    return fail(ErrorCode::NoSpace, "too many names for one index");
  }
  std::sort(nodes_.begin(), nodes_.end(), [](const LabelNode& a, const LabelNode& b) {
    return std::tie(a.hash.place, a.hash.print) < std::tie(b.hash.place, b.hash.print);
  });
  std::size_t kept = 0;
  for (const LabelNode& node : nodes_) {
    if (kept == 0 || nodes_[kept - 1].hash != node.hash) {
      nodes_[kept++] = node;
      continue;
    }
    LabelNode& same = nodes_[kept - 1];
    if (same.entry != kNoEntry && node.entry != kNoEntry) {
      return fail(ErrorCode::Conflict, "a name was added to the index twice");
    }
    same.entry = std::min(same.entry, node.entry);
    same.has_children = same.has_children || node.has_children;
  }
  nodes_.resize(kept);
  index_places();
  return {};
}

// About one entry a node, so that find() looks at one or two nodes.
void LabelTree::index_places() {
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

std::size_t LabelTree::find(const SuffixHash& hash) const noexcept {
  const std::size_t slice = hash.place >> place_shift_;
  for (std::size_t i = place_begins_[slice]; i < place_begins_[slice + 1]; ++i) {
    if (nodes_[i].hash == hash) {
      return i;
    }
  }
  return nodes_.size();
}

std::vector<std::uint32_t> LabelTree::by_depth() const {
  std::array<std::uint32_t, DomainName::kMaxLabels + 2> begins{};
  for (const LabelNode& node : nodes_) {
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
