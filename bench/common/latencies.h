// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace luytre::bench {

// A histogram of nanoseconds in fixed memory: 32 steps an octave, so that a percentile is at most
// 3 % too high. The largest value is kept as it is.
class Latencies {
 public:
  void add(std::uint64_t nanoseconds) noexcept {
    ++counts_[bucket(nanoseconds)];
    ++total_;
    largest_ = std::max(largest_, nanoseconds);
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return total_; }
  [[nodiscard]] std::uint64_t largest() const noexcept { return largest_; }
  // The smallest step that at least `share` (0 to 1) of all values do not exceed; 0 without values.
  [[nodiscard]] std::uint64_t percentile(double share) const noexcept {
    const double wanted = share * static_cast<double>(total_);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > 0 && static_cast<double>(seen) >= wanted) {
        return std::min(upper_bound(i), largest_);
      }
    }
    return largest_;
  }

 private:
  static constexpr unsigned kStepBits = 5;
  static constexpr std::uint64_t kSteps = 1U << kStepBits;

  // Below 32 each value has its own bucket; above, the five bits behind the leading one count.
  static std::size_t bucket(std::uint64_t value) noexcept {
    if (value < kSteps) {
      return value;
    }
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - kStepBits - 1;
    return shift * kSteps + (value >> shift);
  }
  static std::uint64_t upper_bound(std::size_t bucket) noexcept {
    if (bucket < 2 * kSteps) {
      return bucket;
    }
    const auto shift = static_cast<unsigned>(bucket / kSteps) - 1;
    return ((bucket - shift * kSteps + 1) << shift) - 1;
  }

  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>((65 - kStepBits) * kSteps);
  std::uint64_t total_ = 0;
  std::uint64_t largest_ = 0;
};

}  // namespace luytre::bench
