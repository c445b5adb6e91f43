// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "archive_file.h"
#include "base/error.h"
#include "categories/category_set.h"
#include "categories/import/importer.h"
#include "categories/taxonomy.h"
#include "list_collector.h"

namespace luytre::categories {

// A tree of <category>/{domains,urls,expressions,usage} files as the university of Toulouse
// publishes it, as a folder or an archive.
// - The folder's name is the list's word for the category: the mapping, else the taxonomy knows it.
// - usage says "black" or "white". What is only white (libraries, updates, translators) is a list of
//   names to permit: without a mapping it states never-block categories alone.
// - expressions are counted and not read.
class Ut1Tree {
 public:
  Ut1Tree(const Taxonomy& taxonomy, const ImportOptions& options, ListCollector& collector)
      : taxonomy_(taxonomy), options_(options), collector_(collector) {}

  [[nodiscard]] Result<void> read_folder(const std::filesystem::path& root);
  // Reads it twice: a folder's usage stands behind its names.
  [[nodiscard]] Result<void> read_archive(const std::filesystem::path& path);

 private:
  enum class Kind : std::uint8_t { Entries, Patterns, Usage, Other };

  [[nodiscard]] static Kind kind_of(const std::filesystem::path& path);
  [[nodiscard]] Result<void> read_usage(ArchiveFile& file, const std::filesystem::path& path);
  [[nodiscard]] Result<void> read_content(ArchiveFile& file, const std::filesystem::path& path);
  [[nodiscard]] Result<void> count_patterns(ArchiveFile& file, const std::filesystem::path& path);
  [[nodiscard]] Expected<CategorySet, SkipCause> meaning_of(const std::string& folder) const;
  void take_link(const std::filesystem::path& link, const std::filesystem::path& target);
  [[nodiscard]] Result<void> read_pass(const std::filesystem::path& archive, bool usage);
  [[nodiscard]] Result<void> check_found(const std::filesystem::path& path) const;

  const Taxonomy& taxonomy_;
  const ImportOptions& options_;
  ListCollector& collector_;
  bool found_ = false;
};

}  // namespace luytre::categories
