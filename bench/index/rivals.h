// SPDX-License-Identifier: Apache-2.0
#pragma once

// What else could answer the same questions. Each is built kindly: the walk stops at two labels as
// the index does where no single label is listed, the map's key is looked up without a copy, LMDB
// is filled in order and stays warm in memory within one transaction.

#include <cstddef>
#include <filesystem>
#include <memory>

#include "common/name_set.h"
#include "lookup_run.h"

namespace luytre::bench {

// std::unordered_map from a name to its categories, asked for every suffix.
class HashMap {
 public:
  explicit HashMap(const NameSet& list);
  ~HashMap();
  [[nodiscard]] Lookup walk() const;
  // Nodes, strings and buckets as the allocator counts them.
  [[nodiscard]] std::size_t memory_bytes() const noexcept { return memory_bytes_; }

 private:
  struct Table;
  std::unique_ptr<Table> table_;
  std::size_t memory_bytes_ = 0;
};

// An LMDB environment of its own, with the key of a name behind those of all names below it.
class LmdbTable {
 public:
  LmdbTable(const NameSet& list, const std::filesystem::path& directory);
  ~LmdbTable();
  // One get for each suffix.
  [[nodiscard]] Lookup walk() const;
  // One range seek, and another one only where a listed neighbour is not above the question.
  [[nodiscard]] Lookup seek() const;
  // Of the file, all of it in the page cache.
  [[nodiscard]] std::size_t memory_bytes() const noexcept { return memory_bytes_; }

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
  std::size_t memory_bytes_ = 0;
};

}  // namespace luytre::bench
