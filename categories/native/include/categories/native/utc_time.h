// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace luytre::categories {

// The two forms of RFC 3339 that lists use, each with exactly one spelling: years 1970 to 9999, no
// fractions, no leap seconds, no offset but "Z".

// "2026-09-01T20:00:00Z"
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_utc_time(
    std::string_view text) noexcept;
// `time` lies in the years that the reader takes.
[[nodiscard]] std::string utc_time_text(std::chrono::sys_seconds time);

// "2026-09-01"
[[nodiscard]] std::optional<std::chrono::sys_days> parse_utc_date(std::string_view text) noexcept;
[[nodiscard]] std::string utc_date_text(std::chrono::sys_days date);

}  // namespace luytre::categories
