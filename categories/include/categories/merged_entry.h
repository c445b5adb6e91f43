// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "categories/category_set.h"

namespace luytre::categories {

// What all sources together say about one name, before it is combined with the names above it:
// separately for the name itself and for everything below (an Exact statement adds to `exact` only,
// a Subtree statement to both). What is withdrawn does not come down from above: categories, and
// the minimum age.
struct MergedEntry {
  CategorySet exact;
  CategorySet subtree;
  CategorySet exact_withdrawn = {};
  CategorySet subtree_withdrawn = {};
  std::uint8_t exact_minimum_age = 0;
  std::uint8_t subtree_minimum_age = 0;
  bool exact_age_withdrawn = false;
  bool subtree_age_withdrawn = false;

  friend bool operator==(const MergedEntry&, const MergedEntry&) noexcept = default;
};

}  // namespace luytre::categories
