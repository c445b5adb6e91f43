// SPDX-License-Identifier: Apache-2.0
#include "dataplane/quic/crypto_stream.h"

#include <algorithm>
#include <cstring>

namespace luytre::dataplane::quic {

CryptoStream::Added CryptoStream::add(std::span<std::uint8_t> buffer, std::uint64_t offset,
                                      std::span<const std::uint8_t> bytes) noexcept {
  const std::size_t room = std::min(buffer.size(), kMaxBytes);
  if (offset > room || bytes.size() > room - offset) {
    return Added::Bound;
  }
  if (bytes.empty()) {
    return Added::Ok;
  }
  const auto begin = static_cast<std::uint32_t>(offset);
  const auto end = static_cast<std::uint32_t>(offset + bytes.size());
  // Intervals [first, last) touch or overlap the new one and become one with it.
  std::size_t first = 0;
  while (first < count_ && intervals_[first].end < begin) {
    ++first;
  }
  std::size_t last = first;
  for (; last < count_ && intervals_[last].begin <= end; ++last) {
    const std::uint32_t from = std::max(begin, intervals_[last].begin);
    const std::uint32_t to = std::min(end, intervals_[last].end);
    if (from < to &&
        std::memcmp(buffer.data() + from, bytes.data() + (from - begin), to - from) != 0) {
      return Added::Conflict;
    }
  }
  if (first == last && count_ == kMaxIntervals) {
    return Added::Bound;
  }
  std::memcpy(buffer.data() + begin, bytes.data(), bytes.size());
  Interval merged{.begin = begin, .end = end};
  if (first != last) {
    merged.begin = std::min(begin, intervals_[first].begin);
    merged.end = std::max(end, intervals_[last - 1].end);
    std::copy(intervals_.begin() + static_cast<std::ptrdiff_t>(last),
              intervals_.begin() + static_cast<std::ptrdiff_t>(count_),
              intervals_.begin() + static_cast<std::ptrdiff_t>(first) + 1);
    count_ -= last - first - 1;
  } else {
    std::copy_backward(intervals_.begin() + static_cast<std::ptrdiff_t>(first),
                       intervals_.begin() + static_cast<std::ptrdiff_t>(count_),
                       intervals_.begin() + static_cast<std::ptrdiff_t>(count_) + 1);
    ++count_;
  }
  intervals_[first] = merged;
  return Added::Ok;
}

}  // namespace luytre::dataplane::quic
