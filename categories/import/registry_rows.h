// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "line_item.h"

namespace luytre::categories {

// Rows of a registry in which sites enter the age they are for: CSV (RFC 4180, one row a line) after
// a header that names the columns in any order and case: one of "host" (that host alone), "domain"
// (it and what is below it) and "url" (a host, or one of its pages and folders), and "age" or
// "min_age". A "label" or "type" of RTA means 18 and the category of sites for adults. Other columns
// (country, date, owner) say nothing here. Age 0 raises nothing: AllAges.
class RegistryRows {
 public:
  // The items point into this object until the next call.
  void parse(std::string_view line, std::vector<LineItem>& items);
  // What is wrong with the header; empty: nothing. No row is read under a wrong header.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  enum Column : std::size_t { kHost, kDomain, kUrl, kAge, kLabel, kType, kColumnCount };

  void take_header();
  [[nodiscard]] std::string_view field(Column column) const;
  [[nodiscard]] LineItem take_subject() const;
  [[nodiscard]] LineItem take_row() const;

  std::array<std::optional<std::size_t>, kColumnCount> positions_{};  // by column
  std::size_t width_ = 0;                                             // 0: no header yet
  std::vector<std::string> fields_;
  std::string problem_;
};

}  // namespace luytre::categories
