// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "categories/category_set.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// A list's own words for categories (UT1 folders, words of a CSV file), in ours:
//   "adult=porn,poker=gambling+dating,jobs=-"
// "+" joins several of ours, "-" leaves the word's lines out.
class CategoryMapping {
 public:
  CategoryMapping() = default;

  // Empty text is an empty mapping. Invalid: a rule without "=", a word twice, a category that the
  // taxonomy does not have.
  [[nodiscard]] static Result<CategoryMapping> parse(std::string_view text,
                                                     const Taxonomy& taxonomy);

  // Nothing: the mapping does not speak of the word. An empty set: it is left out.
  [[nodiscard]] std::optional<CategorySet> find(std::string_view word) const;
  [[nodiscard]] bool empty() const noexcept { return sets_.empty(); }

 private:
  std::map<std::string, CategorySet, std::less<>> sets_;
};

}  // namespace luytre::categories
