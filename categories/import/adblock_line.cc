// SPDX-License-Identifier: Apache-2.0
#include "adblock_line.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "line_text.h"
#include "subject_text.h"

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

// What stands between "||" and the options, and the options.
struct Rule {
  std::string_view target;
  std::string_view options = {};
  bool closed = false;  // by '^': the name ends there
};

std::optional<Rule> split(std::string_view text) noexcept {
  if (!text.starts_with("||")) {
    return std::nullopt;
  }
  Rule rule{.target = text.substr(2)};
  const std::size_t end = rule.target.find_first_of("^$");
  std::string_view rest = rule.target.substr(std::min(end, rule.target.size()));
  rule.target = rule.target.substr(0, end);
  if (rest.starts_with('^')) {
    rule.closed = true;
    rest.remove_prefix(1);
  }
  if (rest.starts_with('$') && rest.size() > 1) {
    rule.options = rest.substr(1);
    rest = {};
  }
  return rest.empty() ? std::optional(rule) : std::nullopt;
}

// The whole of what the rule is about, or why there is no such thing.
Expected<Subject, SkipCause> parse_target(const Rule& rule) {
  const std::string_view target = rule.target;
  const bool page = target.find('/') != std::string_view::npos;
  // Without '^' the name goes on as it likes; a page stands for what is below it, which is less.
  if (target.find_first_of(kPatternOctets) != std::string_view::npos || target.starts_with('.') ||
      target.ends_with('.') || (!rule.closed && !page)) {
    return Unexpected(SkipCause::NotNameLevel);
  }
  return subject_of(target);
}

LineItem parse_rule(std::string_view text, Polarity polarity) {
  const SkipCause other =
      polarity == Polarity::Lists ? SkipCause::NotNameLevel : SkipCause::Exception;
  const auto rule = split(text);
  if (!rule) {
    return skipped_item(other);
  }
  bool whole = true;
  for (std::string_view options = rule->options; !options.empty();) {
    const std::string_view option = take_until(options, ',');
    if (option == "badfilter") {
      return skipped_item(SkipCause::Exception);
    }
    whole = whole && keeps_name_level(option);
  }
  if (!whole) {
    return skipped_item(other);
  }
  auto subject = parse_target(*rule);
  if (!subject && subject.error() == SkipCause::NotNameLevel) {
    return skipped_item(other);
  }
  return {.subject = std::move(subject), .reach = Reach::Subtree, .polarity = polarity};
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
  constexpr std::string_view kException = "@@";
  if (text.starts_with(kException)) {
    items.push_back(parse_rule(text.substr(kException.size()), Polarity::Withdraws));
  } else {
    items.push_back(element ? skipped_item(SkipCause::NotNameLevel)
                            : parse_rule(text, Polarity::Lists));
  }
}

}  // namespace luytre::categories
