// SPDX-License-Identifier: Apache-2.0
#include "luytre_line.h"

#include <utility>

#include "categories/native/native_line.h"
#include "subject_text.h"

namespace luytre::categories {
namespace {

SkipCause cause_of(NativeCause cause) noexcept {
  switch (cause) {
    case NativeCause::LineTooLong:
      return SkipCause::LineTooLong;
    case NativeCause::Columns:
      return SkipCause::NotAName;
    default:
      return SkipCause::BadField;
  }
}

}  // namespace

void parse_luytre_line(std::string_view line, std::vector<LineItem>& items) {
  auto fields = split_native(line);
  if (!fields) {
    items.push_back(skipped_item(cause_of(fields.error())));
    return;
  }
  if (!*fields) {
    return;
  }
  NativeFields& said = **fields;
  LineItem item = parse_subject_field(said.subject);
  item.categories = said.categories;
  item.reach = said.reach ? said.reach : item.reach;
  if (said.minimum_age != 0) {
    item.minimum_age = said.minimum_age;
  }
  item.polarity = said.polarity;
  item.terms = std::move(said.terms);
  items.push_back(std::move(item));
}

}  // namespace luytre::categories
