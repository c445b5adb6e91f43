// SPDX-License-Identifier: Apache-2.0
#include "csv_fields.h"

#include <algorithm>
#include <utility>

#include "line_text.h"

namespace luytre::categories {

bool split_fields(std::string_view line, std::vector<std::string>& fields) {
  fields.clear();
  while (true) {
    std::string field;
    line = line.substr(std::min(line.find_first_not_of(kBlanks), line.size()));
    if (line.starts_with('"')) {
      do {  // the text between two quotes; a quote right behind one is itself text
        line.remove_prefix(1);
        const std::size_t quote = line.find('"');
        if (quote == std::string_view::npos) {
          return false;
        }
        field.append(line.substr(0, quote));
        line.remove_prefix(quote + 1);
        if (line.starts_with('"')) {
          field += '"';
        }
      } while (line.starts_with('"'));
      if (!trim(line.substr(0, line.find(','))).empty()) {
        return false;
      }
    } else {
      field = trim(line.substr(0, line.find(',')));
      if (field.find('"') != std::string::npos) {
        return false;
      }
    }
    fields.push_back(std::move(field));
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) {
      return true;
    }
    line.remove_prefix(comma + 1);
  }
}

}  // namespace luytre::categories
