// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/expected.h"
#include "categories/native/native_line.h"

namespace luytre::categories {

// The word for "nothing stated" in every column that may be left out.
inline constexpr std::string_view kNothing = "-";
inline constexpr std::string_view kEverything = "*";
inline constexpr std::size_t kNativeColumns = 6;

[[nodiscard]] std::optional<Reach> parse_reach(std::string_view text) noexcept;
[[nodiscard]] std::string_view reach_text(Reach reach) noexcept;

// 0 to 18 in decimal, without leading zeros.
[[nodiscard]] std::optional<std::uint8_t> parse_minimum_age(std::string_view text) noexcept;

struct NativeWords {
  CategorySet known;
  std::size_t unknown = 0;
};
// "gambling,porn", with words of a-z, 0-9 and "_" in any order; BadCategories for what is none.
[[nodiscard]] Expected<NativeWords, NativeCause> parse_words(std::string_view text,
                                                             const NativeVocabulary& vocabulary);

}  // namespace luytre::categories
