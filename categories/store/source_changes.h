// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "categories/entry.h"
#include "categories/list_content.h"
#include "categories/store/category_store.h"
#include "source_writer.h"
#include "subject_key.h"

namespace luytre::categories {

// Makes the database say of one source what `content` says. A daily update of a list changes some
// thousand names of a million: comparing reads everything and writes only those, where replacing
// would write the whole list, and the journal would not know what changed. `content` is normalised
// and was checked.
[[nodiscard]] Result<void> write_content(lmdb::WriteTransaction& transaction,
                                         const StoreTables& tables, const Source& source,
                                         const ListContent& content, SourceWriter& writer);

// Makes one source say what a delta adds, and no longer what it removes, in time proportional to
// the delta. Conflict, with the subject named: it removes what the source does not say, unless that
// is over and went away by itself.
[[nodiscard]] Result<void> write_delta(const Source& source,
                                       const CategoryStore::ListChanges& changes,
                                       SourceWriter& writer);

}  // namespace luytre::categories
