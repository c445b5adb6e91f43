// SPDX-License-Identifier: Apache-2.0
#include "expiry_table.h"

#include <algorithm>
#include <string>

#include "base/cursor.h"
#include "statement_codec.h"

namespace luytre::categories {
namespace {

constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kHeadBytes = kTimeBytes + 1;
constexpr std::size_t kMaxStartBytes = lmdb::kMaxKeyBytes - kHeadBytes;

using Tails = std::vector<std::vector<std::uint8_t>>;

std::vector<std::uint8_t> row_key(std::int64_t time, SubjectKind kind, lmdb::Bytes key) {
  std::vector<std::uint8_t> row(kTimeBytes);
  store_be64(row.data(), static_cast<std::uint64_t>(time));
  row.push_back(static_cast<std::uint8_t>(kind));
  const lmdb::Bytes start = key.first(std::min(key.size(), kMaxStartBytes));
  row.insert(row.end(), start.begin(), start.end());
  return row;
}

std::vector<std::uint8_t> tail_of(lmdb::Bytes key) {
  const lmdb::Bytes tail = key.subspan(std::min(key.size(), kMaxStartBytes));
  return {tail.begin(), tail.end()};
}

std::optional<Tails> decode_tails(lmdb::Bytes value) {
  Tails tails;
  Cursor cursor(value);
  while (!cursor.empty()) {
    const lmdb::Bytes tail = cursor.bytes(cursor.u16());
    tails.emplace_back(tail.begin(), tail.end());
  }
  return cursor.ok() ? std::optional(std::move(tails)) : std::nullopt;
}

std::vector<std::uint8_t> encode_tails(const Tails& tails) {
  std::vector<std::uint8_t> value;
  for (const auto& tail : tails) {
    value.push_back(static_cast<std::uint8_t>(tail.size() >> 8U));
    value.push_back(static_cast<std::uint8_t>(tail.size()));
    value.insert(value.end(), tail.begin(), tail.end());
  }
  return value;
}

Unexpected<Error> damaged() { return fail(ErrorCode::Corrupt, std::string(kDamaged)); }

}  // namespace

Result<void> ExpiryTable::add(lmdb::WriteTransaction& transaction, std::int64_t time,
                              SubjectKind kind, lmdb::Bytes key) const {
  const auto row = row_key(time, kind, key);
  const auto value = transaction.get(table_, row);
  auto tails = value ? decode_tails(*value) : std::optional(Tails{});
  if (!tails) {
    return damaged();
  }
  auto tail = tail_of(key);
  if (std::ranges::find(*tails, tail) != tails->end()) {
    return {};
  }
  tails->push_back(std::move(tail));
  return transaction.put(table_, row, encode_tails(*tails));
}

Result<void> ExpiryTable::remove(lmdb::WriteTransaction& transaction, std::int64_t time,
                                 SubjectKind kind, lmdb::Bytes key) const {
  const auto row = row_key(time, kind, key);
  const auto value = transaction.get(table_, row);
  if (!value) {
    return {};
  }
  auto tails = decode_tails(*value);
  if (!tails) {
    return damaged();
  }
  std::erase(*tails, tail_of(key));
  return tails->empty() ? transaction.erase(table_, row)
                        : transaction.put(table_, row, encode_tails(*tails));
}

Result<std::optional<std::int64_t>> ExpiryTable::first(
    const lmdb::ReadTransaction& transaction) const {
  lmdb::DatabaseCursor cursor(transaction, table_);
  if (!cursor.seek({})) {
    return cursor.failed() ? damaged() : Result<std::optional<std::int64_t>>(std::nullopt);
  }
  if (cursor.key().size() <= kHeadBytes) {
    return damaged();
  }
  return std::optional(static_cast<std::int64_t>(load_be64(cursor.key().data())));
}

Result<std::vector<ExpiryTable::Row>> ExpiryTable::until(const lmdb::ReadTransaction& transaction,
                                                         std::int64_t now) const {
  std::vector<Row> rows;
  lmdb::DatabaseCursor cursor(transaction, table_);
  for (bool more = cursor.seek({}); more; more = cursor.next()) {
    const lmdb::Bytes key = cursor.key();
    const auto tails = decode_tails(cursor.value());
    if (key.size() <= kHeadBytes || !tails ||
        key[kTimeBytes] > static_cast<std::uint8_t>(SubjectKind::Prefix)) {
      return damaged();
    }
    if (static_cast<std::int64_t>(load_be64(key.data())) > now) {
      break;
    }
    for (const auto& tail : *tails) {
      Row row{.kind = SubjectKind{key[kTimeBytes]}, .key = {}};
      row.key.assign(key.begin() + kHeadBytes, key.end());
      row.key.insert(row.key.end(), tail.begin(), tail.end());
      rows.push_back(std::move(row));
    }
  }
  if (cursor.failed()) {
    return damaged();
  }
  std::ranges::sort(rows);
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

}  // namespace luytre::categories
