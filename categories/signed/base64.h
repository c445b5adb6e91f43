// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace luytre::categories {

// RFC 4648 §4 with padding, on one line. Reading takes nothing that writing would not have made: no
// blanks, no missing padding, no bits behind the last octet.
[[nodiscard]] std::string to_base64(std::string_view octets);
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace luytre::categories
