// SPDX-License-Identifier: Apache-2.0
#include "categories/native/utc_time.h"

#include <fmt/format.h>

#include <algorithm>

namespace luytre::categories {
namespace {

constexpr std::size_t kDateSize = 10;  // "2026-09-01"
constexpr std::size_t kTimeSize = 20;  // "2026-09-01T20:00:00Z"
constexpr int kFirstYear = 1970;

// `count` digits at `at`, which the caller knows to be inside; nothing if one is none.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) noexcept {
  int number = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    number = number * 10 + (c - '0');
  }
  return number;
}

}  // namespace

std::optional<std::chrono::sys_days> parse_utc_date(std::string_view text) noexcept {
  if (text.size() != kDateSize || text[4] != '-' || text[7] != '-') {
    return std::nullopt;
  }
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  if (!year || !month || !day || *year < kFirstYear) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  return date.ok() ? std::optional<std::chrono::sys_days>(date) : std::nullopt;
}

std::optional<std::chrono::sys_seconds> parse_utc_time(std::string_view text) noexcept {
  if (text.size() != kTimeSize || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
      text[19] != 'Z') {
    return std::nullopt;
  }
  const auto date = parse_utc_date(text.substr(0, kDateSize));
  const auto hours = digits(text, 11, 2);
  const auto minutes = digits(text, 14, 2);
  const auto seconds = digits(text, 17, 2);
  if (!date || !hours || !minutes || !seconds || *hours > 23 || *minutes > 59 || *seconds > 59) {
    return std::nullopt;
  }
  return *date + std::chrono::hours(*hours) + std::chrono::minutes(*minutes) +
         std::chrono::seconds(*seconds);
}

std::string utc_date_text(std::chrono::sys_days date) {
  const std::chrono::year_month_day parts(date);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(parts.year()),
                     static_cast<unsigned>(parts.month()), static_cast<unsigned>(parts.day()));
}

std::string utc_time_text(std::chrono::sys_seconds time) {
  const auto date = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock(time - date);
  return fmt::format("{}T{:02}:{:02}:{:02}Z", utc_date_text(date), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

}  // namespace luytre::categories
