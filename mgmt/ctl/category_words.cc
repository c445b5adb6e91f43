// SPDX-License-Identifier: Apache-2.0
#include "category_words.h"

#include <fmt/format.h>

namespace luytre::ctl {

std::vector<std::string> words(const categories::Taxonomy& taxonomy, categories::CategorySet set) {
  std::vector<std::string> names;
  for (const categories::Category& category : taxonomy.categories()) {
    if (set.contains(category.id)) {
      names.push_back(category.name);
    }
  }
  return names;
}

Result<categories::CategorySet> parse_categories(const std::vector<std::string>& names,
                                                 const categories::Taxonomy& taxonomy) {
  categories::CategorySet set;
  for (const std::string& name : names) {
    const categories::Category* category = taxonomy.find(name);
    if (category == nullptr) {
      return fail(
          ErrorCode::Invalid,
          fmt::format("There is no category '{}'; 'luytrectl categories stats' lists them.", name));
    }
    set |= categories::CategorySet::of(category->id);
  }
  return set;
}

}  // namespace luytre::ctl
