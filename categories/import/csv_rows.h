// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "line_item.h"

namespace luytre::categories {

// Rows of a CSV file (RFC 4180, one row a line), after a header row that names the columns in any
// order: "name" (a name, page or address range), which is needed, "categories" (separated by
// semicolons; "*" of an exception), "minimum_age" (0 to 18), "reach" (exact, subtree), "legal_ref"
// (whose order the listing follows), "expires" (a date or time as in our own format) and "action"
// (block, except). An empty field leaves the list's own value. A row with a field that is not valid
// is refused whole (BadField).
class CsvRows {
 public:
  // The items point into this object until the next call.
  void parse(std::string_view line, std::vector<LineItem>& items);
  // What is wrong with the header; empty: nothing. No row is read under a wrong header.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  static constexpr std::size_t kColumns = 7;

  void take_header();
  [[nodiscard]] std::string_view field(std::size_t column) const;
  [[nodiscard]] LineItem take_row() const;

  std::array<std::optional<std::size_t>, kColumns> positions_{};  // by column
  std::size_t width_ = 0;                                         // 0: no header yet
  std::vector<std::string> fields_;
  std::string problem_;
};

// Whether a line is a header of such a file with more than one column.
[[nodiscard]] bool is_csv_header(std::string_view text);

}  // namespace luytre::categories
