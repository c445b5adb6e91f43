// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace luytre::categories {

inline constexpr std::string_view kBlanks = " \t\r\v\f";

[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
// The text up to the next blank; `rest` keeps what follows, trimmed on its left.
std::string_view take_word(std::string_view& rest) noexcept;
// The text up to the next `separator`, which is taken too; all of `rest` if there is none.
std::string_view take_until(std::string_view& rest, char separator) noexcept;

[[nodiscard]] bool all_digits(std::string_view text) noexcept;
// ASCII letters of both cases are the same.
[[nodiscard]] bool same_word(std::string_view a, std::string_view b) noexcept;

[[nodiscard]] bool is_ipv4(std::string_view text) noexcept;
[[nodiscard]] bool is_ipv6(std::string_view text) noexcept;
[[nodiscard]] bool is_address(std::string_view text) noexcept;
// Where lists send names that shall not be reached.
[[nodiscard]] bool is_sinkhole(std::string_view address) noexcept;

}  // namespace luytre::categories
