// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "line_parser.h"

namespace luytre::categories {

// Cuts pieces of a file into lines without their ends (LF or CR LF) and without a leading byte
// order mark. Keeps at most one line, and of that only what is needed to see that it is too long.
class LineSplitter {
 public:
  // Calls visit(line, number) for each line that ends in `piece`; numbers count from 1.
  template <typename Visit>
  void feed(std::span<const char> piece, Visit&& visit) {
    std::string_view rest(piece.data(), piece.size());
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      const std::string_view part = rest.substr(0, end);
      if (end != std::string_view::npos && begun_.empty()) {
        emit(part, visit);
      } else {
        begun_.append(part.substr(0, kKeep - std::min(kKeep, begun_.size())));
        open_ = true;
        if (end != std::string_view::npos) {
          finish(visit);
        }
      }
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }

  // The last line, if the file does not end with a line end.
  template <typename Visit>
  void finish(Visit&& visit) {
    if (open_) {
      emit(begun_, visit);
    }
    begun_.clear();
    open_ = false;
  }

 private:
  // One octet beyond the limit and a CR.
  static constexpr std::size_t kKeep = kMaxLineBytes + 2;

  template <typename Visit>
  void emit(std::string_view line, Visit& visit) {
    if (number_ == 0 && line.starts_with("\xEF\xBB\xBF")) {
      line.remove_prefix(3);
    }
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    visit(line, ++number_);
  }

  std::string begun_;
  bool open_ = false;
  std::uint64_t number_ = 0;
};

}  // namespace luytre::categories
