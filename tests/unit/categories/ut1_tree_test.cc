// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "archive_builder.h"
#include "import_fixture.h"

namespace luytre::categories {
namespace {

using testing::gzip;
using testing::TarBuilder;
using testing::zstd;

class Ut1TreeTest : public testing::ImportTest {
 protected:
  ParsedList import_tree(const TarBuilder& tree, const std::string& mapping = "") {
    ImportOptions options;
    if (!mapping.empty()) {
      options.mapping = CategoryMapping::parse(mapping, taxonomy_).value_or(CategoryMapping());
    }
    return import(write("blacklists.tar", tree.build()), options);
  }
};

TarBuilder ut1_tree() {
  TarBuilder tar;
  tar.folder("blacklists")
      .link("blacklists/porn", "adult")
      .file("blacklists/adult/domains", "adult.example\nshared.example\n8.8.8.8\n")
      .file("blacklists/adult/urls", "example.com/adult\n")
      .file("blacklists/adult/expressions", "# x\n(a|b)\n\n(c)\n")
      .file("blacklists/adult/very_restrictive_expression", "(a)\n")
      .file("blacklists/adult/usage", "black\n")
      .file("blacklists/dating/domains", "dating.example\nshared.example\n")
      .file("blacklists/unheard_of/domains", "unknown.example\n")
      .file("blacklists/global_usage", "NAME: adult\n");
  return tar;
}

TEST_F(Ut1TreeTest, AnArchiveIsReadPlainAndCompressed) {
  const std::string tar = ut1_tree().build();
  for (const std::string& bytes : {tar, gzip(tar), zstd(tar)}) {
    const ParsedList list = import(write("blacklists.tar", bytes), as(""));
    const ImportReport& report = list.report;
    EXPECT_EQ(report.format, ListFormat::Ut1);
    EXPECT_EQ(show(list.content),
              "adult.example subtree\ndating.example subtree\nshared.example subtree\n"
              "example.com/adult\n8.8.8.8\n");
    EXPECT_EQ(find(list.content, "shared.example")->categories, set("porn") | set("dating"));
    EXPECT_EQ(list.content.paths[0].categories, set("porn"));
    EXPECT_EQ(list.content.prefixes[0].categories, set("porn"));
    EXPECT_EQ(report.lines, 7U);
    EXPECT_EQ(report.duplicates, 1U);
    EXPECT_EQ(skipped(report, SkipCause::UnknownCategory), 1U);
    EXPECT_EQ(example(report, SkipCause::UnknownCategory), "unheard_of/domains:1: unknown.example");
    EXPECT_EQ(report.aliases, (std::map<std::string, std::string>{{"porn", "adult"}}));
    EXPECT_EQ(report.patterns,
              (std::map<std::string, std::uint64_t>{{"adult/expressions", 2},
                                                    {"adult/very_restrictive_expression", 1}}));
    EXPECT_TRUE(report.permitting.empty());
  }
}

TEST_F(Ut1TreeTest, AFolderGivesTheSameAsItsArchive) {
  write("tree/blacklists/adult/domains", "adult.example\nshared.example\n");
  write("tree/blacklists/adult/urls", "example.com/adult\n");
  write("tree/blacklists/adult/expressions", "(a|b)\n");
  write("tree/blacklists/dating/domains", "shared.example\n");
  write("tree/blacklists/translation/domains", "translate.example\n");
  write("tree/blacklists/translation/usage", "white\ntranslation\n");
  std::filesystem::create_directory_symlink("adult", folder_ / "tree/blacklists/porn");
  for (const char* root : {"tree", "tree/blacklists"}) {
    const ParsedList list = import(folder_ / root, as(""));
    EXPECT_EQ(list.report.format, ListFormat::Ut1);
    EXPECT_EQ(show(list.content),
              "adult.example subtree\nshared.example subtree\nexample.com/adult\n");
    EXPECT_EQ(list.report.lines, 5U);
    EXPECT_EQ(list.report.aliases.at("porn"), "adult");
    EXPECT_EQ(list.report.patterns.at("adult/expressions"), 1U);
    EXPECT_EQ(list.report.permitting, std::set<std::string>{"translation"});
    EXPECT_EQ(skipped(list.report, SkipCause::Permitted), 1U);
  }
}

TEST_F(Ut1TreeTest, APageNeverWidensToItsHost) {
  TarBuilder tar;
  tar.file("blacklists/games/urls",
           "example.com/\nhttp://example.com\nexample.com:8080/game\n198.18.0.1/game\n"
           "example.com/game\nwww.example.com/game/\n");
  const ParsedList list = import_tree(tar);
  EXPECT_EQ(show(list.content), "example.com/game\nwww.example.com/game\n");
  EXPECT_EQ(list.report.names, 0U);
  EXPECT_EQ(skipped(list.report, SkipCause::Url), 4U);
  EXPECT_EQ(example(list.report, SkipCause::Url), "games/urls:1: example.com/");
}

// Usage stands behind the names in an archive, and in front of them in no tree.
TEST_F(Ut1TreeTest, AFolderThatOnlyPermitsBlocksNothing) {
  TarBuilder tar;
  tar.file("blacklists/ai/domains", "ai.example\n")
      .file("blacklists/ai/usage", "black\nwhite\n")
      .file("blacklists/cleaning/domains", "cleaning.example\n")
      .file("blacklists/cleaning/usage", "white\n")
      .file("blacklists/download/domains", "download.example\n")
      .file("blacklists/download/urls", "example.com/download\n")
      .file("blacklists/download/usage", "# usage\nwhite\ndownload\n");
  const ParsedList list = import_tree(tar);
  EXPECT_EQ(show(list.content), "ai.example subtree\ncleaning.example subtree\n");
  EXPECT_EQ(find(list.content, "cleaning.example")->categories, set("infrastructure"));
  EXPECT_EQ(skipped(list.report, SkipCause::Permitted), 2U);
  EXPECT_EQ(example(list.report, SkipCause::Permitted), "download/domains:1: download.example");
  EXPECT_EQ(list.report.permitting, (std::set<std::string>{"cleaning", "download"}));

  const ParsedList mapped = import_tree(tar, "download=file_hosting,cleaning=-");
  EXPECT_EQ(show(mapped.content),
            "ai.example subtree\ndownload.example subtree\nexample.com/download\n");
  EXPECT_EQ(skipped(mapped.report, SkipCause::LeftOut), 1U);
}

}  // namespace
}  // namespace luytre::categories
