// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "categories/category_set.h"
#include "categories/entry.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// What an operator grants one source on top of its scope: to say that a name must never be blocked.
struct NeverBlock {
  bool first = false;   // helplines, emergency, infrastructure
  bool second = false;  // education, health, support
};

// The categories that a source of this scope may state. What a list says beyond them is not
// imported:
// - Mandatory: every category. National: all but the mandatory tier, which only the law's own lists
//   fill.
// - Operator: security, bypass and content; a never-block tier only where it is granted.
// - School: as an operator's, and never the first tier, which stands above pause and every denial.
[[nodiscard]] CategorySet may_state(const Taxonomy& taxonomy, Scope scope,
                                    NeverBlock grants) noexcept;

// "mandatory", "national", "operator", "school": the word in commands and catalogues.
[[nodiscard]] std::string_view describe(Scope scope) noexcept;

}  // namespace luytre::categories
