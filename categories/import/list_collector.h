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

// Turns the lines of a list's files into entries and counts; every line ends up in exactly one number
// of the report.
class ListCollector {
 public:
  ListCollector(const Taxonomy& taxonomy, const ImportOptions& options, NameRules rules,
                ListFormat format);

  // Begins a file. `meaning` is what its lines mean where they do not say so themselves, or why
  // they mean nothing.
  void begin_file(std::string name, Expected<CategorySet, SkipCause> meaning);
  // Invalid: more entries than any list has.
  [[nodiscard]] Result<void> feed(std::span<const char> piece);
  [[nodiscard]] Result<void> end_file();
  // One item that is no line of a file; `file` and `text` are for an example.
  [[nodiscard]] Result<void> take(LineItem item, const std::string& file, std::string_view text);

  ImportReport& report() noexcept { return report_; }
  [[nodiscard]] ParsedList finish() &&;

  static constexpr std::size_t kMaxEntries = std::size_t{64} << 20U;

 private:
  void take_line(std::string_view line, std::uint64_t number);
  [[nodiscard]] std::optional<SkipCause> take_item(LineItem& item);
  void skip(SkipCause cause, std::string_view line, std::uint64_t number);
  // What the item says, of that only what the source may state.
  [[nodiscard]] Expected<CategorySet, SkipCause> judge_categories(const LineItem& item);
  [[nodiscard]] Expected<CategorySet, SkipCause> parse_categories(std::string_view words) const;
  [[nodiscard]] Result<void> check_file() const;
  // Judged by the rules, then taken or the cause why not.
  [[nodiscard]] std::optional<SkipCause> take_listed(ListedName listed);
  void count_skipped(SkipCause cause, std::uint64_t lines, std::string_view example);
  void settle_owners();
  // One trigger of a zone, whether or not it has "name" and "*.name".
  void settle_owner(ListedName listed, bool itself, bool below);
  void count_entries();

  const Taxonomy& taxonomy_;
  const ImportOptions& options_;
  NameRules rules_;
  Reach default_reach_;
  // What an exception from everything takes back: nothing by name where the source may state all
  // (the mandatory tier is guarded by its scope), else what it may state.
  CategorySet everything_;
  ListContent content_;
  NameList owners_;  // of an RPZ zone, "*.name" as Subtree, until the whole zone is known
  ImportReport report_;

  std::string file_;
  Expected<CategorySet, SkipCause> file_meaning_ = CategorySet();
  LineSplitter splitter_;
  ListParser parser_;
  std::vector<LineItem> items_;  // of one line, kept for its memory
};

}  // namespace luytre::categories
