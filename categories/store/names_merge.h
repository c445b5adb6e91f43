// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "categories/entry.h"
#include "categories/lmdb/environment.h"

namespace luytre::categories {

// Walks the names of all sources as one sorted sequence in which each name comes once. One cursor a
// source and a binary heap over them: n names of s sources take n * log2(s) key comparisons.
class NamesMerge {
 public:
  NamesMerge(const lmdb::ReadTransaction& transaction, lmdb::Database table,
             const std::vector<Source>& sources);

  // To the next name; false at the end, or at damage, which failed() tells apart.
  bool next();
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  // NameKey octets of the current name; valid until next().
  [[nodiscard]] lmdb::Bytes key() const noexcept { return key_; }
  // What the sources say about it, by source.
  [[nodiscard]] const std::vector<Statement>& statements() const noexcept { return statements_; }

 private:
  struct Position {
    SourceId source;
    lmdb::DatabaseCursor cursor;
    [[nodiscard]] lmdb::Bytes name_key() const noexcept;
  };

  [[nodiscard]] bool comes_later(std::size_t a, std::size_t b) const noexcept;
  void push(std::size_t position);

  std::vector<Position> positions_;
  std::vector<std::size_t> heap_;  // of positions that stand at a name, the smallest key on top
  lmdb::Bytes key_;
  std::vector<Statement> statements_;
  bool failed_ = false;
};

}  // namespace luytre::categories
