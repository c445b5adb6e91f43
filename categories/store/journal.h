// SPDX-License-Identifier: Apache-2.0
#pragma once

// The table of changes: serial u64 is the key, the value one octet (0 too much to say, 1 what
// follows, 3 the same and paths or prefixes changed too) and the wire forms of the names that
// changed, which end each other.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.h"
#include "categories/store/category_store.h"
#include "subject_key.h"

namespace luytre::categories {

// What one commit changed.
class JournalRecord {
 public:
  // Everything may have changed, whatever is noted.
  void note_everything() noexcept { everything_ = true; }
  void note(SubjectKind kind, lmdb::Bytes subject);

  // Writes itself as the record of `serial` and removes the one that is too old to keep.
  [[nodiscard]] Result<void> write(lmdb::WriteTransaction& transaction, lmdb::Database journal,
                                   std::uint64_t serial) const;

 private:
  bool everything_ = false;
  bool paths_or_prefixes_ = false;
  std::size_t names_ = 0;
  std::vector<std::uint8_t> wires_;
};

// What the records from `first` to `last` say together; nothing if one is missing or says too much.
[[nodiscard]] Result<std::optional<CategoryStore::Changes>> read_journal(
    const lmdb::ReadTransaction& transaction, lmdb::Database journal, std::uint64_t first,
    std::uint64_t last);

}  // namespace luytre::categories
