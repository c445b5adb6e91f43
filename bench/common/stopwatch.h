// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <ctime>

namespace luytre::bench {

// Wall and processor seconds together: on a shared machine they differ. Adds up over several runs.
class Stopwatch {
 public:
  using Clock = std::chrono::steady_clock;

  void start() {
    wall_begin_ = Clock::now();
    processor_begin_ = std::clock();
  }
  void stop() {
    wall_ += std::chrono::duration<double>(Clock::now() - wall_begin_).count();
    processor_ += static_cast<double>(std::clock() - processor_begin_) / CLOCKS_PER_SEC;
  }
  [[nodiscard]] double wall() const { return wall_; }
  [[nodiscard]] double processor() const { return processor_; }

 private:
  Clock::time_point wall_begin_;
  std::clock_t processor_begin_ = 0;
  double wall_ = 0;
  double processor_ = 0;
};

[[nodiscard]] inline double seconds_since(Stopwatch::Clock::time_point begin) {
  return std::chrono::duration<double>(Stopwatch::Clock::now() - begin).count();
}

}  // namespace luytre::bench
