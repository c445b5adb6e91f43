// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "categories/category_set.h"
#include "categories/list_content.h"

namespace luytre::categories {

// Takes out of `content` what a source may not state: categories beyond `may`, and entries that are
// left with none. An exception that takes back everything stays: the store lets it reach no further
// than its source does. Returns how many entries went away or lost a category.
std::uint64_t keep_what_may_be_stated(CategorySet may, ListContent& content);

}  // namespace luytre::categories
