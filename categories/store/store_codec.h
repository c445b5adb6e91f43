// SPDX-License-Identifier: Apache-2.0
#pragma once

// Records of the category database as bytes; category_store.cc says how they fit together. All
// integers are big-endian, so that keys sort by number.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_order.h"
#include "categories/entry.h"
#include "categories/lmdb/environment.h"
#include "categories/name_key.h"
#include "categories/name_list.h"

namespace luytre::categories {

// Octet order, as LMDB sorts keys: negative, zero or positive.
[[nodiscard]] inline int compare_keys(lmdb::Bytes a, lmdb::Bytes b) noexcept {
  const std::size_t common = std::min(a.size(), b.size());
  const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
  if (order != 0 || a.size() == b.size()) {
    return order;
  }
  return a.size() < b.size() ? -1 : 1;
}

// Key of what one source says about one name: source u16, then the NameKey octets.
class SourceNameKey {
 public:
  static constexpr std::size_t kPrefixBytes = 2;
  static constexpr std::size_t kMaxBytes = kPrefixBytes + NameKey::kMaxBytes;
  static_assert(kMaxBytes <= lmdb::kMaxKeyBytes);

  // With an empty `name_key`: the place where the source's names begin.
  SourceNameKey(SourceId source, lmdb::Bytes name_key) noexcept;
  [[nodiscard]] lmdb::Bytes bytes() const noexcept { return {bytes_.data(), size_}; }

  [[nodiscard]] static SourceId source_of(lmdb::Bytes key) noexcept {
    return SourceId{load_be16(key.data())};
  }
  [[nodiscard]] static lmdb::Bytes name_of(lmdb::Bytes key) noexcept {
    return key.subspan(kPrefixBytes);
  }

 private:
  std::array<std::uint8_t, kMaxBytes> bytes_;
  std::size_t size_;
};

// Value of such a key: one or two statements of reach u8, minimum_age u8, categories u64.
class StatementsValue {
 public:
  static constexpr std::size_t kStatementBytes = 10;

  void add(const ListedName& listed) noexcept;
  [[nodiscard]] lmdb::Bytes bytes() const noexcept { return {bytes_.data(), size_}; }

  // Appends the statements of `value` to `statements`; false if the value is damaged.
  [[nodiscard]] static bool read(SourceId source, lmdb::Bytes value,
                                 std::vector<Statement>& statements);

 private:
  std::array<std::uint8_t, 2 * kStatementBytes> bytes_;
  std::size_t size_ = 0;
};

// Value of a source, whose key is its name: id u16, entry_count u64, imported_at i64, then the
// format's word.
[[nodiscard]] std::vector<std::uint8_t> encode_source(const Source& source);
[[nodiscard]] bool decode_source(lmdb::Bytes key, lmdb::Bytes value, Source& source);

inline constexpr std::string_view kDamaged =
    "The category database is damaged; move it away and import the lists again.";

[[nodiscard]] inline std::array<std::uint8_t, 8> encode_u64(std::uint64_t number) noexcept {
  std::array<std::uint8_t, 8> bytes{};
  store_be64(bytes.data(), number);
  return bytes;
}

}  // namespace luytre::categories
