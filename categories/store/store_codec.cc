// SPDX-License-Identifier: Apache-2.0
#include "store_codec.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/cursor.h"

namespace luytre::categories {
namespace {

constexpr std::ptrdiff_t kSourceNumbersBytes = 2 + 8 + 8;

}  // namespace

SourceNameKey::SourceNameKey(SourceId source, lmdb::Bytes name_key) noexcept
    : size_(kPrefixBytes + name_key.size()) {
  store_be16(bytes_.data(), static_cast<std::uint16_t>(source));
  if (!name_key.empty()) {
    std::memcpy(bytes_.data() + kPrefixBytes, name_key.data(), name_key.size());
  }
}

void StatementsValue::add(const ListedName& listed) noexcept {
  std::uint8_t* statement = bytes_.data() + size_;
  statement[0] = static_cast<std::uint8_t>(listed.reach);
  statement[1] = listed.minimum_age;
  store_be64(statement + 2, listed.categories.bits());
  size_ += kStatementBytes;
}

bool StatementsValue::read(SourceId source, lmdb::Bytes value, std::vector<Statement>& statements) {
  Cursor cursor(value);
  do {
    const std::uint8_t reach = cursor.u8();
    const std::uint8_t minimum_age = cursor.u8();
    const std::uint64_t high = cursor.u32();
    const std::uint64_t low = cursor.u32();
    if (!cursor.ok() || reach > static_cast<std::uint8_t>(Reach::Subtree)) {
      return false;
    }
    statements.push_back({.source = source,
                          .reach = Reach{reach},
                          .minimum_age = minimum_age,
                          .categories = CategorySet(high << 32U | low)});
  } while (!cursor.empty());
  return true;
}

std::vector<std::uint8_t> encode_source(const Source& source) {
  std::vector<std::uint8_t> value(std::size_t{kSourceNumbersBytes} + source.format.size());
  store_be16(value.data(), static_cast<std::uint16_t>(source.id));
  store_be64(value.data() + 2, source.entry_count);
  store_be64(value.data() + 10, static_cast<std::uint64_t>(source.imported_at));
  std::ranges::copy(source.format, value.begin() + kSourceNumbersBytes);
  return value;
}

bool decode_source(lmdb::Bytes key, lmdb::Bytes value, Source& source) {
  Cursor cursor(value);
  source.id = SourceId{cursor.u16()};
  const lmdb::Bytes numbers = cursor.bytes(16);
  if (!cursor.ok()) {
    return false;
  }
  source.entry_count = load_be64(numbers.data());
  source.imported_at = static_cast<std::int64_t>(load_be64(numbers.data() + 8));
  source.name = lmdb::as_text(key);
  source.format = lmdb::as_text(cursor.rest());
  return true;
}

}  // namespace luytre::categories
