// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rules of statement_merge.h and of inheritance, one question at a time and category by
// category: slow, and written to be read. It is what the index is tested against, and what an
// explanation is made of, so it shares no code with the merge.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "categories/category_set.h"
#include "categories/entry.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

class MatchRules {
 public:
  // Everything that covers one question, the longest first, each with the statements that apply to
  // it.
  using Levels = std::vector<std::vector<Statement>>;
  using Level = std::size_t;

  struct Answer {
    CategorySet categories;
    std::uint8_t minimum_age = 0;
    std::optional<Level> deepest;  // that lists anything
  };

  // Keeps references.
  MatchRules(const Levels& levels, const std::vector<Source>& sources, const Taxonomy& taxonomy)
      : levels_(&levels), sources_(&sources), taxonomy_(&taxonomy) {}

  [[nodiscard]] Answer answer() const;

  // Whether this exception may take this category back from this listing, wherever they stand.
  [[nodiscard]] bool takes_back(const Statement& exception, const Statement& listing,
                                CategoryId category) const;
  // Whether an exception at `from` or deeper, down to `to`, takes the category back.
  [[nodiscard]] bool is_taken_back(const Statement& listing, CategoryId category, Level from,
                                   Level to) const;
  [[nodiscard]] bool has_lost_its_age(const Statement& listing, Level from, Level to) const;

 private:
  [[nodiscard]] const Source* source(SourceId id) const;
  // Whether a listing of `level` says the category although exceptions reach down to `to`.
  [[nodiscard]] bool is_said(CategoryId category, Level level, Level to) const;
  [[nodiscard]] std::uint8_t age_said(Level level, Level to) const;

  [[nodiscard]] CategorySet own(Level level) const;
  [[nodiscard]] CategorySet withdrawn(Level level) const;
  [[nodiscard]] bool age_is_withdrawn(Level level) const;

  const Levels* levels_;
  const std::vector<Source>* sources_;
  const Taxonomy* taxonomy_;
};

}  // namespace luytre::categories
