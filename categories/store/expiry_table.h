// SPDX-License-Identifier: Apache-2.0
#pragma once

// The table of ends: which subject has a statement that ends when, so that nothing is read to know
// what is over. The key is time u64, kind u8 and the subject's key in its table, cut where LMDB's
// longest key ends; the value holds what was cut off of each such subject as u16 size and octets,
// which is nearly always one of size zero.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.h"
#include "subject_key.h"

namespace luytre::categories {

class ExpiryTable {
 public:
  struct Row {
    SubjectKind kind{};
    std::vector<std::uint8_t> key;  // in the table of its kind
    friend auto operator<=>(const Row&, const Row&) = default;
  };

  explicit ExpiryTable(lmdb::Database table) noexcept : table_(table) {}

  // Adding twice is adding once; removing what is not there does nothing.
  [[nodiscard]] Result<void> add(lmdb::WriteTransaction& transaction, std::int64_t time,
                                 SubjectKind kind, lmdb::Bytes key) const;
  [[nodiscard]] Result<void> remove(lmdb::WriteTransaction& transaction, std::int64_t time,
                                    SubjectKind kind, lmdb::Bytes key) const;

  // Seconds since 1970; nothing: no statement has an end.
  [[nodiscard]] Result<std::optional<std::int64_t>> first(
      const lmdb::ReadTransaction& transaction) const;
  // Every subject of which something ends at `now` or before, once.
  [[nodiscard]] Result<std::vector<Row>> until(const lmdb::ReadTransaction& transaction,
                                               std::int64_t now) const;

 private:
  lmdb::Database table_;
};

}  // namespace luytre::categories
