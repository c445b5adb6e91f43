// SPDX-License-Identifier: Apache-2.0
#pragma once

// The only door to LMDB. Traps (lmdb.h, "Caveats"): open an environment once per process (open()
// refuses a second time); a long read transaction makes the file grow; never use one across fork.
// Open every database once, right after open() and from one thread; the handles are then good for
// every later transaction and every thread.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

namespace luytre::lmdb {

using Bytes = std::span<const std::uint8_t>;

// Keys and values that are text.
[[nodiscard]] inline Bytes as_bytes(std::string_view text) noexcept {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): octets may be read as such
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string as_text(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// LMDB's own limit (MDB_MAXKEYSIZE as Debian builds it). A longer or an empty key is Invalid.
inline constexpr std::size_t kMaxKeyBytes = 511;

enum class Database : std::uint32_t {
};  // a named database inside one environment, valid while it is open

enum class OpenMode : std::uint8_t { ReadOnly, ReadWrite };

struct EnvironmentOptions {
  std::filesystem::path directory;  // created with mode 0750 in ReadWrite mode
  OpenMode mode = OpenMode::ReadOnly;
  std::size_t map_bytes = std::size_t{1}
                          << 30U;  // address space, not disk; grown on demand by grow()
  unsigned max_databases = 16;
};

class ReadTransaction;
class WriteTransaction;

// One LMDB environment. Threads: begin transactions from any thread; grow() only while this process
// has none open.
class Environment {
 public:
  // NotFound: ReadOnly, and nobody has made the database yet. Conflict: this process has it open
  // already. Clears the reader slots that killed processes left behind.
  [[nodiscard]] static Result<Environment> open(const EnvironmentOptions& options);
  Environment(Environment&&) noexcept;
  Environment& operator=(Environment&&) noexcept;
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment();

  // Busy: another process made the map larger, and this process cannot follow while a transaction
  // of its own stays open (it waits for two seconds first).
  [[nodiscard]] Result<ReadTransaction> read() const;
  // Waits for the writer lock, however long; the lock of a dead process is recovered by LMDB. Busy
  // as in read().
  [[nodiscard]] Result<WriteTransaction> write();
  // Runs `change` in a write transaction and commits it. When the map is full the attempt is
  // undone, the map doubled and `change` run again, so it must not keep anything from an earlier
  // run. Its error undoes everything.
  [[nodiscard]] Result<void> write(const std::function<Result<void>(WriteTransaction&)>& change);
  // Id of the last transaction that a read beginning now sees: readers poll it to notice a change. 0: the
  // environment cannot be read; read() says why.
  [[nodiscard]] std::uint64_t last_transaction_id() const;
  // Doubles the map after NoSpace. Busy if a transaction of this process stays open for two
  // seconds.
  [[nodiscard]] Result<void> grow();

 private:
  struct State;
  explicit Environment(std::unique_ptr<State> state) noexcept;
  [[nodiscard]] Result<MDB_txn*> begin(unsigned flags) const;
  std::unique_ptr<State> state_;
};

// A snapshot. Spans it returns are valid until it is destroyed (for a writer: until its next
// write). It may move to another thread, and a thread may hold several.
class ReadTransaction {
 public:
  ReadTransaction(ReadTransaction&&) noexcept;
  ReadTransaction& operator=(ReadTransaction&&) noexcept;
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;
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
  enum class Kind : std::uint8_t { Reader, Writer };

  friend class Environment;
  friend class DatabaseCursor;
  ReadTransaction(MDB_txn* txn, Kind kind) noexcept : txn_(txn), kind_(kind) {}
  void finish() noexcept;

  MDB_txn* txn_ = nullptr;
  Kind kind_ = Kind::Reader;
};

// A position in one database, for walks that read several places side by side. Lives shorter than
// its transaction, and ends with the transaction's first write.
class DatabaseCursor {
 public:
  DatabaseCursor(const ReadTransaction& transaction, Database database);
  DatabaseCursor(DatabaseCursor&&) noexcept;
  DatabaseCursor& operator=(DatabaseCursor&&) noexcept;
  DatabaseCursor(const DatabaseCursor&) = delete;
  DatabaseCursor& operator=(const DatabaseCursor&) = delete;
  ~DatabaseCursor();

  // To the first entry whose key is not less than `key` (empty: the first of all). False: there is
  // none, or the database cannot be read, which failed() tells apart.
  bool seek(Bytes key);
  bool next();
  [[nodiscard]] bool at_entry() const noexcept { return at_entry_; }
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] Bytes key() const noexcept { return key_; }
  [[nodiscard]] Bytes value() const noexcept { return value_; }

 private:
  bool move(int operation, Bytes key);
  MDB_cursor* cursor_ = nullptr;
  Bytes key_;
  Bytes value_;
  bool at_entry_ = false;
  bool failed_ = false;
};

// Destroyed without commit(): everything is undone. Stays in the thread that began it (LMDB's
// writer lock does).
class WriteTransaction : public ReadTransaction {
 public:
  [[nodiscard]] Result<Database> create_database(const char* name);
  // NoSpace when the map is full: abort, Environment::grow(), run again. A full disk is System.
  [[nodiscard]] Result<void> put(Database database, Bytes key, Bytes value);
  // For keys in ascending order, above all that are there: fills pages completely. Conflict if the
  // key is not.
  [[nodiscard]] Result<void> append(Database database, Bytes key, Bytes value);
  // Not an error if the key is not there.
  [[nodiscard]] Result<void> erase(Database database, Bytes key);
  [[nodiscard]] Result<void> clear(Database database);
  [[nodiscard]] Result<void> commit();

 private:
  friend class Environment;
  explicit WriteTransaction(MDB_txn* txn) noexcept : ReadTransaction(txn, Kind::Writer) {}
  [[nodiscard]] Result<void> store(Database database, Bytes key, Bytes value, unsigned flags);
};

}  // namespace luytre::lmdb
