// SPDX-License-Identifier: Apache-2.0
#include <lmdb.h>

#include <string>
#include <utility>

#include "categories/lmdb/environment.h"
#include "lmdb_error.h"
#include "open_transactions.h"

namespace luytre::lmdb {
namespace {

// LMDB's MDB_val is not const-correct; it never writes through it for the calls used here.
MDB_val to_val(Bytes bytes) noexcept {
  return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};
}

Bytes to_bytes(const MDB_val& val) noexcept {
  return {static_cast<const std::uint8_t*>(val.mv_data), val.mv_size};
}

MDB_dbi to_dbi(Database database) noexcept { return static_cast<MDB_dbi>(database); }

OpenTransactions& counter_of(MDB_txn* txn) noexcept {
  return *static_cast<OpenTransactions*>(mdb_env_get_userctx(mdb_txn_env(txn)));
}

}  // namespace

ReadTransaction::ReadTransaction(ReadTransaction&& other) noexcept
    : txn_(std::exchange(other.txn_, nullptr)), kind_(other.kind_) {}

ReadTransaction& ReadTransaction::operator=(ReadTransaction&& other) noexcept {
  if (this != &other) {
    finish();
    txn_ = std::exchange(other.txn_, nullptr);
    kind_ = other.kind_;
  }
  return *this;
}

ReadTransaction::~ReadTransaction() { finish(); }

void ReadTransaction::finish() noexcept {
  if (txn_ == nullptr) {
    return;
  }
  OpenTransactions& counter = counter_of(txn_);
  if (kind_ == Kind::Reader) {
    // Aborting would close the database handles that this transaction opened; committing a reader
    // has no other effect than to keep them, and cannot fail.
    static_cast<void>(mdb_txn_commit(txn_));
  } else {
    mdb_txn_abort(txn_);
  }
  txn_ = nullptr;
  counter.remove();
}

Result<Database> ReadTransaction::open_database(const char* name) const {
  MDB_dbi dbi = 0;
  if (int code = mdb_dbi_open(txn_, name, 0, &dbi); code != 0) {
    return Unexpected<Error>(describe_failure(code, std::string("find '") + name + "' in", txn_));
  }
  return Database{dbi};
}

std::optional<Bytes> ReadTransaction::get(Database database, Bytes key) const {
  MDB_val key_val = to_val(key);
  MDB_val value{};
  if (mdb_get(txn_, to_dbi(database), &key_val, &value) != 0) {
    return std::nullopt;
  }
  return to_bytes(value);
}

std::uint64_t ReadTransaction::entry_count(Database database) const {
  MDB_stat stat{};
  return mdb_stat(txn_, to_dbi(database), &stat) == 0 ? stat.ms_entries : 0;
}

Result<void> ReadTransaction::scan(Database database, Bytes from,
                                   const std::function<bool(Bytes key, Bytes value)>& visit) const {
  DatabaseCursor cursor(*this, database);
  for (bool more = cursor.seek(from); more; more = cursor.next()) {
    if (!visit(cursor.key(), cursor.value())) {
      return {};
    }
  }
  if (cursor.failed()) {
    return Unexpected<Error>(describe_failure(MDB_CORRUPTED, "read", txn_));
  }
  return {};
}

std::optional<std::pair<Bytes, Bytes>> ReadTransaction::last(Database database) const {
  MDB_cursor* cursor = nullptr;
  if (mdb_cursor_open(txn_, to_dbi(database), &cursor) != 0) {
    return std::nullopt;
  }
  MDB_val key{};
  MDB_val value{};
  const int code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
  mdb_cursor_close(cursor);
  if (code != 0) {
    return std::nullopt;
  }
  return std::pair{to_bytes(key), to_bytes(value)};
}

DatabaseCursor::DatabaseCursor(const ReadTransaction& transaction, Database database) {
  failed_ = mdb_cursor_open(transaction.txn_, to_dbi(database), &cursor_) != 0;
}

DatabaseCursor::DatabaseCursor(DatabaseCursor&& other) noexcept
    : cursor_(std::exchange(other.cursor_, nullptr)),
      key_(other.key_),
      value_(other.value_),
      at_entry_(other.at_entry_),
      failed_(other.failed_) {}

DatabaseCursor& DatabaseCursor::operator=(DatabaseCursor&& other) noexcept {
  std::swap(cursor_, other.cursor_);
  key_ = other.key_;
  value_ = other.value_;
  at_entry_ = other.at_entry_;
  failed_ = other.failed_;
  return *this;
}

DatabaseCursor::~DatabaseCursor() {
  if (cursor_ != nullptr) {
    mdb_cursor_close(cursor_);
  }
}

bool DatabaseCursor::seek(Bytes key) { return move(key.empty() ? MDB_FIRST : MDB_SET_RANGE, key); }

bool DatabaseCursor::next() { return move(MDB_NEXT, {}); }

bool DatabaseCursor::move(int operation, Bytes key) {
  at_entry_ = false;
  if (failed_) {
    return false;
  }
  MDB_val key_val = to_val(key);
  MDB_val value{};
  const int code = mdb_cursor_get(cursor_, &key_val, &value, static_cast<MDB_cursor_op>(operation));
  if (code != 0) {
    failed_ = code != MDB_NOTFOUND;
    return false;
  }
  key_ = to_bytes(key_val);
  value_ = to_bytes(value);
  at_entry_ = true;
  return true;
}

Result<Database> WriteTransaction::create_database(const char* name) {
  MDB_dbi dbi = 0;
  if (int code = mdb_dbi_open(txn_, name, MDB_CREATE, &dbi); code != 0) {
    return Unexpected<Error>(describe_failure(code, std::string("create '") + name + "' in", txn_));
  }
  return Database{dbi};
}

Result<void> WriteTransaction::put(Database database, Bytes key, Bytes value) {
  return store(database, key, value, 0);
}

Result<void> WriteTransaction::append(Database database, Bytes key, Bytes value) {
  return store(database, key, value, MDB_APPEND);
}

Result<void> WriteTransaction::store(Database database, Bytes key, Bytes value, unsigned flags) {
  MDB_val key_val = to_val(key);
  MDB_val value_val = to_val(value);
  if (int code = mdb_put(txn_, to_dbi(database), &key_val, &value_val, flags); code != 0) {
    return Unexpected<Error>(describe_failure(code, "write to", txn_));
  }
  return {};
}

Result<void> WriteTransaction::erase(Database database, Bytes key) {
  MDB_val key_val = to_val(key);
  const int code = mdb_del(txn_, to_dbi(database), &key_val, nullptr);
  if (code != 0 && code != MDB_NOTFOUND) {
    return Unexpected<Error>(describe_failure(code, "write to", txn_));
  }
  return {};
}

Result<void> WriteTransaction::clear(Database database) {
  if (int code = mdb_drop(txn_, to_dbi(database), 0); code != 0) {
    return Unexpected<Error>(describe_failure(code, "empty a table of", txn_));
  }
  return {};
}

Result<void> WriteTransaction::commit() {
  MDB_env* env = mdb_txn_env(txn_);
  OpenTransactions& counter = counter_of(txn_);
  const int code = mdb_txn_commit(std::exchange(txn_, nullptr));  // frees it, also when it fails
  counter.remove();
  if (code != 0) {
    const char* path = nullptr;
    static_cast<void>(mdb_env_get_path(env, &path));
    return Unexpected<Error>(describe_failure(code, "commit to", path == nullptr ? "" : path));
  }
  return {};
}

}  // namespace luytre::lmdb
