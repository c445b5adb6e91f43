// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace luytre::dataplane {

// SP and HTAB: OWS of HTTP (RFC 9110 §5.6.3).
[[nodiscard]] constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

[[nodiscard]] constexpr std::string_view trim_blanks(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace luytre::dataplane
