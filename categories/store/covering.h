// SPDX-License-Identifier: Apache-2.0
#pragma once

// What one snapshot of the database holds about a question, the longest subject first, with the
// statements that apply to the question, by source.

#include <string_view>
#include <vector>

#include "base/error.h"
#include "categories/entry.h"
#include "categories/store/category_store.h"

namespace luytre::categories {

struct Snapshot {
  const lmdb::ReadTransaction& transaction;
  const StoreTables& tables;
  const std::vector<Source>& sources;

  [[nodiscard]] Result<std::vector<Entry>> covering(const DomainName& name) const;
  [[nodiscard]] Result<std::vector<PathEntry>> covering_paths(const DomainName& host,
                                                              std::string_view target) const;
  [[nodiscard]] Result<std::vector<PrefixEntry>> covering_prefixes(const IpAddress& address) const;
};

}  // namespace luytre::categories
