// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "line_parser.h"
#include "list_parser.h"

namespace luytre::categories::testing {

inline std::string show(const LineItem& item) {
  if (!item.name) {
    return "- " + std::string(describe(item.name.error()));
  }
  std::string text = item.name->to_text();
  if (item.reach) {
    text += *item.reach == Reach::Exact ? " exact" : " subtree";
  }
  text += item.categories.empty() ? "" : " " + std::string(item.categories);
  return text + (item.minimum_age ? " from " + std::to_string(*item.minimum_age) : "");
}

inline std::string show(const std::vector<LineItem>& items) {
  std::string text;
  for (const LineItem& item : items) {
    text += (text.empty() ? "" : "; ") + show(item);
  }
  return text;
}

inline std::string parsed(ListFormat format, std::string_view line) {
  std::vector<LineItem> items;
  parse_line(format, line, items);
  return show(items);
}

// What the last of `lines` gives.
inline std::string parsed_last(ListFormat format, std::initializer_list<std::string_view> lines,
                               std::chrono::sys_seconds now = {}) {
  ListParser parser(format, now);
  std::vector<LineItem> items;
  for (const std::string_view line : lines) {
    parser.parse(line, items);
  }
  return show(items);
}

}  // namespace luytre::categories::testing
