// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace luytre::dataplane {

// How often something may be done for one line: a token bucket each, as the time at which the next
// token is due (the generic cell rate algorithm). Lines that share a place share its tokens. Fixed
// memory, one thread.
class LineLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  // `places` is rounded up to a power of two. `burst`: tokens of a line that was quiet, at least 1.
  LineLimiter(std::size_t places, std::uint32_t per_second, std::uint32_t burst)
      : interval_(std::chrono::nanoseconds(std::chrono::seconds(1)) / std::max(per_second, 1U)),
        tolerance_(interval_ * (burst - 1)),
        due_(std::bit_ceil(places)) {}

  // False: no token is left. `line`: a keyed hash of what the line is known by.
  [[nodiscard]] bool take(std::uint64_t line, Clock::time_point now) noexcept {
    Clock::time_point& due = due_[line & (due_.size() - 1)];
    if (due > now + tolerance_) {
      return false;
    }
    due = (due > now ? due : now) + interval_;
    return true;
  }

 private:
  std::chrono::nanoseconds interval_;
  std::chrono::nanoseconds tolerance_;
  std::vector<Clock::time_point> due_;
};

}  // namespace luytre::dataplane
