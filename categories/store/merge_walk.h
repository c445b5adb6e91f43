// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "categories/lmdb/environment.h"
#include "categories/merged_entry.h"
#include "categories/taxonomy.h"
#include "statement_merge.h"

namespace luytre::categories {

// Merges names that come in key order: those above the one at hand are on a stack.
class NameMergeWalk {
 public:
  explicit NameMergeWalk(const StatementMerge& merge) noexcept : merge_(&merge) {}

  // `key` is the name's NameKey, so that the key of a name above is a prefix of it.
  [[nodiscard]] MergedEntry visit(lmdb::Bytes key, std::span<const Statement> statements);

 private:
  struct Frame {
    std::vector<std::uint8_t> key;
    std::vector<Voice> voices;  // all that come down to what is below
  };

  const StatementMerge* merge_;
  std::vector<Frame> frames_;  // the first depth_ are in use; the others keep their memory
  std::size_t depth_ = 0;
  std::vector<Voice> below_;
};

// What is said about a path or prefix with what comes down to it already put in: the longest that
// covers a question decides alone.
struct ResolvedEntry {
  CategorySet categories;
  std::uint8_t minimum_age = 0;
};

// Merges paths or prefixes that come in key order. Of a `Subject`, a.begins(b) says whether b's key
// begins with a's, and a.covers(b) whether a speaks about b too, which only one that begins b does.
template <typename Subject>
class ResolvedMergeWalk {
 public:
  ResolvedMergeWalk(const StatementMerge& merge, const Taxonomy& taxonomy) : merge_(&merge) {
    CategorySet known;
    for (std::size_t tier = 0; tier < kCategoryTierCount; ++tier) {
      tiers_[tier] = taxonomy.tier(static_cast<CategoryTier>(tier));
      known |= tiers_[tier];
    }
    tiers_.back() = CategorySet(~known.bits());
  }

  // Nothing: the subject gets no other answer than what covers it.
  [[nodiscard]] std::optional<ResolvedEntry> visit(const Subject& subject,
                                                   std::span<const Statement> statements) {
    // One that begins this subject without covering it may cover the next.
    while (!frames_.empty() && !frames_.back().subject.begins(subject)) {
      frames_.pop_back();
    }
    const Frame* above = nullptr;
    for (const Frame& frame : frames_) {
      if (frame.subject.covers(subject)) {
        above = &frame;
      }
    }
    const ResolvedEntry inherited = above == nullptr ? ResolvedEntry{} : above->entry;
    Frame frame{.subject = subject, .entry = {}, .voices = {}};
    const SubjectMerge merged = merge_->merge(
        statements, Reach::Subtree,
        above == nullptr ? std::span<const Voice>{} : std::span<const Voice>(above->voices),
        &frame.voices);
    for (const CategorySet tier : tiers_) {
      const CategorySet own = merged.own & tier;
      frame.entry.categories |=
          own.empty() ? (inherited.categories & tier) - merged.withdrawn : own;
    }
    frame.entry.minimum_age = merged.minimum_age != 0 ? merged.minimum_age
                              : merged.age_withdrawn  ? std::uint8_t{0}
                                                      : inherited.minimum_age;
    frames_.push_back(std::move(frame));
    return merged == SubjectMerge{} ? std::nullopt : std::optional(frames_.back().entry);
  }

 private:
  struct Frame {
    Subject subject;
    ResolvedEntry entry;
    std::vector<Voice> voices;
  };

  const StatementMerge* merge_;
  std::array<CategorySet, kCategoryTierCount + 1> tiers_;
  std::vector<Frame> frames_;
};

}  // namespace luytre::categories
