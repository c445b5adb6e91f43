// SPDX-License-Identifier: Apache-2.0
#include "csv_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "categories/native/native_line.h"
#include "csv_fields.h"
#include "line_text.h"
#include "subject_text.h"

namespace luytre::categories {
namespace {

enum Column : std::size_t { kName, kCategories, kMinimumAge, kReach, kLegalRef, kExpires, kAction };
constexpr std::array<std::string_view, 7> kColumnNames = {
    "name", "categories", "minimum_age", "reach", "legal_ref", "expires", "action"};

std::optional<Reach> reach_of(std::string_view text) noexcept {
  if (text == "exact") {
    return Reach::Exact;
  }
  return text == "subtree" ? std::optional(Reach::Subtree) : std::nullopt;
}

std::optional<std::uint8_t> age_of(std::string_view text) noexcept {
  unsigned age = 0;
  for (const char c : text.substr(0, 3)) {
    age = 10 * age + static_cast<unsigned>(c - '0');
  }
  return all_digits(text) && text.size() <= 2 && age <= kMaxMinimumAge
             ? std::optional(static_cast<std::uint8_t>(age))
             : std::nullopt;
}

std::optional<Polarity> action_of(std::string_view text) noexcept {
  if (text == "block") {
    return Polarity::Lists;
  }
  return text == "except" ? std::optional(Polarity::Withdraws) : std::nullopt;
}

}  // namespace

void CsvRows::take_header() {
  width_ = fields_.size();
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const auto* column = std::ranges::find(kColumnNames, fields_[i]);
    if (column == kColumnNames.end()) {
      // A misspelled column would silently change what every row means.
      problem_ = fmt::format("column {} of the header is none of {}", i + 1,
                             fmt::join(kColumnNames, ", "));
      return;
    }
    auto& position = positions_[static_cast<std::size_t>(column - kColumnNames.begin())];
    if (position) {
      problem_ = fmt::format("column \"{}\" is there twice", *column);
      return;
    }
    position = i;
  }
  if (!positions_[kName]) {
    problem_ = "the header has no column \"name\"";
  }
}

std::string_view CsvRows::field(std::size_t column) const {
  return positions_[column] ? std::string_view(fields_[*positions_[column]]) : std::string_view();
}

LineItem CsvRows::take_row() const {
  const std::string_view reach_text = field(kReach);
  const std::string_view age_text = field(kMinimumAge);
  const std::string_view expires_text = field(kExpires);
  const std::string_view action_text = field(kAction);
  const auto reach = reach_of(reach_text);
  const auto age = age_of(age_text);
  const auto expires = parse_expiry(expires_text);
  const auto action = action_of(action_text);
  const auto polarity = action.value_or(Polarity::Lists);
  const std::string_view legal_ref = field(kLegalRef);
  const bool everything = field(kCategories) == kAllCategories;
  if ((!reach && !reach_text.empty()) || (!age && !age_text.empty()) ||
      (!expires && !expires_text.empty()) || (!action && !action_text.empty()) ||
      (everything && polarity == Polarity::Lists) ||
      (!legal_ref.empty() && !is_legal_ref(legal_ref))) {
    return skipped_item(SkipCause::BadField);
  }
  LineItem item = parse_subject_field(field(kName));
  item.categories = field(kCategories);
  item.reach = reach ? reach : item.reach;
  item.minimum_age = age;
  item.polarity = polarity;
  item.terms = {.legal_ref = std::string(legal_ref), .expires = expires.value_or(0)};
  return item;
}

void CsvRows::parse(std::string_view line, std::vector<LineItem>& items) {
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

bool is_csv_header(std::string_view text) {
  std::vector<std::string> fields;
  const auto known = [](const std::string& field) {
    return std::ranges::find(kColumnNames, field) != kColumnNames.end();
  };
  return split_fields(text, fields) && fields.size() > 1 && std::ranges::all_of(fields, known) &&
         std::ranges::find(fields, kColumnNames[kName]) != fields.end();
}

}  // namespace luytre::categories
