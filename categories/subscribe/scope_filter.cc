// SPDX-License-Identifier: Apache-2.0
#include "scope_filter.h"

#include <utility>
#include <vector>

namespace luytre::categories {
namespace {

// False: it has nothing left to say.
template <typename Listed>
bool narrow(CategorySet may, Listed& listed) {
  const CategorySet kept = listed.categories & may;
  const bool takes_back_everything =
      listed.polarity == Polarity::Withdraws && listed.categories.empty();
  listed.categories = kept;
  return takes_back_everything || !kept.empty();
}

template <typename Listed>
std::uint64_t narrow_all(CategorySet may, std::vector<Listed>& all) {
  std::uint64_t changed = 0;
  std::erase_if(all, [&](Listed& listed) {
    const CategorySet said = listed.categories;
    const bool stays = narrow(may, listed);
    changed += !stays || listed.categories != said ? 1 : 0;
    return !stays;
  });
  return changed;
}

std::uint64_t narrow_names(CategorySet may, NameList& names) {
  std::uint64_t changed = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    changed += (names.categories(i) - may).empty() ? 0 : 1;
  }
  if (changed == 0) {  // as nearly always: nothing is copied
    return 0;
  }
  NameList kept;
  for (std::size_t i = 0; i < names.size(); ++i) {
    ListedName listed = names[i];
    if (narrow(may, listed)) {
      kept.add(listed);
    }
  }
  kept.normalise();
  names = std::move(kept);
  return changed;
}

}  // namespace

std::uint64_t keep_what_may_be_stated(CategorySet may, ListContent& content) {
  return narrow_names(may, content.names) + narrow_all(may, content.paths) +
         narrow_all(may, content.prefixes);
}

}  // namespace luytre::categories
