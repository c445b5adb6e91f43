// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
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

// Adds "never_block_1" or "never_block_2" to what is granted; false: neither.
[[nodiscard]] bool grant(NeverBlock& grants, std::string_view tier) noexcept;

// "mandatory", "national", "operator", "school": the word in commands and catalogues.
[[nodiscard]] std::string_view describe(Scope scope) noexcept;
[[nodiscard]] std::optional<Scope> parse_scope(std::string_view word) noexcept;

}  // namespace luytre::categories
