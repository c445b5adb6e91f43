// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace luytre::categories {

// The records of a whole zone as lines (record_text.h), kept in one piece of memory.
class ZoneLines {
 public:
  void add(std::string_view line) {
    lines_.push_back({text_.size(), static_cast<std::uint32_t>(line.size())});
    text_ += line;
  }
  // By octets, each once.
  void sort();

  [[nodiscard]] std::size_t size() const noexcept { return lines_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return text_.size(); }
  [[nodiscard]] std::string_view operator[](std::size_t position) const noexcept {
    return view(lines_[position]);
  }

 private:
  struct Line {
    std::size_t offset;
    std::uint32_t size;  // a record has at most 65,535 octets of data
  };
  [[nodiscard]] std::string_view view(const Line& line) const noexcept {
    return std::string_view(text_).substr(line.offset, line.size);
  }

  std::string text_;
  std::vector<Line> lines_;
};

}  // namespace luytre::categories
