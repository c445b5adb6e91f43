// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "categories/entry.h"
#include "categories/index/index.h"
#include "categories/store/category_store.h"
#include "categories/taxonomy.h"
#include "installation.h"

namespace luytre::ctl {

// What most commands about lists begin with.
struct OpenedLists {
  categories::Taxonomy taxonomy;
  categories::CategoryStore store;
};

[[nodiscard]] Result<OpenedLists> open_lists(const Installation& installation, lmdb::OpenMode mode);

// NotFound: the error says where the sources' names stand.
[[nodiscard]] Result<categories::SourceId> find_source(const categories::CategoryStore& store,
                                                       const std::string& name);

// Says on stderr that the index in force (nullptr: there is none) is not what the lists say now.
void note_stale_index(const categories::Index* index, categories::Serial serial);

}  // namespace luytre::ctl
