// SPDX-License-Identifier: Apache-2.0
#pragma once

// Values of the tables of names, paths and prefixes: what one source says about one subject, as one
// or more statements in the order of same_kind_before(). One of the usual kind takes seven octets:
//
//   u8   flags: 1 subtree, 2 withdraws, 4 minimum age, 8 one category, 16 several categories,
//        32 expires, 64 legal reference
//   u40  since
//   u8   minimum age                 if flagged
//   u8   the category's bit number   if there is one; u64 the set if there are several
//   u40  expires                     if flagged
//   u16  size of the legal reference, and its octets, if flagged

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "categories/entry.h"
#include "categories/lmdb/environment.h"

namespace luytre::categories {

inline constexpr std::string_view kDamaged =
    "The category database is damaged; move it away and import the lists again.";

// Times are kept in 40 bits, which lasts for 34,000 years.
inline constexpr std::int64_t kMaxTime = (std::int64_t{1} << 40U) - 1;
inline constexpr std::size_t kMaxLegalRefBytes = 1024;

// Two statements of one source about one subject are the same one, said anew, if they agree in
// these.
[[nodiscard]] inline bool same_kind(const Statement& a, const Statement& b) noexcept {
  return a.reach == b.reach && a.polarity == b.polarity && a.terms == b.terms;
}
[[nodiscard]] inline bool same_kind_before(const Statement& a, const Statement& b) noexcept {
  return std::tie(a.reach, a.polarity, a.terms) < std::tie(b.reach, b.polarity, b.terms);
}
// Equal but for `since`.
[[nodiscard]] inline bool says_the_same(const Statement& a, const Statement& b) noexcept {
  return same_kind(a, b) && a.minimum_age == b.minimum_age && a.categories == b.categories;
}

[[nodiscard]] inline bool is_over(const Terms& terms, std::int64_t now) noexcept {
  return terms.expires != 0 && terms.expires <= now;
}

// False if a statement cannot be kept: its legal reference is too long or its end no such time.
// A `since` out of range becomes the nearest that is in it. Replaces what `value` held.
[[nodiscard]] bool encode_statements(std::span<const Statement> statements,
                                     std::vector<std::uint8_t>& value);
// Appends the statements of `value` to `statements`; false if the value is damaged.
[[nodiscard]] bool decode_statements(SourceId source, lmdb::Bytes value,
                                     std::vector<Statement>& statements);

}  // namespace luytre::categories
