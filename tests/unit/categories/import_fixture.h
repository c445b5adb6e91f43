// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "categories/import/importer.h"
#include "support/scratch_directory.h"

namespace luytre::categories::testing {

inline Taxonomy shipped_taxonomy() {
  auto taxonomy =
      Taxonomy::load(std::filesystem::path(LUYTRE_SOURCE_DIR) / "categories/data/taxonomy.toml");
  EXPECT_TRUE(taxonomy) << taxonomy.error().message;
  return taxonomy ? *std::move(taxonomy) : Taxonomy();
}

// A folder of its own for the files of a test, and short words for what an import gave.
class ImportTest : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, std::string_view content) {
    const std::filesystem::path file = folder_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }

  CategorySet set(std::string_view category) const {
    const Category* found = taxonomy_.find(category);
    EXPECT_NE(found, nullptr) << category;
    return found == nullptr ? CategorySet() : CategorySet::of(found->id);
  }

  ImportOptions as(std::string_view category, ListFormat format = ListFormat::Auto) const {
    ImportOptions options;
    options.format = format;
    options.categories = category.empty() ? CategorySet() : set(category);
    return options;
  }

  ParsedList import(const std::filesystem::path& path, const ImportOptions& options) {
    auto list = read_list(path, taxonomy_, options);
    EXPECT_TRUE(list) << list.error().message;
    if (!list) {
      return {};
    }
    const ImportReport& report = list->report;
    std::uint64_t accounted = report.entries + report.duplicates;
    for (const SkipCount& count : report.skipped) {
      accounted += count.lines;
      EXPECT_EQ(count.lines == 0, count.example.empty());
    }
    EXPECT_EQ(report.lines, accounted) << "every line is in exactly one number";
    EXPECT_EQ(report.entries, list->content.size());
    EXPECT_EQ(report.entries, report.names + report.paths + report.prefixes);
    return *std::move(list);
  }

  ParsedList import_text(std::string_view content, const ImportOptions& options) {
    return import(write("list.txt", content), options);
  }

  static std::uint64_t skipped(const ImportReport& report, SkipCause cause) {
    return report.skipped[static_cast<std::size_t>(cause)].lines;
  }
  static const std::string& example(const ImportReport& report, SkipCause cause) {
    return report.skipped[static_cast<std::size_t>(cause)].example;
  }

  // "names 3, paths 1, duplicates 2, single label 1": all that is not zero.
  static std::string counts(const ImportReport& report) {
    std::string text;
    const auto add = [&](std::string_view what, std::uint64_t count) {
      if (count != 0) {
        text += (text.empty() ? "" : ", ") + std::string(what) + " " + std::to_string(count);
      }
    };
    add("names", report.names);
    add("paths", report.paths);
    add("prefixes", report.prefixes);
    add("of them exceptions", report.exceptions);
    add("duplicates", report.duplicates);
    for (std::size_t i = 0; i < kSkipCauseCount; ++i) {
      add(describe(static_cast<SkipCause>(i)), report.skipped[i].lines);
    }
    return text;
  }

  // "name exact", "not name subtree", "host/path", "192.0.2.0/24", one a line, in order.
  static std::string show(const ListContent& content) {
    const auto polarity = [](Polarity said) { return said == Polarity::Withdraws ? "not " : ""; };
    std::string text;
    for (std::size_t i = 0; i < content.names.size(); ++i) {
      const ListedName listed = content.names[i];
      text += polarity(listed.polarity) + listed.name.to_text() +
              (listed.reach == Reach::Exact ? " exact\n" : " subtree\n");
    }
    for (const ListedPath& listed : content.paths) {
      text += polarity(listed.polarity) + listed.path.to_text() + "\n";
    }
    for (const ListedPrefix& listed : content.prefixes) {
      text += polarity(listed.polarity) + listed.prefix.to_text() + "\n";
    }
    return text;
  }

  static std::optional<ListedName> find(const ListContent& content, std::string_view text) {
    const NameList& names = content.names;
    const auto name = DomainName::from_hostname(text);
    for (std::size_t i = 0; name && i < names.size(); ++i) {
      const ListedName listed = names[i];
      if (listed.name == *name) {
        return listed;
      }
    }
    return std::nullopt;
  }

  Taxonomy taxonomy_ = shipped_taxonomy();
  test::ScratchDirectory scratch_;
  std::filesystem::path folder_ = scratch_.path();
};

}  // namespace luytre::categories::testing
