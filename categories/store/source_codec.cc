// SPDX-License-Identifier: Apache-2.0
#include "source_codec.h"

#include <array>
#include <string>

#include "base/byte_order.h"
#include "base/cursor.h"

namespace luytre::categories {
namespace {

constexpr std::uint8_t kLayout = 1;
constexpr std::size_t kNumbersBytes = 1 + 2 + 8 + 8 + 1 + 2 + 8 + 4;

// In the order in which they are written.
constexpr std::array<std::string Source::*, 5> kTexts = {
    &Source::format, &Source::issuer, &Source::trust, &Source::location, &Source::mapping};

std::uint64_t u64(Cursor& cursor) noexcept {
  const std::uint64_t high = cursor.u32();
  return high << 32U | cursor.u32();
}

}  // namespace

std::vector<std::uint8_t> encode_source(const Source& source) {
  std::vector<std::uint8_t> value(kNumbersBytes);
  value[0] = kLayout;
  store_be16(value.data() + 1, static_cast<std::uint16_t>(source.id));
  store_be64(value.data() + 3, source.entry_count);
  store_be64(value.data() + 11, static_cast<std::uint64_t>(source.imported_at));
  value[19] = static_cast<std::uint8_t>(source.scope);
  store_be16(value.data() + 20, source.priority);
  store_be64(value.data() + 22, source.version);
  store_be32(value.data() + 30, source.refresh_seconds);
  for (const auto text : kTexts) {
    const std::string& octets = source.*text;
    value.push_back(static_cast<std::uint8_t>(octets.size() >> 8U));
    value.push_back(static_cast<std::uint8_t>(octets.size()));
    value.insert(value.end(), octets.begin(), octets.end());
  }
  return value;
}

bool decode_source(lmdb::Bytes key, lmdb::Bytes value, Source& source) {
  Cursor cursor(value);
  const std::uint8_t layout = cursor.u8();
  source.name = lmdb::as_text(key);
  source.id = SourceId{cursor.u16()};
  source.entry_count = u64(cursor);
  source.imported_at = static_cast<std::int64_t>(u64(cursor));
  const std::uint8_t scope = cursor.u8();
  source.scope = Scope{scope};
  source.priority = cursor.u16();
  source.version = u64(cursor);
  source.refresh_seconds = cursor.u32();
  for (const auto text : kTexts) {
    source.*text = lmdb::as_text(cursor.bytes(cursor.u16()));
  }
  return cursor.ok() && layout >= kLayout && scope <= static_cast<std::uint8_t>(Scope::School) &&
         (layout > kLayout || cursor.empty());
}

}  // namespace luytre::categories
