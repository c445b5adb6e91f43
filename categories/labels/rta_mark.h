// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace luytre::categories {

// "Restricted to adults": the mark that sites for adults put on their pages.
inline constexpr std::string_view kRtaMark = "RTA-5042-1996-1400-1577-RTA";

// Whether a page carries <meta name="rating" content="RTA-…">. Text, comments, scripts and styles
// that mention the mark do not count. One pass, whatever the page holds.
[[nodiscard]] bool has_rta_meta(std::string_view html) noexcept;

// Whether header fields, one a line, have one of "Rating: RTA-…".
[[nodiscard]] bool has_rta_header(std::string_view fields) noexcept;

}  // namespace luytre::categories
