// SPDX-License-Identifier: Apache-2.0
#include "unbound_line.h"

#include <algorithm>
#include <array>

#include "line_text.h"
#include "subject_text.h"

namespace luytre::categories {
namespace {

constexpr std::string_view kZone = "local-zone:";
constexpr std::string_view kRecord = "local-data:";

// Without the quotes around it; `rest` keeps what follows.
std::string_view take_quoted(std::string_view& rest) noexcept {
  rest = trim(rest);
  if (!rest.starts_with('"') && !rest.starts_with('\'')) {
    return take_word(rest);
  }
  const char quote = rest.front();
  rest.remove_prefix(1);
  const std::string_view text = take_until(rest, quote);
  rest = trim(rest);
  return text;
}

template <std::size_t kCount>
bool is_one_of(std::string_view word, const std::array<std::string_view, kCount>& words) noexcept {
  return std::ranges::any_of(words, [&](std::string_view one) { return same_word(word, one); });
}

LineItem parse_zone(std::string_view rest) {
  constexpr std::array<std::string_view, 8> kRefuse = {
      "always_nxdomain", "always_null", "always_nodata", "always_refuse",
      "always_deny",     "static",      "refuse",        "deny"};
  constexpr std::array<std::string_view, 3> kAskOn = {"transparent", "typetransparent",
                                                      "always_transparent"};
  const std::string_view name = take_quoted(rest);
  const std::string_view type = take_quoted(rest);
  if (is_one_of(type, kRefuse)) {
    return name_item(parse_name(name), Reach::Subtree);
  }
  if (is_one_of(type, kAskOn)) {
    return name_item(parse_name(name), Reach::Subtree, Polarity::Withdraws);
  }
  return skipped_item(type.empty() ? SkipCause::NotAName : SkipCause::NotNameLevel);
}

LineItem parse_record(std::string_view rest) {
  std::string_view record = take_quoted(rest);
  const std::string_view name = take_word(record);
  std::string_view type = take_word(record);
  while (all_digits(type) || same_word(type, "IN")) {
    type = take_word(record);
  }
  if (record.empty()) {
    return skipped_item(SkipCause::NotAName);
  }
  if (!same_word(type, "A") && !same_word(type, "AAAA")) {
    return skipped_item(SkipCause::NotNameLevel);
  }
  return is_sinkhole(record) ? name_item(parse_name(name), Reach::Exact)
                             : skipped_item(SkipCause::Address);
}

}  // namespace

bool is_unbound_listing(std::string_view text) noexcept {
  return text.starts_with(kZone) || text.starts_with(kRecord);
}

void parse_unbound_line(std::string_view text, std::vector<LineItem>& items) {
  if (text.starts_with(kZone)) {
    items.push_back(parse_zone(text.substr(kZone.size())));
  } else if (text.starts_with(kRecord)) {
    items.push_back(parse_record(text.substr(kRecord.size())));
  } else if (!text.ends_with(':')) {
    items.push_back(skipped_item(SkipCause::NotAName));
  }
}

}  // namespace luytre::categories
