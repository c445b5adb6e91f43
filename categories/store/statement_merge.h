// SPDX-License-Identifier: Apache-2.0
#pragma once

// How what several sources say becomes one answer. Pure: statements in, sets out.
//
// Listings of one subject are united: all categories, the highest minimum age. An exception takes
// categories back (its own, or all if it names none) from what is said about its subject and, by a
// listing that reaches down to it, above its subject. It does so only
//   - where the listing's source has the same priority number as its own or a higher one, and
//   - in the mandatory tier, if its own source has mandatory scope.
// A category that comes down from above is gone only if nobody is left who says it. What is listed
// below an exception stands: the more specific statement wins. A minimum age goes with the last of
// its listing's categories; that of a listing without categories is taken back by an exception that
// names none. The order of sources and statements makes no difference.

#include <cstdint>
#include <span>
#include <vector>

#include "categories/category_set.h"
#include "categories/entry.h"

namespace luytre::categories {

// What is left of one listing for the subjects below its own.
struct Voice {
  std::uint16_t priority = 0;
  CategorySet categories;
  bool states_age = false;
};

// What the sources say about one subject.
struct SubjectMerge {
  CategorySet own;
  CategorySet withdrawn;  // of what comes down from above
  std::uint8_t minimum_age = 0;
  bool age_withdrawn = false;

  friend bool operator==(const SubjectMerge&, const SubjectMerge&) noexcept = default;
};

class StatementMerge {
 public:
  StatementMerge(const std::vector<Source>& sources, CategorySet mandatory);

  // Of `statements` those that reach as far as `reach`: Exact asks for the subject itself, to which
  // all apply, Subtree for what is below it. `above` is what comes down; what goes on down is
  // written to `below` unless that is nullptr.
  [[nodiscard]] SubjectMerge merge(std::span<const Statement> statements, Reach reach,
                                   std::span<const Voice> above, std::vector<Voice>* below) const;

 private:
  struct Authority {
    std::uint16_t priority = 0;
    Scope scope = Scope::Operator;
  };

  [[nodiscard]] const Authority& authority(SourceId source) const noexcept;
  // Takes back what the exceptions may; false if nothing is left of the voice.
  [[nodiscard]] bool reduce(Voice& voice, std::span<const Statement> statements, Reach reach) const;

  std::vector<Authority> authorities_;  // by source id
  CategorySet mandatory_;
};

}  // namespace luytre::categories
