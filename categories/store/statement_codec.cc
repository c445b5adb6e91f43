// SPDX-License-Identifier: Apache-2.0
#include "statement_codec.h"

#include <algorithm>
#include <array>

#include "base/byte_order.h"
#include "base/cursor.h"

namespace luytre::categories {
namespace {

constexpr std::uint8_t kSubtree = 1;
constexpr std::uint8_t kWithdraws = 2;
constexpr std::uint8_t kMinimumAge = 4;
constexpr std::uint8_t kOneCategory = 8;
constexpr std::uint8_t kSeveralCategories = 16;
constexpr std::uint8_t kExpires = 32;
constexpr std::uint8_t kLegalRef = 64;
constexpr std::uint8_t kUnknownFlags = 128;
constexpr int kCategoryCount = 64;

std::uint8_t flags_of(const Statement& said) noexcept {
  const auto flag = [](bool set, std::uint8_t value) {
    return set ? value : static_cast<std::uint8_t>(0);
  };
  const int members = said.categories.size();
  return static_cast<std::uint8_t>(
      flag(said.reach == Reach::Subtree, kSubtree) |
      flag(said.polarity == Polarity::Withdraws, kWithdraws) |
      flag(said.minimum_age != 0, kMinimumAge) | flag(members == 1, kOneCategory) |
      flag(members > 1, kSeveralCategories) | flag(said.terms.expires != 0, kExpires) |
      flag(!said.terms.legal_ref.empty(), kLegalRef));
}

void append(std::vector<std::uint8_t>& value, std::uint64_t number, std::size_t bytes) {
  std::array<std::uint8_t, 8> octets{};
  store_be64(octets.data(), number);
  value.insert(value.end(), octets.end() - static_cast<std::ptrdiff_t>(bytes), octets.end());
}

std::uint64_t read(Cursor& cursor, std::size_t bytes) noexcept {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    number = number << 8U | cursor.u8();
  }
  return number;
}

bool decode_statement(Cursor& cursor, Statement& said) {
  const std::uint8_t flags = cursor.u8();
  const auto has = [flags](std::uint8_t flag) { return (flags & flag) != 0; };
  said.reach = has(kSubtree) ? Reach::Subtree : Reach::Exact;
  said.polarity = has(kWithdraws) ? Polarity::Withdraws : Polarity::Lists;
  said.since = static_cast<std::int64_t>(read(cursor, 5));
  said.minimum_age = has(kMinimumAge) ? cursor.u8() : std::uint8_t{0};
  if (has(kOneCategory)) {
    const std::uint8_t bit = cursor.u8();
    if (bit >= kCategoryCount) {
      return false;
    }
    said.categories = CategorySet::of(CategoryId{bit});
  } else if (has(kSeveralCategories)) {
    said.categories = CategorySet(read(cursor, 8));
  }
  if (has(kExpires)) {
    said.terms.expires = static_cast<std::int64_t>(read(cursor, 5));
  }
  if (has(kLegalRef)) {
    said.terms.legal_ref = lmdb::as_text(cursor.bytes(cursor.u16()));
  }
  // Only what encode_statements() writes: an absent field is never written as a zero.
  return cursor.ok() && !has(kUnknownFlags) && flags == flags_of(said);
}

}  // namespace

bool encode_statements(std::span<const Statement> statements, std::vector<std::uint8_t>& value) {
  value.clear();
  for (const Statement& said : statements) {
    const Terms& terms = said.terms;
    if (terms.legal_ref.size() > kMaxLegalRefBytes || terms.expires < 0 ||
        terms.expires > kMaxTime) {
      return false;
    }
    const std::uint8_t flags = flags_of(said);
    value.push_back(flags);
    append(value, static_cast<std::uint64_t>(std::clamp(said.since, std::int64_t{0}, kMaxTime)), 5);
    if ((flags & kMinimumAge) != 0) {
      value.push_back(said.minimum_age);
    }
    if ((flags & kOneCategory) != 0) {
      value.push_back(static_cast<std::uint8_t>(said.categories.first()));
    } else if ((flags & kSeveralCategories) != 0) {
      append(value, said.categories.bits(), 8);
    }
    if ((flags & kExpires) != 0) {
      append(value, static_cast<std::uint64_t>(terms.expires), 5);
    }
    if ((flags & kLegalRef) != 0) {
      append(value, terms.legal_ref.size(), 2);
      value.insert(value.end(), terms.legal_ref.begin(), terms.legal_ref.end());
    }
  }
  return true;
}

bool decode_statements(SourceId source, lmdb::Bytes value, std::vector<Statement>& statements) {
  const std::size_t first = statements.size();
  Cursor cursor(value);
  do {
    Statement& said = statements.emplace_back();
    said.source = source;
    const bool read = decode_statement(cursor, said);
    const bool in_order = statements.size() - first == 1 ||
                          same_kind_before(statements[statements.size() - 2], statements.back());
    if (!read || !in_order) {
      return false;
    }
  } while (!cursor.empty());
  return true;
}

}  // namespace luytre::categories
