// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/error.h"
#include "categories/entry.h"
#include "categories/store/category_store.h"
#include "journal.h"
#include "subject_key.h"

namespace luytre::categories {

[[nodiscard]] lmdb::Database table_of(const StoreTables& tables, SubjectKind kind) noexcept;

// Writes what one source says, subject by subject, and keeps the table of ends, the number of the
// source's statements and the journal right with it.
class SourceWriter {
 public:
  SourceWriter(lmdb::WriteTransaction& transaction, const StoreTables& tables, SourceId source,
               JournalRecord& journal)
      : transaction_(&transaction), tables_(&tables), journal_(&journal), source_(source) {}

  // Nothing where the source says nothing about the subject.
  [[nodiscard]] Result<std::vector<Statement>> read(SubjectKind kind, lmdb::Bytes subject) const;

  // `before` is what the database holds. Statements of `after` that were there keep their time, the
  // others get `now`. Does nothing where both say the same. Invalid: a statement that cannot be
  // kept.
  [[nodiscard]] Result<void> write(SubjectKind kind, lmdb::Bytes subject,
                                   const std::vector<Statement>& before,
                                   std::vector<Statement> after, std::int64_t now);
  // The same for a subject that lies behind all that the table holds.
  [[nodiscard]] Result<void> append(SubjectKind kind, lmdb::Bytes subject,
                                    const std::vector<Statement>& after, std::int64_t now);

  // How many statements were added, less those that were removed.
  [[nodiscard]] std::int64_t growth() const noexcept { return growth_; }

 private:
  enum class Place : std::uint8_t { Anywhere, Behind };
  [[nodiscard]] Result<void> put(SubjectKind kind, lmdb::Bytes subject,
                                 const std::vector<Statement>& after, Place place);
  [[nodiscard]] Result<void> note_ends(SubjectKind kind, lmdb::Bytes key,
                                       const std::vector<Statement>& before,
                                       const std::vector<Statement>& after);

  lmdb::WriteTransaction* transaction_;
  const StoreTables* tables_;
  JournalRecord* journal_;
  SourceId source_;
  std::int64_t growth_ = 0;
  std::vector<std::uint8_t> value_;
  std::vector<Statement> dated_;
};

}  // namespace luytre::categories
