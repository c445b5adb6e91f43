// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "categories/category_set.h"
#include "categories/taxonomy.h"

namespace luytre::ctl {

// The members that the taxonomy knows, in its order.
[[nodiscard]] std::vector<std::string> words(const categories::Taxonomy& taxonomy,
                                             categories::CategorySet set);

// The error says which word is none and where they are listed.
[[nodiscard]] Result<categories::CategorySet> parse_categories(
    const std::vector<std::string>& names, const categories::Taxonomy& taxonomy);

}  // namespace luytre::ctl
