// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace luytre::ctl {

// One line on a terminal's stderr ("1,200,000 names read"), once the work takes over a second; it
// goes away with the object.
class Progress {
 public:
  explicit Progress(std::string_view what);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  Progress(Progress&&) = delete;
  Progress& operator=(Progress&&) = delete;
  ~Progress();

  void update(std::uint64_t count);
  // Counts one thing; shows every 100,000th.
  void step() {
    if (++count_ % kEvery == 0) {
      update(count_);
    }
  }

 private:
  static constexpr std::uint64_t kEvery = 100'000;

  std::string what_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::uint64_t count_ = 0;
  bool terminal_;
  bool shown_ = false;
};

}  // namespace luytre::ctl
