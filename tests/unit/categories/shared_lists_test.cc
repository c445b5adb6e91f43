// SPDX-License-Identifier: Apache-2.0
// Imports real lists (shared_lists_fixture.h).

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
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
  // Counted in the unpacked tree with other tools: 637,941 lines of domains and 43,341 of urls, of
  // which 68,423 are addresses and ranges.
  EXPECT_EQ(report.lines, 637'941U + 43'341U);
  EXPECT_EQ(counts(report),
            "names 273580, paths 21886, prefixes 23350, duplicates 287943, address with a port, or "
            "a redirection 6, URL that is no page of a named host 2064, public suffix or shared "
            "host 38, canary name with a fixed answer 5, category without a mapping 68108, names "
            "to permit, in no category 4302");
  EXPECT_EQ(report.aliases.size(), 7U);
  EXPECT_EQ(report.aliases.at("proxy"), "redirector");
  EXPECT_EQ(report.patterns,
            (std::map<std::string, std::uint64_t>{{"adult/very_restrictive_expression", 2},
                                                  {"malware/expressions", 1},
                                                  {"publicite/expressions", 1},
                                                  {"special/expressions", 1},
                                                  {"strict_redirector/expressions", 1},
                                                  {"strong_redirector/expressions", 1}}));
  EXPECT_EQ(report.permitting,
            (std::set<std::string>{"child", "cleaning", "download", "educational_games",
                                   "examen_pix", "liste_blanche", "liste_bu", "sexual_education",
                                   "translation", "update"}));
  // gambling holds 32,247 names and arjel a few more, most of them the same.
  EXPECT_NEAR(static_cast<double>(report.entries_by_category.at("gambling")), 32'247, 70);
  EXPECT_EQ(find(list.content, "academia.edu")->categories,
            set("social_network") | set("education"));
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
    ASSERT_EQ(hosts.content.names.size(), row.entries) << row.hosts;
    ASSERT_EQ(names.content.names.size(), row.entries) << row.names;
    for (std::size_t i = 0; i < row.entries; ++i) {
      ASSERT_TRUE(std::ranges::equal(hosts.content.names.key(i), names.content.names.key(i)))
          << row.hosts << i;
      ASSERT_EQ(hosts.content.names[i].reach, Reach::Exact);
      ASSERT_EQ(names.content.names[i].reach, Reach::Subtree);
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
  EXPECT_FALSE(find(dibdot.content, "use-application-dns.net"));
}

TEST_F(SharedLists, AMixedFileIsSortedOutByCause) {
  const ParsedList list = import_format("maltrail-crypto_mining.txt.zst", "cryptojacking");
  EXPECT_EQ(skipped(list.report, SkipCause::Address), 721U);
  EXPECT_EQ(list.report.prefixes, 739U - 721U);
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
  constexpr std::array<const char*, 3> kTakenAs = {"name", "page", "range"};
  const std::string name = kTakenAs[0];
  const std::string page = kTakenAs[1];
  const std::string range = kTakenAs[2];
  const std::string no_name(describe(SkipCause::NotAName));
  const std::string address(describe(SkipCause::Address));
  const std::string url(describe(SkipCause::Url));
  const std::string single(describe(SkipCause::SingleLabel));
  const std::string idna(describe(SkipCause::BadIdna));
  const std::map<std::string, std::set<std::string>> allowed{
      {"bad_chars", {no_name, idna, name}},  // one of them is a name and a blank
      {"bad_tld", {address, name}},
      {"empty_label", {no_name}},
      {"has_path", {url, page}},
      {"has_port", {url, address}},
      {"hyphen_edge", {name}},
      {"icann_suffix", {name}},  // the category decides, not the line
      {"private_suffix", {name}},
      {"idna_failed", {idna}},
      {"ip_cidr_or_path", {address, url, range}},
      {"ipv4_literal", {url, range, address}},
      {"ipv4_port", {address}},
      {"ipv6_literal", {address, url, no_name, range}},
      {"label_over_63", {no_name}},
      {"leading_dot", {single, name}},
      {"non_ascii", {name, idna, single, no_name, url}},
      {"numeric_tld", {address, no_name}},
      {"odd_columns", {no_name}},
      {"outer_space", {name, "comment", url, address, no_name, page}},
      {"single_label", {single, no_name}},
      {"too_long", {no_name}},
      {"trailing_dot", {name, single, address}},
      {"underscore", {name}},
      {"unknown_tld", {name}},
      {"unsupported", {no_name, url}},
      {"uppercase", {name, url, no_name, idna, page}},
      {"url_scheme", {url, page}},
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
                                : items.front().subject
                                    ? kTakenAs[items.front().subject->index()]
                                    : std::string(describe(items.front().subject.error()));
    ASSERT_TRUE(allowed.contains(kind)) << kind;
    EXPECT_TRUE(allowed.at(kind).contains(outcome)) << kind << ": " << line << ": " << outcome;
    ++checked;
  }
  EXPECT_EQ(checked, 2'529U);
}

}  // namespace
}  // namespace luytre::categories
