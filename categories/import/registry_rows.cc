// SPDX-License-Identifier: Apache-2.0
#include "registry_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "categories/labels/site_labels.h"
#include "csv_fields.h"
#include "line_text.h"
#include "subject_text.h"

namespace luytre::categories {
namespace {

struct ColumnName {
  std::string_view word;
  std::size_t column;
};

// Years, above 18 as 18; nothing: no number of at most two digits.
std::optional<std::uint8_t> age_of(std::string_view text) noexcept {
  if (!all_digits(text) || text.empty() || text.size() > 2) {
    return std::nullopt;
  }
  unsigned age = 0;
  for (const char c : text) {
    age = 10 * age + static_cast<unsigned>(c - '0');
  }
  return static_cast<std::uint8_t>(std::min<unsigned>(age, kAdultAge));
}

}  // namespace

void RegistryRows::take_header() {
  constexpr std::array<ColumnName, 8> kNames = {{{"host", kHost},
                                                 {"domain", kDomain},
                                                 {"url", kUrl},
                                                 {"age", kAge},
                                                 {"min_age", kAge},
                                                 {"minimum_age", kAge},
                                                 {"label", kLabel},
                                                 {"type", kType}}};
  width_ = fields_.size();
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    for (const ColumnName& name : kNames) {
      if (!same_word(fields_[i], name.word)) {
        continue;
      }
      if (positions_[name.column]) {
        problem_ = fmt::format("column \"{}\" is there twice", name.word);
        return;
      }
      positions_[name.column] = i;
    }
  }
  const int subjects =
      (positions_[kHost] ? 1 : 0) + (positions_[kDomain] ? 1 : 0) + (positions_[kUrl] ? 1 : 0);
  if (subjects != 1 || !positions_[kAge]) {
    problem_ = "the header of a registry has one of the columns host, domain and url, and age";
  }
}

std::string_view RegistryRows::field(Column column) const {
  return positions_[column] ? std::string_view(fields_[*positions_[column]]) : std::string_view();
}

LineItem RegistryRows::take_subject() const {
  if (positions_[kUrl]) {
    std::string_view text = field(kUrl);
    const std::size_t scheme = text.find("://");
    const std::string_view authority =
        text.substr(scheme == std::string_view::npos ? 0 : scheme + 3);
    // A whole host, which a list must not get out of a page.
    const std::size_t slash = authority.find('/');
    const bool whole = slash == std::string_view::npos || slash + 1 == authority.size();
    LineItem item =
        whole ? parse_name_field(authority.substr(0, slash)) : parse_subject_field(text);
    item.reach = item.reach ? item.reach : std::optional(Reach::Exact);
    return item;
  }
  LineItem item = parse_name_field(positions_[kHost] ? field(kHost) : field(kDomain));
  item.reach = positions_[kHost] ? Reach::Exact : Reach::Subtree;
  return item;
}

LineItem RegistryRows::take_row() const {
  const bool adults = same_word(field(kLabel), "RTA") || same_word(field(kType), "RTA");
  auto age = age_of(field(kAge));
  if (adults && (age || field(kAge).empty())) {
    age = kAdultAge;
  }
  if (!age || *age == 0) {
    return skipped_item(age ? SkipCause::AllAges : SkipCause::BadField);
  }
  LineItem item = take_subject();
  item.minimum_age = age;
  item.categories = adults ? kAdultCategory : std::string_view();
  return item;
}

void RegistryRows::parse(std::string_view line, std::vector<LineItem>& items) {
  const std::string_view text = trim(line);
  if (text.empty() || text.front() == '#' || !problem_.empty()) {
    return;
  }
  const bool whole = split_fields(text, fields_);
  if (width_ == 0) {
    if (!whole) {
      problem_ = "the quotes of the header do not fit together";
      return;
    }
    return take_header();
  }
  items.push_back(whole && fields_.size() == width_ ? take_row()
                                                    : skipped_item(SkipCause::BadField));
}

}  // namespace luytre::categories
