// SPDX-License-Identifier: Apache-2.0
#include "csv_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "line_parser.h"
#include "line_text.h"

namespace luytre::categories {
namespace {

enum Column : std::size_t { kName, kCategories, kMinimumAge, kReach, kLegalRef, kExpires };
constexpr std::array<std::string_view, 6> kColumnNames = {"name",  "categories", "minimum_age",
                                                          "reach", "legal_ref",  "expires"};
constexpr unsigned kMaxAge = 18;
constexpr std::size_t kMaxLegalRefBytes = 200;

// False: quotes that do not fit together.
bool split_fields(std::string_view line, std::vector<std::string>& fields) {
  fields.clear();
  while (true) {
    std::string field;
    line = line.substr(std::min(line.find_first_not_of(kBlanks), line.size()));
    if (line.starts_with('"')) {
      do {  // the text between two quotes; a quote right behind one is itself text
        line.remove_prefix(1);
        const std::size_t quote = line.find('"');
        if (quote == std::string_view::npos) {
          return false;
        }
        field.append(line.substr(0, quote));
        line.remove_prefix(quote + 1);
        if (line.starts_with('"')) {
          field += '"';
        }
      } while (line.starts_with('"'));
      if (!trim(line.substr(0, line.find(','))).empty()) {
        return false;
      }
    } else {
      field = trim(line.substr(0, line.find(',')));
      if (field.find('"') != std::string::npos) {
        return false;
      }
    }
    fields.push_back(std::move(field));
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) {
      return true;
    }
    line.remove_prefix(comma + 1);
  }
}

std::optional<unsigned> parse_number(std::string_view text) noexcept {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!all_digits(text) || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::chrono::sys_days> parse_day(std::string_view text) noexcept {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
    return std::nullopt;
  }
  const auto year = parse_number(text.substr(0, 4));
  const auto month = parse_number(text.substr(5, 2));
  const auto day = parse_number(text.substr(8, 2));
  if (!year || !month || !day) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

bool is_legal_ref(std::string_view text) noexcept {
  return text.size() <= kMaxLegalRefBytes && std::ranges::none_of(text, [](char c) {
           const auto octet = static_cast<unsigned char>(c);
           return octet < 0x20 || octet == 0x7f;
         });
}

}  // namespace

void CsvRows::take_header() {
  width_ = fields_.size();
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const auto* column = std::ranges::find(kColumnNames, fields_[i]);
    if (column == kColumnNames.end()) {
      // A misspelled column would silently change what every row means.
      problem_ = fmt::format(
          "column {} of the header is none of name, categories, minimum_age, "
          "reach, legal_ref, expires",
          i + 1);
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
  const std::string_view reach = field(kReach);
  const std::string_view age_text = field(kMinimumAge);
  const std::string_view expires_text = field(kExpires);
  const auto age = parse_number(age_text);
  const auto expires = parse_day(expires_text);
  if ((!reach.empty() && reach != "exact" && reach != "subtree") ||
      (!age_text.empty() && (!age || *age > kMaxAge)) || (!expires_text.empty() && !expires) ||
      !is_legal_ref(field(kLegalRef))) {
    return skipped_item(SkipCause::BadField);
  }
  if (expires && *expires < today_) {
    return skipped_item(SkipCause::Expired);
  }
  LineItem item = parse_names_field(field(kName));
  item.categories = field(kCategories);
  if (!reach.empty()) {
    item.reach = reach == "exact" ? Reach::Exact : Reach::Subtree;
  }
  if (age) {
    item.minimum_age = static_cast<std::uint8_t>(*age);
  }
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
