// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "categories/category_set.h"
#include "categories/entry.h"

namespace luytre::categories {

// What exceptions take back from listings, for formats that know refusing and passing alone. The
// rules are those of merging (categories/store): an exception reaches listings of sources of its own
// priority number and above, and the mandatory tier only from a source of mandatory scope.
class Withdrawals {
 public:
  Withdrawals(const std::vector<Source>& sources, CategorySet mandatory);

  // Goes to `name`, which comes in key order.
  void enter(const DomainName& name);
  // Of the listing's categories, those that no exception among `said` takes back from a question
  // of this reach: Exact asks for the name itself, Subtree for what is below it.
  [[nodiscard]] CategorySet left(const Statement& listing, const std::vector<Statement>& said,
                                 Reach question) const;
  // Whether something comes down to this name, and the exceptions among `said` take all of it back.
  [[nodiscard]] bool free_from_above(const std::vector<Statement>& said, Reach question) const;
  [[nodiscard]] bool mandatory_above() const noexcept;
  // Leaves the name: its subtrees come down to the names below it.
  void remember(const Entry& entry);

 private:
  struct Above {
    DomainName name;
    std::vector<Statement> listings;
  };
  struct Authority {
    std::uint16_t priority = Source{}.priority;
    Scope scope = Scope::Operator;
  };
  [[nodiscard]] Authority authority(SourceId source) const;

  std::map<SourceId, Authority> authorities_;
  CategorySet mandatory_;
  std::vector<Above> above_;  // all that cover the name at hand, the shortest first
};

}  // namespace luytre::categories
