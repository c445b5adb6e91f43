// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace luytre::dataplane {

// Offsets [begin, end) of a stream.
struct ByteRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// What has arrived of a stream ahead of a gap: disjoint ranges in order, with a gap before each. A
// client that loses or reorders packets makes a handful; sixteen is every other segment of 48 KB.
class ByteRanges {
 public:
  static constexpr std::size_t kMax = 16;

  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] std::span<const ByteRange> list() const noexcept {
    return {ranges_.data(), count_};
  }
  // Requires !empty().
  [[nodiscard]] std::uint32_t end() const noexcept { return ranges_[count_ - 1].end; }
  void clear() noexcept { count_ = 0; }

  [[nodiscard]] bool covers(ByteRange range) const noexcept {
    return std::ranges::any_of(list(), [&](const ByteRange& known) {
      return known.begin <= range.begin && range.end <= known.end;
    });
  }

  // Unites with `range`, which is not empty. False, with nothing changed, if that would make more
  // ranges than there is room for.
  [[nodiscard]] bool add(ByteRange range) noexcept {
    std::size_t first = 0;  // the first that touches or follows
    while (first < count_ && ranges_[first].end < range.begin) {
      ++first;
    }
    std::size_t last = first;  // behind the last that touches
    while (last < count_ && ranges_[last].begin <= range.end) {
      range.begin = std::min(range.begin, ranges_[last].begin);
      range.end = std::max(range.end, ranges_[last].end);
      ++last;
    }
    if (last == first) {
      if (count_ == kMax) {
        return false;
      }
      std::shift_right(ranges_.begin() + first, ranges_.begin() + count_ + 1, 1);
      ++count_;
    } else {
      std::shift_left(ranges_.begin() + first + 1, ranges_.begin() + count_,
                      static_cast<std::ptrdiff_t>(last - first - 1));
      count_ -= last - first - 1;
    }
    ranges_[first] = range;
    return true;
  }

  // Offsets count from `by` on: what is before is forgotten.
  void shift(std::uint32_t by) noexcept {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      if (ranges_[i].end > by) {
        ranges_[kept++] = {.begin = ranges_[i].begin > by ? ranges_[i].begin - by : 0,
                           .end = ranges_[i].end - by};
      }
    }
    count_ = kept;
  }

  // Where the stream reaches once everything before `at` is there: forgets the ranges that are in
  // order by then.
  [[nodiscard]] std::uint32_t advance(std::uint32_t at) noexcept {
    std::size_t passed = 0;
    while (passed < count_ && ranges_[passed].begin <= at) {
      at = std::max(at, ranges_[passed].end);
      ++passed;
    }
    std::shift_left(ranges_.begin(), ranges_.begin() + count_, static_cast<std::ptrdiff_t>(passed));
    count_ -= passed;
    return at;
  }

 private:
  std::size_t count_ = 0;
  std::array<ByteRange, kMax> ranges_{};
};

}  // namespace luytre::dataplane
