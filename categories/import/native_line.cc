// SPDX-License-Identifier: Apache-2.0
#include "native_line.h"

#include <string>
#include <utility>

#include "categories/expiry_text.h"
#include "entry_fields.h"
#include "line_text.h"
#include "subject_text.h"

namespace luytre::categories {
namespace {

// The next column; empty where it says nothing.
std::string_view take_column(std::string_view& rest) noexcept {
  const std::string_view column = trim(take_until(rest, '\t'));
  return column == "-" ? std::string_view() : column;
}

// False: a field that is not valid.
bool take_fields(std::string_view rest, LineItem& item) {
  const std::string_view reach = take_column(rest);
  const std::string_view age = take_column(rest);
  const std::string_view legal_ref = take_column(rest);
  const std::string_view expires = take_column(rest);
  if (!reach.empty()) {
    item.reach = parse_reach(reach);
  }
  if (!age.empty()) {
    item.minimum_age = parse_minimum_age(age);
  }
  if (!expires.empty()) {
    item.terms.expires = parse_expiry(expires).value_or(0);
  }
  item.terms.legal_ref = legal_ref;
  return rest.empty() && (reach.empty() || item.reach) && (age.empty() || item.minimum_age) &&
         (expires.empty() || item.terms.expires != 0) && is_legal_ref(legal_ref);
}

}  // namespace

void parse_native_line(std::string_view text, std::vector<LineItem>& items) {
  if (text.front() == '#') {
    return;
  }
  std::string_view subject = trim(take_until(text, '\t'));
  const std::string_view categories = trim(take_until(text, '\t'));
  const bool exception = subject.starts_with('!');
  subject.remove_prefix(exception ? 1 : 0);
  if (categories.empty()) {
    items.push_back(skipped_item(SkipCause::NotAName));
    return;
  }
  LineItem item = parse_subject_field(subject);
  item.categories = categories;
  item.polarity = exception ? Polarity::Withdraws : Polarity::Lists;
  const bool everything = categories == kAllCategories;
  if (item.subject && (!take_fields(text, item) || (everything && !exception))) {
    item = skipped_item(SkipCause::BadField);
  }
  items.push_back(std::move(item));
}

}  // namespace luytre::categories
