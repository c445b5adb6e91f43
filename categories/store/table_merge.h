// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "categories/entry.h"
#include "categories/lmdb/environment.h"
#include "statement_codec.h"
#include "subject_key.h"

namespace luytre::categories {

// Walks the subjects of all sources in one table as one sorted sequence in which each subject comes
// once. One cursor a source and a binary heap over them: n subjects of s sources take n * log2(s)
// key comparisons.
class TableMerge {
 public:
  TableMerge(const lmdb::ReadTransaction& transaction, lmdb::Database table,
             const std::vector<Source>& sources);

  // To the place before the first subject that begins with `prefix`; the walk ends with the last.
  void seek(lmdb::Bytes prefix);
  // To the next subject; false at the end, or at damage, which failed() tells apart.
  bool next();
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  // The subject's octets; valid until next().
  [[nodiscard]] lmdb::Bytes key() const noexcept { return key_; }
  // What the sources say about it, by source.
  [[nodiscard]] const std::vector<Statement>& statements() const noexcept { return statements_; }

 private:
  struct Position {
    SourceId source;
    lmdb::DatabaseCursor cursor;
    [[nodiscard]] lmdb::Bytes subject() const noexcept;
  };

  [[nodiscard]] bool comes_later(std::size_t a, std::size_t b) const noexcept;
  void push(std::size_t position);

  std::vector<Position> positions_;
  std::vector<std::size_t> heap_;  // of positions that stand at a subject, the smallest key on top
  std::vector<std::uint8_t> prefix_;
  lmdb::Bytes key_;
  std::vector<Statement> statements_;
  bool failed_ = false;
};

// Appends what the sources say about one subject; false if a value is damaged.
[[nodiscard]] bool read_subject(const lmdb::ReadTransaction& transaction, lmdb::Database table,
                                const std::vector<Source>& sources, lmdb::Bytes subject,
                                std::vector<Statement>& statements);

// Every subject of one table in key order: `visit` gets it as `decode` reads it, and what the
// sources say.
template <typename Decode, typename Visit>
Result<void> walk(const lmdb::ReadTransaction& transaction, lmdb::Database table,
                  const std::vector<Source>& sources, const Decode& decode, const Visit& visit) {
  TableMerge merge(transaction, table, sources);
  merge.seek({});
  while (merge.next()) {
    auto subject = decode(merge.key());
    if (!subject) {
      return fail(ErrorCode::Corrupt, std::string(kDamaged));
    }
    if (auto visited = visit(std::move(*subject), merge.statements()); !visited) {
      return visited;
    }
  }
  return merge.failed() ? Result<void>(fail(ErrorCode::Corrupt, std::string(kDamaged)))
                        : Result<void>{};
}

}  // namespace luytre::categories
