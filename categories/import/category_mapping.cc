// SPDX-License-Identifier: Apache-2.0
#include "categories/import/category_mapping.h"

#include <fmt/format.h>

#include "line_text.h"

namespace luytre::categories {
namespace {

Result<CategorySet> parse_set(std::string_view text, std::string_view rule,
                              const Taxonomy& taxonomy) {
  CategorySet set;
  if (text == "-") {
    return set;
  }
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view word = trim(take_until(rest, '+'));
    const Category* category = taxonomy.find(word);
    if (category == nullptr || category->id == kUncategorised) {
      return fail(ErrorCode::Invalid,
                  fmt::format("The mapping '{}' names '{}', which is no category; 'luytrectl "
                              "categories stats' lists them.",
                              rule, word));
    }
    set |= CategorySet::of(category->id);
  }
  return set;
}

}  // namespace

Result<CategoryMapping> CategoryMapping::parse(std::string_view text, const Taxonomy& taxonomy) {
  CategoryMapping mapping;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view rule = trim(take_until(rest, ','));
    std::string_view value = rule;
    const std::string_view word = trim(take_until(value, '='));
    value = trim(value);
    if (word.empty() || value.empty()) {
      return fail(ErrorCode::Invalid,
                  fmt::format("The mapping '{}' is not understood; write WORD=CATEGORY, with '+' "
                              "between categories and '-' to leave WORD out.",
                              rule));
    }
    const auto set = parse_set(value, rule, taxonomy);
    if (!set) {
      return Unexpected<Error>(set.error());
    }
    if (!mapping.sets_.try_emplace(std::string(word), *set).second) {
      return fail(ErrorCode::Invalid,
                  fmt::format("The mapping speaks of '{}' twice; join categories with '+'.", word));
    }
  }
  return mapping;
}

std::optional<CategorySet> CategoryMapping::find(std::string_view word) const {
  const auto found = sets_.find(word);
  return found == sets_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace luytre::categories
