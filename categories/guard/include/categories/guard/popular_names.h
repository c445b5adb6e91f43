// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "categories/category_set.h"
#include "categories/domain_name.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

struct PopularName {
  DomainName name;
  CategorySet expected;    // what a list may well say about it
  std::uint32_t rank = 0;  // in the operator's ranking; 0: of our own data
};

// Names that must not fall by mistake: those of a data file that says what may be said of each
// (categories/data/popular.txt), and the head of a ranking, of which nothing else is known.
class PopularNames {
 public:
  // Lines "name<TAB>category[,category]", or "-" for none. The error names the line.
  [[nodiscard]] static Result<PopularNames> parse(std::string_view text, const Taxonomy& taxonomy);

  // The next name of a ranking. What is no host name of two labels or more takes its rank and is
  // left out; so is what is already there.
  void add_ranked(std::string_view name);

  [[nodiscard]] const std::vector<PopularName>& names() const noexcept { return names_; }

 private:
  [[nodiscard]] bool add(const DomainName& name, CategorySet expected, std::uint32_t rank);

  std::vector<PopularName> names_;
  std::map<std::string, std::size_t> positions_;  // by text
  std::uint32_t last_rank_ = 0;
};

}  // namespace luytre::categories
