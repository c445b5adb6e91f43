// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/domain_name.h"
#include "categories/entry.h"
#include "categories/list_content.h"
#include "categories/store/category_store.h"
#include "categories/taxonomy.h"
#include "guard_check.h"
#include "policy/verdict.h"

namespace luytre::ctl {

// What one band of the preset in force would newly get for a name.
struct VerdictChange {
  categories::DomainName name;
  std::uint32_t rank = 0;  // in the operator's ranking; 0: of our own data
  std::string band;
  policy::Verdict before;
  policy::Verdict after;
};

// Which popular names (and their www. twins, where those differ) would get another action once
// `content` (normalised) stands in place of what `source` says now. Computed by the store's own
// merging and the production verdict. Without a store nothing is in force.
[[nodiscard]] Result<std::vector<VerdictChange>> preview_changes(
    const GuardCheck& check, const categories::Taxonomy& taxonomy,
    const categories::CategoryStore* store, const categories::Source& source,
    const categories::ListContent& content);

}  // namespace luytre::ctl
