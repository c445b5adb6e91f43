// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "categories/category_set.h"

namespace luytre::categories {

// What the lists say about one name. `categories` is already resolved: for each tier of the taxonomy it
// holds the categories of the longest listed name that covers the question and has any in that tier, so
// that a verdict needs nothing but this word.
struct NameMatch {
  CategorySet categories;  // empty: no list covers the name
  std::uint8_t matched_labels =
      0;  // labels of the deepest listed name that covers the question; 0: none
  std::uint8_t minimum_age = 0;  // years; 0: no list states one
};

}  // namespace luytre::categories
