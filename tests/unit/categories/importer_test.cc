// SPDX-License-Identifier: Apache-2.0
#include "categories/import/importer.h"

#include <gtest/gtest.h>

#include <set>

#include "archive_builder.h"
#include "import_fixture.h"

namespace luytre::categories {
namespace {

using testing::gzip;
using testing::ImportTest;
using testing::TarBuilder;
using testing::zstd;

class Importer : public ImportTest {};

TEST_F(Importer, NamesReachTheirSubtreeAndHostsThemselves) {
  const ParsedList names = import_text("example.com\nexample.net\n", as("porn"));
  EXPECT_EQ(names.report.format, ListFormat::Names);
  EXPECT_EQ(show(names.content), "example.com subtree\nexample.net subtree\n");

  const ParsedList hosts =
      import_text("0.0.0.0 example.com\n0.0.0.0 www.example.com\n", as("porn"));
  EXPECT_EQ(hosts.report.format, ListFormat::Hosts);
  EXPECT_EQ(show(hosts.content), "example.com exact\nwww.example.com exact\n");
}

TEST_F(Importer, TheDefaultReachCanBeChosenButNotAgainstALine) {
  ImportOptions options = as("porn");
  options.default_reach = Reach::Subtree;
  EXPECT_EQ(show(import_text("0.0.0.0 example.com\n", options).content), "example.com subtree\n");
  options.default_reach = Reach::Exact;
  EXPECT_EQ(show(import_text("example.com\n*.example.net\n", options).content),
            "example.com exact\nexample.net subtree\n");
}

TEST_F(Importer, CategoriesAndMinimumAgeComeFromTheOptions) {
  ImportOptions options = as("gambling");
  options.minimum_age = 18;
  const ParsedList list = import_text("example.com\n", options);
  ASSERT_EQ(list.content.names.size(), 1U);
  EXPECT_EQ(list.content.names[0].categories, set("gambling"));
  EXPECT_EQ(list.content.names[0].minimum_age, 18);
  EXPECT_EQ(list.report.entries_by_category.at("gambling"), 1U);
}

TEST_F(Importer, AListWithoutACategoryIsAskedForOne) {
  for (const char* content : {"example.com\n", "0.0.0.0 example.com\n", ""}) {
    const auto list = read_list(write("list.txt", content), taxonomy_, ImportOptions());
    ASSERT_FALSE(list);
    EXPECT_EQ(list.error().code, ErrorCode::Invalid);
    EXPECT_NE(list.error().message.find("give its category"), std::string::npos);
  }
}

TEST_F(Importer, OwnFormatCarriesItsCategories) {
  const ParsedList list = import_text(
      "# own\nexample.com\tporn,dating\nhost.example.com\thealth\texact\nexample.net\tnothing\n"
      "example.org\tporn,nothing\nexample.info\tuncategorised\n",
      as(""));
  EXPECT_EQ(list.report.format, ListFormat::Luytre);
  EXPECT_EQ(show(list.content), "example.com subtree\nhost.example.com exact\n");
  EXPECT_EQ(list.content.names[0].categories, set("porn") | set("dating"));
  EXPECT_EQ(skipped(list.report, SkipCause::UnknownCategory), 3U);
  EXPECT_EQ(list.report.entries_by_category.size(), 3U);
}

TEST_F(Importer, DirtyLinesAreCountedByCauseWithOneExample) {
  const ParsedList list = import_text(
      "# comment\n\nexample.com\nEXAMPLE.com.\n192.0.2.1\n192.0.2.2:80\nhttp://a.example/\n"
      "b.example:80\nlocalhost\nnot a name\n" +
          std::string(5000, 'x') + "\nlast.example",
      as("porn"));
  const ImportReport& report = list.report;
  EXPECT_EQ(report.lines, 10U);
  EXPECT_EQ(report.entries, 2U);
  EXPECT_EQ(report.duplicates, 1U);
  EXPECT_EQ(skipped(report, SkipCause::Address), 1U);
  EXPECT_EQ(example(report, SkipCause::Address), "list.txt:6: 192.0.2.2:80");
  EXPECT_EQ(skipped(report, SkipCause::ReservedAddress), 1U);
  EXPECT_EQ(example(report, SkipCause::ReservedAddress), "list.txt:5: 192.0.2.1");
  EXPECT_EQ(skipped(report, SkipCause::Url), 2U);
  EXPECT_EQ(example(report, SkipCause::Url), "list.txt:7: http://a.example/");
  EXPECT_EQ(skipped(report, SkipCause::SingleLabel), 1U);
  EXPECT_EQ(skipped(report, SkipCause::NotAName), 1U);
  EXPECT_EQ(skipped(report, SkipCause::LineTooLong), 1U);
  EXPECT_EQ(example(report, SkipCause::LineTooLong).size(), 120U);
  EXPECT_TRUE(find(list.content, "last.example"));
}

TEST_F(Importer, PagesAndAddressesAreEntriesOfTheirOwn) {
  const ParsedList list = import_text(
      "example.com\nhttp://example.net/bad\nexample.net/bad/\n1.1.1.1\n8.8.8.0/24\n8.8.8.0/24\n",
      as("malware"));
  EXPECT_EQ(show(list.content), "example.com subtree\nexample.net/bad\n1.1.1.1\n8.8.8.0/24\n");
  EXPECT_EQ(list.report.names, 1U);
  EXPECT_EQ(list.report.paths, 1U);
  EXPECT_EQ(list.report.prefixes, 2U);
  EXPECT_EQ(list.report.duplicates, 2U);
  EXPECT_EQ(list.report.entries_by_category.at("malware"), 4U);
  EXPECT_EQ(list.content.paths[0].categories, set("malware"));
  EXPECT_EQ(list.content.prefixes[0].categories, set("malware"));
}

TEST_F(Importer, ExceptionsTakeBackTheListsOwnCategory) {
  const ParsedList list =
      import_text("||bad.example^\n@@||good.bad.example^\n@@||bad.example^$script\n",
                  as("gambling", ListFormat::Adblock));
  EXPECT_EQ(show(list.content), "bad.example subtree\nnot good.bad.example subtree\n");
  EXPECT_EQ(list.content.names[1].categories, set("gambling"));
  EXPECT_EQ(list.report.exceptions, 1U);
  EXPECT_EQ(list.report.entries_by_category.at("gambling"), 1U);
  EXPECT_EQ(skipped(list.report, SkipCause::Exception), 1U);
}

TEST_F(Importer, AnExceptionOfASharedHostIsNarrowed) {
  const ParsedList list = import_text("@@||blogspot.com^\n@@||com.vn^\n@@||a.blogspot.com^\n",
                                      as("porn", ListFormat::Adblock));
  EXPECT_EQ(show(list.content),
            "not blogspot.com exact\nnot a.blogspot.com subtree\nnot com.vn exact\n");
  EXPECT_EQ(list.report.narrowed_to_exact, 2U);
}

TEST_F(Importer, ExamplesCarryNothingThatATerminalWouldObey) {
  const ParsedList list = import_text("a\x1b[2Jb.com\xc2\x9b\n", as("porn"));
  EXPECT_EQ(example(list.report, SkipCause::BadIdna), "list.txt:1: a\\x1b[2Jb.com\\xc2\\x9b");
}

TEST_F(Importer, LineEndsAndByteOrderMarkDoNotMatter) {
  const ParsedList list = import_text(
      "\xEF\xBB\xBF"
      "a.example\r\nb.example\r\n\r\nc.example",
      as("porn"));
  EXPECT_EQ(show(list.content), "a.example subtree\nb.example subtree\nc.example subtree\n");
  EXPECT_EQ(list.report.lines, 3U);
}

TEST_F(Importer, SharedHostsAreRefusedAsSubtreesOfBlockingCategories) {
  const ParsedList list = import_text(
      "com.vn\nblogspot.com\ncloudfront.net\namazonaws.com\nsomebody.blogspot.com\n"
      "d111.cloudfront.net\nexample.com.vn\n",
      as("porn"));
  EXPECT_EQ(skipped(list.report, SkipCause::PublicSuffix), 4U);
  EXPECT_EQ(list.report.entries, 3U);
  // A hosts file means the exact name, which covers nobody else.
  EXPECT_EQ(show(import_text("0.0.0.0 blogspot.com\n", as("porn")).content),
            "blogspot.com exact\n");
}

TEST_F(Importer, SharedHostsOfTheNeverBlockTiersAreNarrowed) {
  for (const char* category : {"education", "infrastructure"}) {
    const ParsedList list =
        import_text("edu.vn\nakamaiedge.net\ngoogle.com\nexample.edu.vn\n", as(category));
    EXPECT_EQ(list.report.narrowed_to_exact, 3U);
    EXPECT_EQ(show(list.content),
              "google.com exact\nakamaiedge.net exact\nedu.vn exact\nexample.edu.vn subtree\n");
  }
  // Together with a blocking category the entry is one that blocks.
  const ParsedList mixed = import_text("edu.vn\teducation,porn\n", as(""));
  EXPECT_EQ(skipped(mixed.report, SkipCause::PublicSuffix), 1U);
}

TEST_F(Importer, ListsAboutSharedHostsMayCoverPrivateOnesOnly) {
  const ParsedList list = import_text("ddns.net\ncom.vn\n", as("dynamic_parked"));
  EXPECT_EQ(show(list.content), "ddns.net subtree\n");
  EXPECT_EQ(skipped(list.report, SkipCause::PublicSuffix), 1U);
}

TEST_F(Importer, CanaryNamesAreDroppedFromEveryCategory) {
  for (const char* category : {"encrypted_dns", "infrastructure"}) {
    const ParsedList list = import_text(
        "use-application-dns.net\nmask.icloud.com\nmask-h2.icloud.com\nx.mask.icloud.com\n"
        "_dns.resolver.arpa\nresolver.arpa\ndoh.test\ndns.example\n",
        as(category));
    EXPECT_EQ(skipped(list.report, SkipCause::CanaryName), 7U);
    EXPECT_EQ(show(list.content), "dns.example subtree\n");
  }
}

TarBuilder ut1_tree() {
  TarBuilder tar;
  tar.folder("blacklists")
      .file("blacklists/adult/domains", "adult.example\nshared.example\n192.0.2.1\n")
      .file("blacklists/dating/domains", "dating.example\nshared.example\n");
  return tar;
}

TEST_F(Importer, SingleFilesAreUnpackedOnTheFly) {
  const std::string text = "a.example\nb.example\n";
  for (const std::string& bytes : {text, gzip(text), zstd(text)}) {
    EXPECT_EQ(import(write("list", bytes), as("porn")).report.entries, 2U);
  }
}

TEST_F(Importer, ACutFileGivesNoName) {
  const std::string text = "a.example\nb.example\n";
  for (const std::string& bytes : {gzip(text), zstd(text)}) {
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      const auto list = read_list(write("list", bytes.substr(0, cut)), taxonomy_, as("porn"));
      EXPECT_TRUE(!list || list->content.names.empty()) << cut << " of " << bytes.size();
    }
  }
  const std::string tar = ut1_tree().build();
  for (std::size_t cut = 513; cut < tar.size() - 1024; cut += 101) {
    if (cut % 512 != 0) {  // at a block's end a tar file may end
      const auto list = read_list(write("list", tar.substr(0, cut)), taxonomy_, as(""));
      ASSERT_FALSE(list) << cut;
      EXPECT_EQ(list.error().code, ErrorCode::Corrupt);
    }
  }
}

TEST_F(Importer, OneFlippedOctetInAnArchiveNeverCrashes) {
  const std::string tar = ut1_tree().build();
  for (const std::string& bytes : {tar, gzip("a.example\n"), zstd("a.example\n")}) {
    for (std::size_t at = 0; at<bytes.size(); at += bytes.size()> 200 ? 13 : 1) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ 0x55);
      const auto list = read_list(write("list", changed), taxonomy_, as("porn"));
      EXPECT_TRUE(list || !list.error().message.empty());
    }
  }
}

TEST_F(Importer, WhatIsNoListIsRefusedWithASentence) {
  const auto refused = [&](const std::filesystem::path& path, ListFormat format) {
    const auto list = read_list(path, taxonomy_, as("porn", format));
    EXPECT_FALSE(list) << path;
    return list ? ErrorCode::System : list.error().code;
  };
  EXPECT_EQ(refused(folder_ / "nothing", ListFormat::Auto), ErrorCode::NotFound);
  EXPECT_EQ(refused(folder_, ListFormat::Auto), ErrorCode::Invalid);  // no <category>/domains
  EXPECT_EQ(refused(folder_, ListFormat::Names), ErrorCode::Invalid);
  EXPECT_EQ(refused(write("text", "a.example\n"), ListFormat::Ut1), ErrorCode::Invalid);
  EXPECT_EQ(refused(write("tar", ut1_tree().build()), ListFormat::Names), ErrorCode::Invalid);
  EXPECT_EQ(
      refused(write("other.tar", TarBuilder().file("x/readme", "x").build()), ListFormat::Auto),
      ErrorCode::Invalid);
}

TEST_F(Importer, AnEmptyFileIsAnEmptyList) {
  const ParsedList list = import_text("", as("porn"));
  EXPECT_EQ(list.report.lines, 0U);
  EXPECT_TRUE(list.content.names.empty());
}

TEST_F(Importer, ProgressIsTold) {
  std::string text;
  for (int i = 0; i < 250'000; ++i) {
    text += "n" + std::to_string(i) + ".example\n";
  }
  ImportOptions options = as("porn");
  std::vector<std::uint64_t> told;
  options.on_progress = [&](std::uint64_t lines) { told.push_back(lines); };
  EXPECT_EQ(import_text(text, options).report.entries, 250'000U);
  EXPECT_EQ(told, (std::vector<std::uint64_t>{100'000, 200'000}));
}

TEST(SkipCauses, EachHasItsOwnWords) {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < kSkipCauseCount; ++i) {
    words.insert(describe(static_cast<SkipCause>(i)));
  }
  EXPECT_EQ(words.size(), kSkipCauseCount);
}

}  // namespace
}  // namespace luytre::categories
