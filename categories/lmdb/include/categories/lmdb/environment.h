// SPDX-License-Identifier: Apache-2.0
#pragma once

// The only door to LMDB. Traps (lmdb.h, "Caveats"): open an environment once per process; a long read transaction
// makes the file grow; never use one across fork; a read transaction belongs to the thread that began it.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/error.h"

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

namespace luytre::lmdb {

using Bytes = std::span<const std::uint8_t>;

enum class Database : std::uint32_t {};  // a named database inside one environment, valid while it is open

enum class OpenMode : std::uint8_t { ReadOnly, ReadWrite };

struct EnvironmentOptions {
  std::filesystem::path directory;                // created with mode 0750 in ReadWrite mode
  OpenMode mode = OpenMode::ReadOnly;
  std::size_t map_bytes = std::size_t{1} << 30U;  // address space, not disk; grown on demand by grow()
  unsigned max_databases = 16;
};

class ReadTransaction;
class WriteTransaction;

// One LMDB environment. Threads: begin transactions from any thread; grow() only while this process has none open.
class Environment {
 public:
  [[nodiscard]] static Result<Environment> open(const EnvironmentOptions& options);
  Environment(Environment&&) noexcept;
  Environment& operator=(Environment&&) noexcept;
  ~Environment();

  [[nodiscard]] Result<ReadTransaction> read() const;
  // Waits for the writer lock. Busy never happens; the lock of a dead process is recovered by LMDB.
  [[nodiscard]] Result<WriteTransaction> write();
  // Id of the last committed transaction: readers poll it to notice a change.
  [[nodiscard]] std::uint64_t last_transaction_id() const noexcept;
  // Doubles the map after NoSpace. All transactions of this process must be closed.
  [[nodiscard]] Result<void> grow();

 private:
  explicit Environment(MDB_env* env) noexcept : env_(env) {}
  MDB_env* env_ = nullptr;
};

// A snapshot. Spans it returns are valid until it is destroyed (for a writer: until its next write).
class ReadTransaction {
 public:
  ReadTransaction(ReadTransaction&&) noexcept;
  ReadTransaction& operator=(ReadTransaction&&) noexcept;
  ~ReadTransaction();

  // NotFound if the database does not exist.
  [[nodiscard]] Result<Database> open_database(const char* name) const;
  [[nodiscard]] std::optional<Bytes> get(Database database, Bytes key) const;
  [[nodiscard]] std::uint64_t entry_count(Database database) const;
  // Visits entries in key order from `from` (inclusive) until the visitor returns false or the end.
  [[nodiscard]] Result<void> scan(Database database, Bytes from,
                                  const std::function<bool(Bytes key, Bytes value)>& visit) const;
  // The last entry in key order, if any.
  [[nodiscard]] std::optional<std::pair<Bytes, Bytes>> last(Database database) const;

 protected:
  friend class Environment;
  explicit ReadTransaction(MDB_txn* txn) noexcept : txn_(txn) {}
  MDB_txn* txn_ = nullptr;
};

// Destroyed without commit(): everything is undone.
class WriteTransaction : public ReadTransaction {
 public:
  [[nodiscard]] Result<Database> create_database(const char* name);
  // NoSpace when the map is full: abort, Environment::grow(), run again.
  [[nodiscard]] Result<void> put(Database database, Bytes key, Bytes value);
  // For keys in ascending order: fills pages completely.
  [[nodiscard]] Result<void> append(Database database, Bytes key, Bytes value);
  // Not an error if the key is not there.
  [[nodiscard]] Result<void> erase(Database database, Bytes key);
  [[nodiscard]] Result<void> clear(Database database);
  [[nodiscard]] Result<void> commit();

 private:
  friend class Environment;
  using ReadTransaction::ReadTransaction;
};

}  // namespace luytre::lmdb
