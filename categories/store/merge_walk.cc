// SPDX-License-Identifier: Apache-2.0
#include "merge_walk.h"

#include <algorithm>

#include "subject_key.h"

namespace luytre::categories {

MergedEntry NameMergeWalk::visit(lmdb::Bytes key, std::span<const Statement> statements) {
  while (depth_ > 0 && !begins_with(key, frames_[depth_ - 1].key)) {
    --depth_;
  }
  const std::span<const Voice> above =
      depth_ == 0 ? std::span<const Voice>{} : std::span<const Voice>(frames_[depth_ - 1].voices);
  const SubjectMerge subtree = merge_->merge(statements, Reach::Subtree, above, &below_);
  const bool all_subtree = std::ranges::all_of(
      statements, [](const Statement& said) { return said.reach == Reach::Subtree; });
  const SubjectMerge exact =
      all_subtree ? subtree : merge_->merge(statements, Reach::Exact, above, nullptr);
  // A name that only speaks about itself changes nothing below.
  if (std::ranges::any_of(statements,
                          [](const Statement& said) { return said.reach == Reach::Subtree; })) {
    if (depth_ == frames_.size()) {
      frames_.emplace_back();
    }
    Frame& frame = frames_[depth_++];
    frame.key.assign(key.begin(), key.end());
    frame.voices.swap(below_);
  }
  return {.exact = exact.own,
          .subtree = subtree.own,
          .exact_withdrawn = exact.withdrawn,
          .subtree_withdrawn = subtree.withdrawn,
          .exact_minimum_age = exact.minimum_age,
          .subtree_minimum_age = subtree.minimum_age,
          .exact_age_withdrawn = exact.age_withdrawn,
          .subtree_age_withdrawn = subtree.age_withdrawn};
}

}  // namespace luytre::categories
