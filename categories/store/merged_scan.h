// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "base/error.h"
#include "categories/store/category_store.h"
#include "categories/taxonomy.h"
#include "statement_merge.h"

namespace luytre::categories {

// What one snapshot of the database says, merged, to one visitor.
struct MergedScan {
  const lmdb::ReadTransaction& transaction;
  const StoreTables& tables;
  const std::vector<Source>& sources;
  const Taxonomy& taxonomy;
  const MergedVisitor& visitor;
  StatementMerge merge{sources, taxonomy.tier(CategoryTier::Mandatory)};

  [[nodiscard]] Result<void> all_names() const;
  // The given names, those above them and those below. False: that is more than `max_names`.
  [[nodiscard]] Result<bool> names_around(std::vector<DomainName> around,
                                          std::size_t max_names) const;
  [[nodiscard]] Result<void> paths_and_prefixes() const;
};

}  // namespace luytre::categories
