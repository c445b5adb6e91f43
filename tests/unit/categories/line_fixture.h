// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "categories/native/native_line.h"
#include "line_parser.h"
#include "list_parser.h"

namespace luytre::categories::testing {

// "name", "host/path" or "address/length"
inline std::string show(const Subject& subject) {
  if (const auto* name = std::get_if<DomainName>(&subject); name != nullptr) {
    return name->to_text();
  }
  const auto* path = std::get_if<HostPath>(&subject);
  return path != nullptr ? path->to_text() : std::get_if<IpPrefix>(&subject)->to_text();
}

inline std::string show(const LineItem& item) {
  if (!item.subject) {
    return "- " + std::string(describe(item.subject.error()));
  }
  std::string text = item.polarity == Polarity::Withdraws ? "not " : "";
  text += show(*item.subject);
  if (item.reach) {
    text += *item.reach == Reach::Exact ? " exact" : " subtree";
  }
  text += item.categories.empty() ? "" : " " + std::string(item.categories);
  text += item.minimum_age ? " from " + std::to_string(*item.minimum_age) : "";
  text += item.terms.legal_ref.empty() ? "" : " by " + item.terms.legal_ref;
  return text + (item.terms.expires == 0 ? "" : " until " + expiry_text(item.terms.expires));
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
inline std::string parsed_last(ListFormat format, std::initializer_list<std::string_view> lines) {
  ListParser parser(format);
  std::vector<LineItem> items;
  for (const std::string_view line : lines) {
    parser.parse(line, items);
  }
  return show(items);
}

}  // namespace luytre::categories::testing
