// SPDX-License-Identifier: Apache-2.0
#include "pause_argument.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <ctime>
#include <optional>

namespace luytre::ctl {
namespace {

std::optional<std::chrono::seconds> parse_duration(const std::string& text) {
  std::uint32_t count = 0;
  const char* end = text.data() + text.size();
  const auto [unit, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || end - unit != 1) {
    return std::nullopt;
  }
  switch (*unit) {
    case 'm':
      return std::chrono::minutes(count);
    case 'h':
      return std::chrono::hours(count);
    case 'd':
      return std::chrono::days(count);
    default:
      return std::nullopt;
  }
}

std::optional<std::chrono::sys_seconds> parse_time(const std::string& text) {
  for (const char* format : {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"}) {
    std::tm time{};
    time.tm_isdst = -1;
    const char* rest = ::strptime(text.c_str(), format, &time);
    if (rest == nullptr) {
      continue;
    }
    const std::string zone(rest);
    if (zone.empty()) {
      return std::chrono::sys_seconds(std::chrono::seconds(std::mktime(&time)));
    }
    if (zone == "Z") {
      return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&time)));
    }
  }
  return std::nullopt;
}

}  // namespace

Result<std::chrono::sys_seconds> parse_pause(const std::string& text,
                                             std::chrono::sys_seconds now) {
  std::optional<std::chrono::sys_seconds> until = parse_time(text);
  if (const auto duration = parse_duration(text)) {
    until = now + *duration;
  }
  if (!until) {
    return fail(ErrorCode::Invalid,
                fmt::format("'{}' is not a pause; write 30m, 2h or 1d, or when it ends: "
                            "2026-09-01T20:00 (local time) or 2026-09-01T13:00Z.",
                            text));
  }
  if (*until <= now) {
    return fail(ErrorCode::Invalid, fmt::format("A pause until '{}' is over already.", text));
  }
  if (*until > now + kLongestPause) {
    return fail(ErrorCode::Invalid,
                fmt::format("A pause lasts {} days at most.", kLongestPause.count()));
  }
  return *until;
}

}  // namespace luytre::ctl
