// SPDX-License-Identifier: Apache-2.0
#include "selection.h"

#include <set>
#include <tuple>

namespace luytre::categories {

Selection::Selection(const Taxonomy& taxonomy, const ExportOptions& options) : options_(&options) {
  for (const Category& category : taxonomy.categories()) {
    known_ |= CategorySet::of(category.id);
  }
  known_ = known_ - CategorySet::of(kUncategorised);
  // The mandatory tier is always chosen by name, and no exception from everything reaches it.
  all_categories_ = (known_ - options.categories - taxonomy.tier(CategoryTier::Mandatory)).empty();
}

CategorySet Selection::categories_of(const Statement& statement) const noexcept {
  const bool everything = statement.polarity == Polarity::Withdraws && statement.categories.empty();
  if (!everything) {
    return statement.categories & options_->categories;
  }
  return all_categories_ ? CategorySet() : known_ & options_->categories;
}

bool Selection::holds(const Statement& statement) const noexcept {
  if (options_->source && statement.source != *options_->source) {
    return false;
  }
  const bool everything = statement.polarity == Polarity::Withdraws && statement.categories.empty();
  return everything || !categories_of(statement).empty();
}

std::uint64_t Selection::count(const std::vector<Statement>& statements) const {
  std::set<std::tuple<Reach, Polarity, Terms>> different;
  for (const Statement& statement : statements) {
    if (holds(statement)) {
      different.emplace(statement.reach, statement.polarity, statement.terms);
    }
  }
  return different.size();
}

}  // namespace luytre::categories
