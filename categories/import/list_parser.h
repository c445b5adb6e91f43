// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "csv_rows.h"
#include "line_item.h"
#include "line_parser.h"
#include "registry_rows.h"
#include "rpz_zone.h"

namespace luytre::categories {

// Reads one file's lines in order, for formats in which a line may depend on those before it too.
class ListParser {
 public:
  // `format` is not Auto.
  explicit ListParser(ListFormat format) noexcept : format_(format) {}

  // As parse_line(); the items are valid until the next call.
  void parse(std::string_view line, std::vector<LineItem>& items) {
    items.clear();
    if (line.size() <= kMaxLineBytes && format_ == ListFormat::Rpz) {
      rpz_.parse(line, items);
    } else if (line.size() <= kMaxLineBytes && format_ == ListFormat::Csv) {
      csv_.parse(line, items);
    } else if (line.size() <= kMaxLineBytes && format_ == ListFormat::LabelRegistry) {
      registry_.parse(line, items);
    } else {
      parse_line(format_, line, items);
    }
  }

  // Why the file as a whole cannot be read; empty: it can.
  [[nodiscard]] const std::string& problem() const noexcept {
    return format_ == ListFormat::LabelRegistry ? registry_.problem() : csv_.problem();
  }

 private:
  ListFormat format_;
  RpzZone rpz_;
  CsvRows csv_;
  RegistryRows registry_;
};

}  // namespace luytre::categories
