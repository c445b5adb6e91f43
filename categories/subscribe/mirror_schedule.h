// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace luytre::categories {

// When to ask which mirror. Nodes must not ask all at the same time, and a mirror that is down must
// not be hit harder by everybody: intervals vary by a fifth, and after failures a mirror rests for a
// random time below a bound that doubles each time, up to an hour ("full jitter").
class MirrorSchedule {
 public:
  using Clock = std::chrono::system_clock;
  using TimePoint = Clock::time_point;
  using Duration = std::chrono::milliseconds;

  static constexpr Duration kLongestRest = std::chrono::hours(1);

  struct Options {
    std::size_t mirrors = 1;
    Duration interval{300'000};
    bool urgent = false;  // no rest longer than the interval
  };

  // The first poll is due at `start`.
  MirrorSchedule(const Options& options, TimePoint start, std::uint64_t seed);

  [[nodiscard]] TimePoint next() const noexcept { return next_; }
  // Those that may be asked now: the one that answered last, then the others in turn.
  [[nodiscard]] std::vector<std::size_t> ready(TimePoint now) const;

  void succeeded(std::size_t mirror, TimePoint now);
  // Call finished() when no mirror of a poll has succeeded.
  void failed(std::size_t mirror, TimePoint now);
  void finished(TimePoint now);
  // It was not a mirror's fault: again after an interval.
  void later(TimePoint now);
  // Forgets all rests.
  void now(TimePoint now);

 private:
  struct Mirror {
    unsigned failures = 0;
    TimePoint rests_until;
  };

  [[nodiscard]] Duration between(Duration least, Duration most);

  Options options_;
  std::vector<Mirror> mirrors_;
  std::size_t preferred_ = 0;
  TimePoint next_;
  std::mt19937_64 random_;
};

}  // namespace luytre::categories
