// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "categories/import/importer.h"
#include "line_item.h"
#include "line_splitter.h"
#include "list_parser.h"
#include "name_rules.h"

namespace luytre::categories {

// Turns the lines of a list's files into names and counts; every line ends up in exactly one number
// of the report.
class ListCollector {
 public:
  ListCollector(const Taxonomy& taxonomy, const ImportOptions& options, NameRules rules,
                ListFormat format);

  // Begins a file. `categories` is what its lines mean where they do not say so themselves; empty
  // counts every line as UnknownCategory.
  void begin_file(std::string name, CategorySet categories);
  // Invalid: more names than any list has.
  [[nodiscard]] Result<void> feed(std::span<const char> piece);
  [[nodiscard]] Result<void> end_file();

  ImportReport& report() noexcept { return report_; }
  [[nodiscard]] ParsedList finish() &&;

  static constexpr std::size_t kMaxNames = std::size_t{64} << 20U;

 private:
  void take_line(std::string_view line, std::uint64_t number);
  [[nodiscard]] std::optional<SkipCause> take_item(const LineItem& item);
  void skip(SkipCause cause, std::string_view line, std::uint64_t number);
  // Empty: one of the names is unknown.
  [[nodiscard]] CategorySet parse_categories(std::string_view names) const;
  [[nodiscard]] Result<void> check_file() const;
  // Judged by the rules, then taken or the cause why not.
  [[nodiscard]] std::optional<SkipCause> take_listed(ListedName listed);
  void count_skipped(SkipCause cause, std::uint64_t lines, std::string_view example);
  void settle_owners();

  const Taxonomy& taxonomy_;
  const ImportOptions& options_;
  NameRules rules_;
  Reach default_reach_;
  NameList names_;
  NameList owners_;  // of an RPZ zone, "*.name" as Subtree, until the whole zone is known
  ImportReport report_;

  std::string file_;
  CategorySet file_categories_;
  LineSplitter splitter_;
  ListParser parser_;
  std::vector<LineItem> items_;  // of one line, kept for its memory
};

}  // namespace luytre::categories
