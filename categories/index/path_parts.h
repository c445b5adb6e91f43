// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "categories/host_path.h"

namespace luytre::categories {

// A listed path or a request's target, cut where HostPath::covers() lets a page end: before '/', '?'
// or '&', and at the end. A beginning of a target that covers() accepts is a number of whole parts.
// The escapes are in upper case. Of a target longer than any listed path the first
// HostPath::kMaxPathBytes octets are read, and of those the parts that end there or before.
class PathParts {
 public:
  explicit PathParts(std::string_view text) noexcept
      : size_(std::min(text.size(), kMaxBytes)), ends_(ends_part(text)) {
    for (std::size_t i = 0; i < size_; ++i) {
      const bool in_escape = (i >= 1 && text[i - 1] == '%') || (i >= 2 && text[i - 2] == '%');
      octets_[i] = in_escape ? upper(text[i]) : text[i];
    }
  }

  // The next part, valid as long as this object; false at the end.
  [[nodiscard]] bool next(std::string_view& part) noexcept {
    std::size_t end = at_ + 1;
    while (end < size_ && !begins_part(octets_[end])) {
      ++end;
    }
    if (at_ >= size_ || (end == size_ && !ends_)) {
      return false;
    }
    part = std::string_view(octets_.data() + at_, end - at_);
    at_ = end;
    return true;
  }

 private:
  static constexpr std::size_t kMaxBytes = HostPath::kMaxPathBytes;

  static bool begins_part(char c) noexcept { return c == '/' || c == '?' || c == '&'; }
  // Whether what is read of the text ends where a part does.
  static bool ends_part(std::string_view text) noexcept {
    return text.size() <= kMaxBytes || begins_part(text[kMaxBytes]);
  }
  static char upper(char c) noexcept {
    return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  }

  std::array<char, kMaxBytes> octets_;  // the first size_ of them
  std::size_t size_;
  std::size_t at_ = 0;
  bool ends_;
};

}  // namespace luytre::categories
