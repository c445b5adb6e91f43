// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "base/error.h"

namespace luytre::ctl {

// A pause always ends: the longest one is a month.
inline constexpr std::chrono::days kLongestPause{31};

// When a pause that begins `now` ends: after "30m", "2h" or "1d", or at a time like
// 2026-09-01T20:00 (local time) or 2026-09-01T13:00:00Z (UTC).
[[nodiscard]] Result<std::chrono::sys_seconds> parse_pause(const std::string& text,
                                                           std::chrono::sys_seconds now);

}  // namespace luytre::ctl
