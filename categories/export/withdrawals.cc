// SPDX-License-Identifier: Apache-2.0
#include "withdrawals.h"

#include <algorithm>
#include <utility>

namespace luytre::categories {

Withdrawals::Withdrawals(const std::vector<Source>& sources, CategorySet mandatory)
    : mandatory_(mandatory) {
  for (const Source& source : sources) {
    authorities_[source.id] = {.priority = source.priority, .scope = source.scope};
  }
}

Withdrawals::Authority Withdrawals::authority(SourceId source) const {
  const auto found = authorities_.find(source);
  return found == authorities_.end() ? Authority{} : found->second;
}

void Withdrawals::enter(const DomainName& name) {
  while (!above_.empty() && !name.is_within(above_.back().name)) {
    above_.pop_back();
  }
}

CategorySet Withdrawals::left(const Statement& listing, const std::vector<Statement>& said,
                              Reach question) const {
  CategorySet rest = listing.categories;
  for (const Statement& exception : said) {
    const Authority its = authority(exception.source);
    if (exception.polarity != Polarity::Withdraws ||
        (question == Reach::Subtree && exception.reach == Reach::Exact) ||
        its.priority > authority(listing.source).priority) {
      continue;
    }
    CategorySet taken = exception.categories.empty() ? rest : exception.categories;
    if (its.scope != Scope::Mandatory) {
      taken = taken - mandatory_;
    }
    rest = rest - taken;
  }
  return rest;
}

bool Withdrawals::free_from_above(const std::vector<Statement>& said, Reach question) const {
  bool any = false;
  for (const Above& above : above_) {
    for (const Statement& listing : above.listings) {
      any = true;
      if (!left(listing, said, question).empty()) {
        return false;
      }
    }
  }
  return any;
}

bool Withdrawals::mandatory_above() const noexcept {
  return std::ranges::any_of(above_, [&](const Above& above) {
    return std::ranges::any_of(above.listings, [&](const Statement& listing) {
      return !(listing.categories & mandatory_).empty();
    });
  });
}

void Withdrawals::remember(const Entry& entry) {
  Above above{.name = entry.name, .listings = {}};
  for (const Statement& statement : entry.statements) {
    if (statement.polarity == Polarity::Lists && statement.reach == Reach::Subtree) {
      above.listings.push_back(statement);
      above.listings.back().categories = left(statement, entry.statements, Reach::Subtree);
    }
  }
  std::erase_if(above.listings,
                [](const Statement& listing) { return listing.categories.empty(); });
  if (!above.listings.empty()) {
    above_.push_back(std::move(above));
  }
}

}  // namespace luytre::categories
