// SPDX-License-Identifier: Apache-2.0
#include "categories/scope.h"

namespace luytre::categories {

CategorySet may_state(const Taxonomy& taxonomy, Scope scope, NeverBlock grants) noexcept {
  const CategorySet all(~std::uint64_t{0});
  switch (scope) {
    case Scope::Mandatory:
      return all;
    case Scope::National:
      return all - taxonomy.tier(CategoryTier::Mandatory);
    case Scope::Operator:
    case Scope::School:
      break;
  }
  CategorySet withheld = taxonomy.tier(CategoryTier::Mandatory);
  if (!grants.first || scope == Scope::School) {
    withheld |= taxonomy.tier(CategoryTier::NeverBlock1);
  }
  if (!grants.second) {
    withheld |= taxonomy.tier(CategoryTier::NeverBlock2);
  }
  return all - withheld;
}

std::string_view describe(Scope scope) noexcept {
  switch (scope) {
    case Scope::Mandatory:
      return "mandatory";
    case Scope::National:
      return "national";
    case Scope::Operator:
      return "operator";
    case Scope::School:
      return "school";
  }
  return "unknown";
}

bool grant(NeverBlock& grants, std::string_view tier) noexcept {
  grants.first = grants.first || tier == "never_block_1";
  grants.second = grants.second || tier == "never_block_2";
  return tier == "never_block_1" || tier == "never_block_2";
}

std::optional<Scope> parse_scope(std::string_view word) noexcept {
  for (const Scope scope : {Scope::Mandatory, Scope::National, Scope::Operator, Scope::School}) {
    if (describe(scope) == word) {
      return scope;
    }
  }
  return std::nullopt;
}

}  // namespace luytre::categories
