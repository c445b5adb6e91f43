// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "categories/entry.h"
#include "categories/lmdb/environment.h"
#include "categories/name_list.h"
#include "store_codec.h"

namespace luytre::categories {

// The difference between what the database holds of one source and a new list. A daily update of a
// list changes some thousand names of a million: comparing reads everything and writes only those,
// where replacing would write the whole list, and the journal would not know what changed.
class SourceChanges {
 public:
  // Walks the source's names in the database and the normalised list side by side. Keeps a
  // reference to `names`.
  [[nodiscard]] static Result<SourceChanges> compare(const lmdb::ReadTransaction& transaction,
                                                     lmdb::Database table, SourceId source,
                                                     const NameList& names);

  [[nodiscard]] std::size_t size() const noexcept { return written_.size() + erased_sizes_.size(); }
  // Distinct names of the new list.
  [[nodiscard]] std::uint64_t name_count() const noexcept { return name_count_; }

  [[nodiscard]] Result<void> apply(lmdb::WriteTransaction& transaction) const;
  // The names that differ, as the concatenation of their wire forms; they end each other.
  [[nodiscard]] std::vector<std::uint8_t> wire_names() const;

 private:
  SourceChanges(lmdb::Database table, SourceId source, const NameList& names)
      : names_(&names), table_(table), source_(source) {}

  void erase(lmdb::Bytes name_key);
  // How many elements of the list, one or two, speak about the name at `position`.
  [[nodiscard]] std::size_t group_size(std::size_t position) const noexcept;
  [[nodiscard]] StatementsValue value_at(std::size_t position) const noexcept;

  const NameList* names_;
  lmdb::Database table_;
  SourceId source_;
  std::uint64_t name_count_ = 0;
  std::vector<std::size_t> written_;         // positions in the list: new, or said differently
  std::vector<std::uint8_t> erased_;         // name keys one after the other
  std::vector<std::uint16_t> erased_sizes_;  // and their sizes
};

}  // namespace luytre::categories
