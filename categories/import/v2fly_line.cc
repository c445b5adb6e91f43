// SPDX-License-Identifier: Apache-2.0
#include "v2fly_line.h"

#include <algorithm>
#include <array>

#include "line_text.h"
#include "subject_text.h"

namespace luytre::categories {
namespace {

constexpr std::string_view kDomain = "domain:";
constexpr std::string_view kFull = "full:";
constexpr std::array<std::string_view, 3> kOthers = {"keyword:", "regexp:", "include:"};

bool is_other(std::string_view text) noexcept {
  return std::ranges::any_of(kOthers,
                             [&](std::string_view kind) { return text.starts_with(kind); });
}

// Attributes, then perhaps a comment.
bool ends_well(std::string_view rest) noexcept {
  while (!rest.empty() && rest.front() != '#') {
    if (!take_word(rest).starts_with('@')) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool is_v2fly_rule(std::string_view text) noexcept {
  return text.starts_with(kDomain) || text.starts_with(kFull) || is_other(text);
}

void parse_v2fly_line(std::string_view text, std::vector<LineItem>& items) {
  if (is_other(text)) {
    items.push_back(skipped_item(SkipCause::NotNameLevel));
    return;
  }
  std::string_view rest = text;
  std::string_view word = take_word(rest);
  const bool full = word.starts_with(kFull);
  word.remove_prefix(full ? kFull.size() : word.starts_with(kDomain) ? kDomain.size() : 0);
  items.push_back(ends_well(rest)
                      ? name_item(parse_name(word), full ? Reach::Exact : Reach::Subtree)
                      : skipped_item(SkipCause::NotAName));
}

}  // namespace luytre::categories
