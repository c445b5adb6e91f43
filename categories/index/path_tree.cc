// SPDX-License-Identifier: Apache-2.0
#include "path_tree.h"

#include <string_view>

#include "path_parts.h"

namespace luytre::categories {

void PathTree::add(const HostPath& path, const IndexAnswer& answer) {
  SuffixHasher::Chain chain = hasher_.enter_path(hasher_.chain_of(path.host));
  TreeNode node;
  node.hash = SuffixHasher::finish(chain);
  PathParts parts(path.path);
  for (std::string_view part; parts.next(part);) {
    tree_.add_inner(node);
    chain = hasher_.extend_path(chain, part);
    node.parent = node.hash;
    node.hash = SuffixHasher::finish(chain);
    ++node.depth;
  }
  node.entry = static_cast<EntryId>(answers_.size());
  answers_.push_back(answer);
  tree_.add(node);
}

std::vector<std::uint32_t> PathTree::resolve(ValueTable& values) const {
  const std::span<const TreeNode> nodes = tree_.nodes();
  std::vector<std::uint32_t> numbers(nodes.size());
  for (const std::uint32_t position : tree_.by_depth()) {
    const TreeNode& node = nodes[position];
    if (node.entry != kNoEntry) {
      numbers[position] = values.number_of(answers_[node.entry]);
    } else {
      numbers[position] =
          node.depth == 0 ? values.number_of(IndexAnswer{}) : numbers[tree_.find(node.parent)];
    }
  }
  return numbers;
}

}  // namespace luytre::categories
