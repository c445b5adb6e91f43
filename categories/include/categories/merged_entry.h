// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "categories/category_set.h"

namespace luytre::categories {

// What all sources together say about one name, before it is combined with the names above it:
// separately for the name itself and for everything below (an Exact statement adds to `exact` only,
// a Subtree statement to both). The categories withdrawn are those that do not come down from above.
struct MergedEntry {
  CategorySet exact;
  CategorySet subtree;
  CategorySet exact_withdrawn = {};
  CategorySet subtree_withdrawn = {};
  std::uint8_t exact_minimum_age = 0;
  std::uint8_t subtree_minimum_age = 0;

  friend bool operator==(const MergedEntry&, const MergedEntry&) noexcept = default;
};

}  // namespace luytre::categories
