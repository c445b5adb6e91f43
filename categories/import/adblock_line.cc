// SPDX-License-Identifier: Apache-2.0
#include "adblock_line.h"

#include <algorithm>
#include <array>

#include "line_parser.h"
#include "line_text.h"

namespace luytre::categories {
namespace {

// Between the domains and the selector, style or script of a rule about elements of pages.
constexpr std::array<std::string_view, 6> kElementMarks = {"##", "#@#", "#?#", "#$#", "#%#", "$$"};
// What a pattern consists of and a name never does. A dot at an edge leaves the name open there.
constexpr std::string_view kPatternOctets = "*()[]{}\\?+|$";

// Options under which the rule still refuses the whole name.
bool keeps_name_level(std::string_view option) noexcept {
  constexpr std::array<std::string_view, 4> kOptions = {"important", "all", "document", "doc"};
  return std::ranges::find(kOptions, option) != kOptions.end();
}

LineItem parse_rule(std::string_view rule) {
  const std::size_t end = rule.find('^');
  if (!rule.starts_with("||") || end == std::string_view::npos) {
    return skipped_item(SkipCause::NotNameLevel);  // without '^', what only begins with the name
  }
  const std::string_view name = rule.substr(2, end - 2);
  std::string_view options = rule.substr(end + 1);
  if (!options.empty() && (options.front() != '$' || options.size() == 1)) {
    return skipped_item(SkipCause::NotNameLevel);
  }
  options.remove_prefix(options.empty() ? 0 : 1);
  bool name_level = name.find_first_of(kPatternOctets) == std::string_view::npos &&
                    !name.starts_with('.') && !name.ends_with('.');
  while (!options.empty()) {
    const std::string_view option = take_until(options, ',');
    if (option == "badfilter") {
      return skipped_item(SkipCause::Exception);
    }
    name_level = name_level && keeps_name_level(option);
  }
  if (!name_level) {
    return skipped_item(SkipCause::NotNameLevel);
  }
  return {.name = parse_name(name), .reach = Reach::Subtree, .categories = {}};
}

}  // namespace

bool is_adblock_header(std::string_view text) noexcept {
  return text.ends_with(']') && (text.starts_with("[Adblock") || text.starts_with("[AdGuard") ||
                                 text.starts_with("[uBlock"));
}

void parse_adblock_line(std::string_view text, std::vector<LineItem>& items) {
  const bool element = std::ranges::any_of(kElementMarks, [&](std::string_view mark) {
    return text.find(mark) != std::string_view::npos;
  });
  if (text.front() == '!' || is_adblock_header(text) || (text.front() == '#' && !element)) {
    return;
  }
  if (text.starts_with("@@")) {
    items.push_back(skipped_item(SkipCause::Exception));
  } else {
    items.push_back(element ? skipped_item(SkipCause::NotNameLevel) : parse_rule(text));
  }
}

}  // namespace luytre::categories
