// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "config.h"

namespace luytre::gateway {

// When a loop that finds nothing to do sleeps, and for how long.
class Naps {
 public:
  using Length = std::chrono::microseconds;

  // Half a millisecond costs a person nothing, an idle thread 2,000 wake-ups a second, and the ring
  // of a packet socket holds 4,096 frames meanwhile. Where a packet passes the distributor, a
  // worker and the distributor again, three naps together are not longer than that.
  static constexpr Length kLongest{500};
  static constexpr Length kLongestOfThree{128};

  Naps(Idle idle, Length longest) noexcept : idle_(idle), longest_(longest) {}

  // After a loop that moved so many packets; zero: go on at once.
  [[nodiscard]] Length after(std::size_t packets) noexcept {
    empty_loops_ = packets == 0 ? empty_loops_ + 1 : 0;
    if (empty_loops_ < kEmptyLoopsBefore || idle_ == Idle::Busy) {
      return Length::zero();
    }
    return std::min(kShortest * (1U << std::min(empty_loops_ - kEmptyLoopsBefore, 5U)), longest_);
  }

 private:
  // Some 100 µs after the last packet, longer than the gaps inside a page load.
  static constexpr unsigned kEmptyLoopsBefore = 256;
  static constexpr Length kShortest{16};  // doubled each time

  Idle idle_;
  Length longest_;
  unsigned empty_loops_ = 0;
};

}  // namespace luytre::gateway
