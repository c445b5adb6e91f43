// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace luytre::ctl {

// "1,234,567"
[[nodiscard]] std::string grouped(std::uint64_t number);
// "23.4 MB"
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
// "2 days 3 h", "4 min 10 s", "0.4 s"
[[nodiscard]] std::string duration_text(double seconds);
// "2026-09-01T20:00:00Z"
[[nodiscard]] std::string time_text(std::int64_t seconds_since_1970);
// At most `columns` characters; a longer text ends with three dots.
[[nodiscard]] std::string cut(std::string_view text, std::size_t columns);
// Words joined with ", " in lines of at most 96 columns, each after `indent` spaces.
[[nodiscard]] std::string wrap(std::string_view text, std::size_t indent);

void print_json(const nlohmann::ordered_json& value);

}  // namespace luytre::ctl
