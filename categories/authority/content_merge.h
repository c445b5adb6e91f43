// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "categories/authority/submission.h"
#include "categories/list_content.h"

namespace luytre::categories {

struct MergedContent {
  ListContent content;          // normalised
  std::uint64_t expired = 0;    // entries that are left out because their end has come
  std::uint64_t not_found = 0;  // subjects to remove about which nothing was said
};

// What `base` says after the submissions, one after the other. What is added is united with what is
// there already: all categories, the highest minimum age. The same inputs give the same content.
[[nodiscard]] MergedContent merge_content(const ListContent& base,
                                          const std::vector<ListChanges>& submissions,
                                          std::chrono::sys_seconds now);

}  // namespace luytre::categories
