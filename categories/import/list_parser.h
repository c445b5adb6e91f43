// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "csv_rows.h"
#include "line_item.h"
#include "line_parser.h"
#include "rpz_zone.h"

namespace luytre::categories {

// Reads one file's lines in order, for formats in which a line may depend on those before it too.
class ListParser {
 public:
  // `format` is not Auto.
  explicit ListParser(ListFormat format) noexcept : format_(format) {}

  // As parse_line(); the items are valid until the next call.
  void parse(std::string_view line, std::vector<LineItem>& items) {
    if (line.size() > kMaxLineBytes || (format_ != ListFormat::Rpz && format_ != ListFormat::Csv)) {
      return parse_line(format_, line, items);
    }
    items.clear();
    format_ == ListFormat::Rpz ? rpz_.parse(line, items) : csv_.parse(line, items);
  }

  // Why the file as a whole cannot be read; empty: it can.
  [[nodiscard]] const std::string& problem() const noexcept { return csv_.problem(); }

 private:
  ListFormat format_;
  RpzZone rpz_;
  CsvRows csv_;
};

}  // namespace luytre::categories
