// SPDX-License-Identifier: Apache-2.0
#include "match_rules.h"

#include <algorithm>

namespace luytre::categories {
namespace {

template <typename Visit>
void for_each_category(const Visit& visit) {
  for (std::uint8_t bit = 0; bit < 64; ++bit) {
    visit(CategoryId{bit});
  }
}

bool lists(const Statement& said) { return said.polarity == Polarity::Lists; }

}  // namespace

const Source* MatchRules::source(SourceId id) const {
  const auto found = std::ranges::find(*sources_, id, &Source::id);
  return found == sources_->end() ? nullptr : &*found;
}

bool MatchRules::takes_back(const Statement& exception, const Statement& listing,
                            CategoryId category) const {
  const Source* by = source(exception.source);
  const Source* of = source(listing.source);
  if (lists(exception) || by == nullptr || of == nullptr || by->priority > of->priority) {
    return false;
  }
  const bool is_mandatory = taxonomy_->tier(CategoryTier::Mandatory).contains(category);
  return (exception.categories.empty() || exception.categories.contains(category)) &&
         (!is_mandatory || by->scope == Scope::Mandatory);
}

bool MatchRules::is_taken_back(const Statement& listing, CategoryId category, Level from,
                               Level to) const {
  for (Level level = to; level <= from; ++level) {
    if (std::ranges::any_of((*levels_)[level], [&](const Statement& said) {
          return takes_back(said, listing, category);
        })) {
      return true;
    }
  }
  return false;
}

bool MatchRules::has_lost_its_age(const Statement& listing, Level from, Level to) const {
  if (!listing.categories.empty()) {
    bool all = true;
    for_each_category([&](CategoryId category) {
      all = all &&
            (!listing.categories.contains(category) || is_taken_back(listing, category, from, to));
    });
    return all;
  }
  for (Level level = to; level <= from; ++level) {
    for (const Statement& said : (*levels_)[level]) {
      // A category outside the mandatory tier stands for the question who may overrule whom.
      if (said.categories.empty() && takes_back(said, listing, kUncategorised)) {
        return true;
      }
    }
  }
  return false;
}

bool MatchRules::is_said(CategoryId category, Level level, Level to) const {
  return std::ranges::any_of((*levels_)[level], [&](const Statement& said) {
    return lists(said) && said.categories.contains(category) &&
           !is_taken_back(said, category, level, to);
  });
}

std::uint8_t MatchRules::age_said(Level level, Level to) const {
  std::uint8_t age = 0;
  for (const Statement& said : (*levels_)[level]) {
    if (lists(said) && said.minimum_age != 0 && !has_lost_its_age(said, level, to)) {
      age = std::max(age, said.minimum_age);
    }
  }
  return age;
}

CategorySet MatchRules::own(Level level) const {
  CategorySet set;
  for_each_category([&](CategoryId category) {
    set |= is_said(category, level, level) ? CategorySet::of(category) : CategorySet();
  });
  return set;
}

// What is said above down to here, and by nobody any more once this name's exceptions are heard.
CategorySet MatchRules::withdrawn(Level level) const {
  CategorySet set;
  for_each_category([&](CategoryId category) {
    bool came = false;
    bool stays = false;
    for (Level above = level + 1; above < levels_->size(); ++above) {
      came = came || is_said(category, above, level + 1);
      stays = stays || is_said(category, above, level);
    }
    set |= came && !stays ? CategorySet::of(category) : CategorySet();
  });
  return set;
}

bool MatchRules::age_is_withdrawn(Level level) const {
  bool came = false;
  bool stays = false;
  for (Level above = level + 1; above < levels_->size(); ++above) {
    came = came || age_said(above, level + 1) != 0;
    stays = stays || age_said(above, level) != 0;
  }
  return came && !stays;
}

MatchRules::Answer MatchRules::answer() const {
  std::vector<CategorySet> tiers;
  // A list can know categories that this taxonomy does not; together they inherit like one more
  // tier.
  CategorySet unknown(~std::uint64_t{0});
  for (std::size_t tier = 0; tier < kCategoryTierCount; ++tier) {
    tiers.push_back(taxonomy_->tier(static_cast<CategoryTier>(tier)));
    unknown = unknown - tiers.back();
  }
  tiers.push_back(unknown);
  Answer answer;
  for (Level level = levels_->size(); level-- > 0;) {
    const CategorySet said_here = own(level);
    const CategorySet gone = withdrawn(level);
    CategorySet effective;
    for (const CategorySet tier : tiers) {
      const CategorySet here = said_here & tier;
      effective |= here.empty() ? (answer.categories & tier) - gone : here;
    }
    answer.categories = effective;
    const std::uint8_t age = age_said(level, level);
    if (age != 0 || age_is_withdrawn(level)) {
      answer.minimum_age = age;
    }
    if (age != 0 || !said_here.empty()) {
      answer.deepest = level;
    }
  }
  return answer;
}

}  // namespace luytre::categories
