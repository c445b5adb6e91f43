// SPDX-License-Identifier: Apache-2.0
// Imports real lists (shared_lists_fixture.h).

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "archive_file.h"
#include "line_parser.h"
#include "shared_lists_fixture.h"

namespace luytre::categories {
namespace {

namespace fs = std::filesystem;

class SharedLists : public testing::SharedListsTest {
 protected:
  // Unpacked, one line an element.
  std::vector<std::string> lines_of(const fs::path& path) {
    auto file = ArchiveFile::open(path);
    EXPECT_TRUE(file && file->next()) << path;
    std::string text;
    for (auto piece = file->read(); piece && !piece->empty(); piece = file->read()) {
      text.append(piece->data(), piece->size());
    }
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
      lines.push_back(line);
    }
    return lines;
  }
};

TEST_F(SharedLists, AWholeUt1ArchiveIsImported) {
  const ParsedList list = import(lists_ / "ut1/ut1-blacklists-2026-08-17.tar.zst", ImportOptions());
  const ImportReport& report = list.report;
  EXPECT_EQ(report.format, ListFormat::Ut1);
  // Counted in the unpacked tree with other tools.
  EXPECT_EQ(report.lines, 637'941U);
  EXPECT_EQ(skipped(report, SkipCause::Address), 68'429U);
  EXPECT_EQ(skipped(report, SkipCause::UnknownCategory), 68'102U);  // bank, jobsearch, …
  EXPECT_EQ(report.aliases.size(), 7U);
  EXPECT_EQ(report.aliases.at("proxy"), "redirector");
  EXPECT_EQ(report.files_not_imported.size(), 69U);
  // gambling holds 32,247 names and arjel a few more, most of them the same.
  EXPECT_NEAR(static_cast<double>(report.entries_by_category.at("gambling")), 32'247, 50);
  EXPECT_NEAR(static_cast<double>(report.entries_by_category.at("proxy_anonymizer")), 109'961, 50);
  EXPECT_GE(skipped(report, SkipCause::CanaryName), 5U);
  EXPECT_EQ(find(list.names, "academia.edu")->categories, set("social_network") | set("education"));
}

TEST_F(SharedLists, OneListInTwoFormatsGivesTheSameNames) {
  const struct {
    const char* hosts;
    const char* names;
    std::uint64_t entries;
  } rows[] = {
      {"blp-vaping.hosts", "blp-vaping.domains.txt", 108},
      {"blp-whatsapp.hosts", "blp-whatsapp.domains.txt", 226},
      {"hagezi2022-bypass.hosts.zst", "hagezi2022-bypass.domains.txt.zst", 1'205 - 2},  // canaries
      {"hostsvn-threat.hosts.zst", "hostsvn-threat.domains.txt.zst", 4'963},
  };
  for (const auto& row : rows) {
    const ParsedList hosts = import_format(row.hosts, "malware");
    const ParsedList names = import_format(row.names, "malware");
    EXPECT_EQ(hosts.report.format, ListFormat::Hosts) << row.hosts;
    EXPECT_EQ(names.report.format, ListFormat::Names) << row.names;
    ASSERT_EQ(hosts.names.size(), row.entries) << row.hosts;
    ASSERT_EQ(names.names.size(), row.entries) << row.names;
    for (std::size_t i = 0; i < row.entries; ++i) {
      ASSERT_TRUE(std::ranges::equal(hosts.names.key(i), names.names.key(i))) << row.hosts << i;
      ASSERT_EQ(hosts.names[i].reach, Reach::Exact);
      ASSERT_EQ(names.names[i].reach, Reach::Subtree);
    }
  }
}

TEST_F(SharedLists, APublishedFileOfGarbageGivesNothing) {
  const ParsedList list = import_format("blp-broken.dnsmasq.conf.zst", "malware");
  EXPECT_EQ(list.report.lines, 456'348U);
  EXPECT_EQ(skipped(list.report, SkipCause::NotAName), 456'348U);
  EXPECT_EQ(example(list.report, SkipCause::NotAName), "blp-broken.dnsmasq.conf.zst:1: $0/");
}

TEST_F(SharedLists, EncryptedResolversComeWithoutTheCanaries) {
  const ParsedList list = import_format("hagezi2026-doh.onlydomains.txt.zst", "encrypted_dns");
  EXPECT_EQ(list.report.lines, 3'367U);
  EXPECT_EQ(list.report.entries + skipped(list.report, SkipCause::CanaryName), 3'367U);
  const ParsedList dibdot =
      import(lists_ / "categories/dibdot.doh.domains.zst", as("encrypted_dns"));
  EXPECT_EQ(skipped(dibdot.report, SkipCause::CanaryName), 4U);
  EXPECT_FALSE(find(dibdot.names, "use-application-dns.net"));
}

TEST_F(SharedLists, AMixedFileIsSortedOutByCause) {
  const ParsedList list = import_format("maltrail-crypto_mining.txt.zst", "cryptojacking");
  EXPECT_EQ(skipped(list.report, SkipCause::Address), 739U);
  EXPECT_EQ(skipped(list.report, SkipCause::Url), 1U);
  const ParsedList suspicious = import_format("maltrail-suspicious-domain.txt.zst", "malware");
  EXPECT_EQ(skipped(suspicious.report, SkipCause::SingleLabel), 49U);  // whole top-level domains
}

TEST_F(SharedLists, NamesOfANormalisedListAreAllTakenButSharedHostsAndCanaries) {
  std::uint64_t lines = 0;
  for (const char* file :
       {"maltrail.malware", "komdigi.gambling", "trustpositif.adult", "shadowwhisperer.adult",
        "hagezi.bypass", "bonappetit.adult", "chongluadao.phishing"}) {
    const ParsedList list =
        import(lists_ / "categories" / (std::string(file) + ".domains.zst"), as("porn"));
    const ImportReport& report = list.report;
    EXPECT_EQ(report.entries + skipped(report, SkipCause::PublicSuffix) +
                  skipped(report, SkipCause::CanaryName),
              report.lines)
        << file;
    lines += report.lines;
  }
  EXPECT_GT(lines, 1'000'000U);
}

TEST_F(SharedLists, EveryKindOfDirtyLineHasItsCauses) {
  constexpr const char* kTaken = "taken";
  const std::string no_name(describe(SkipCause::NotAName));
  const std::string address(describe(SkipCause::Address));
  const std::string url(describe(SkipCause::Url));
  const std::string single(describe(SkipCause::SingleLabel));
  const std::string idna(describe(SkipCause::BadIdna));
  const std::map<std::string, std::set<std::string>> allowed{
      {"bad_chars", {no_name, idna, kTaken}},  // one of them is a name and a blank
      {"bad_tld", {address, kTaken}},
      {"empty_label", {no_name}},
      {"has_path", {url}},
      {"has_port", {url, address}},
      {"hyphen_edge", {kTaken}},
      {"icann_suffix", {kTaken}},  // the category decides, not the line
      {"private_suffix", {kTaken}},
      {"idna_failed", {idna}},
      {"ip_cidr_or_path", {address, url}},
      {"ipv4_literal", {address, url}},
      {"ipv4_port", {address}},
      {"ipv6_literal", {address, url, no_name}},
      {"label_over_63", {no_name}},
      {"leading_dot", {single, kTaken}},
      {"non_ascii", {kTaken, idna, single, no_name, url}},
      {"numeric_tld", {address, no_name}},
      {"odd_columns", {no_name}},
      {"outer_space", {kTaken, "comment", url, address, no_name}},
      {"single_label", {single, no_name}},
      {"too_long", {no_name}},
      {"trailing_dot", {kTaken, single, address}},
      {"underscore", {kTaken}},
      {"unknown_tld", {kTaken}},
      {"unsupported", {no_name, url}},
      {"uppercase", {kTaken, url, no_name, idna}},
      {"url_scheme", {url}},
  };
  std::vector<LineItem> items;
  std::size_t checked = 0;
  for (const std::string& row : lines_of(lists_ / "formats/dirty-lines.tsv.zst")) {
    const std::string kind = row.substr(0, row.find('\t'));
    const std::string line = row.substr(row.find('\t', row.find('\t') + 1) + 1);
    if (kind == "kind") {
      continue;
    }
    parse_line(ListFormat::Names, line, items);
    const std::string outcome = items.empty() ? "comment"
                                : items.front().name
                                    ? kTaken
                                    : std::string(describe(items.front().name.error()));
    ASSERT_TRUE(allowed.contains(kind)) << kind;
    EXPECT_TRUE(allowed.at(kind).contains(outcome)) << kind << ": " << line << ": " << outcome;
    ++checked;
  }
  EXPECT_EQ(checked, 2'529U);
}

}  // namespace
}  // namespace luytre::categories
