// SPDX-License-Identifier: Apache-2.0
// Real lists in syntaxes other than names and hosts (shared_lists_fixture.h).

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "shared_lists_fixture.h"

namespace luytre::categories {
namespace {

class SharedFormats : public testing::SharedListsTest {
 protected:
  void expect_same(const ParsedList& a, const ParsedList& b, const std::string& what) {
    ASSERT_EQ(a.content.names.size(), b.content.names.size()) << what;
    for (std::size_t i = 0; i < a.content.names.size(); ++i) {
      ASSERT_TRUE(std::ranges::equal(a.content.names.key(i), b.content.names.key(i))) << what << i;
      ASSERT_EQ(a.content.names[i].reach, Reach::Subtree);
      ASSERT_EQ(b.content.names[i].reach, Reach::Subtree);
    }
  }
};

TEST_F(SharedFormats, OneListInEverySyntaxGivesTheSameSubtrees) {
  const struct {
    std::string list;
    std::string names;
    std::uint64_t entries;
  } rows[] = {
      {"blp-vaping", ".domains.txt", 108},
      {"blp-whatsapp", ".domains.txt", 226},
      {"hagezi2022-bypass", ".wildcard.txt", 714},
  };
  for (const auto& row : rows) {
    const ParsedList names = import_format(row.list + row.names, "malware");
    const ParsedList adblock = import_format(row.list + ".adblock.txt", "malware");
    const ParsedList dnsmasq = import_format(row.list + ".dnsmasq.conf", "malware");
    EXPECT_EQ(adblock.report.format, ListFormat::Adblock) << row.list;
    EXPECT_EQ(dnsmasq.report.format, ListFormat::Dnsmasq) << row.list;
    EXPECT_EQ(names.report.lines, row.entries) << row.list;
    EXPECT_EQ(adblock.report.lines, row.entries) << row.list;
    EXPECT_EQ(dnsmasq.report.lines, row.entries) << row.list;
    expect_same(names, adblock, row.list);
    expect_same(names, dnsmasq, row.list);
  }
}

TEST_F(SharedFormats, APolicyZoneGivesTheSameSubtreesAsItsPlainList) {
  const ParsedList zone = import_format("hagezi2026-doh.rpz.zst", "encrypted_dns");
  const ParsedList names = import_format("hagezi2026-doh.onlydomains.txt.zst", "encrypted_dns");
  EXPECT_EQ(zone.report.format, ListFormat::Rpz);
  EXPECT_EQ(zone.report.lines, 6'734U);
  EXPECT_EQ(names.report.lines, 3'367U);
  EXPECT_EQ(skipped(zone.report, SkipCause::CanaryName),
            2 * skipped(names.report, SkipCause::CanaryName));
  expect_same(names, zone, "doh");
}

// Every line of every file is accounted for; the numbers that other tools can count (comments aside)
// were counted with them.
TEST_F(SharedFormats, EveryFileGivesItsCounts) {
  const struct {
    const char* file;
    ListFormat format;
    std::uint64_t lines;
    const char* counts;
  } rows[] = {
      {"abpvn.adblock.txt.zst", ListFormat::Adblock, 1'077,
       "names 59, paths 21, of them exceptions 3, exception from less than a name 56, rule that is "
       "not about a whole name 941"},
      {"blp-broken.dnsmasq.conf.zst", ListFormat::Names, 456'348, "not a domain name 456348"},
      {"hagezi2022-bypass.domains.txt.zst", ListFormat::Names, 1'205,
       "names 1203, canary name with a fixed answer 2"},
      {"hagezi2022-bypass.hosts.zst", ListFormat::Hosts, 1'205,
       "names 1203, canary name with a fixed answer 2"},
      {"hagezi2022-bypass.unbound.conf.zst", ListFormat::Unbound, 714,
       "names 712, canary name with a fixed answer 2"},
      {"hagezi2026-doh.onlydomains.txt.zst", ListFormat::Names, 3'367,
       "names 3364, canary name with a fixed answer 3"},
      {"hagezi2026-doh.rpz.zst", ListFormat::Rpz, 6'734,
       "names 3364, duplicates 3364, canary name with a fixed answer 6"},
      {"hostsvn-ads.dnscrypt.txt.zst", ListFormat::Names, 8'627,
       "names 8571, not a domain name 55, public suffix or shared host 1"},
      {"hostsvn-ads.dnsmasq.conf.zst", ListFormat::Dnsmasq, 18'298, "names 18298"},
      {"hostsvn-threat.adblock.txt.zst", ListFormat::Adblock, 4'891, "names 4888, duplicates 3"},
      {"hostsvn-threat.domains.txt.zst", ListFormat::Names, 4'966, "names 4963, duplicates 3"},
      {"hostsvn-threat.hosts.zst", ListFormat::Hosts, 4'966, "names 4963, duplicates 3"},
      {"hostsvn-threat.surge.conf.zst", ListFormat::Names, 4'891,
       "not a domain name 4887, invalid internationalised name 4"},
      {"maltrail-crypto_mining.txt.zst", ListFormat::Names, 1'185,
       "names 386, prefixes 18, duplicates 59, address with a port, or a redirection 721, URL that "
       "is no page of a named host 1"},
      {"maltrail-suspicious-domain.txt.zst", ListFormat::Names, 4'660,
       "names 4298, duplicates 283, not a domain name 1, single label 49, public suffix or shared "
       "host 29"},
      {"techrzn-malware.adblock.txt.zst", ListFormat::Adblock, 28'467,
       "names 27590, prefixes 580, public suffix or shared host 7, rule that is not about a whole "
       "name 290"},
      {"ut1-adult.invalid.txt.zst", ListFormat::Names, 690, "names 690"},
      {"v2fly-category-doh.txt", ListFormat::V2fly, 127, "names 127"},
      {"v2fly-category-social-media-not-cn.txt", ListFormat::V2fly, 17,
       "names 7, rule that is not about a whole name 10"},
      {"v2fly-category-vpnservices.txt", ListFormat::V2fly, 39,
       "names 23, rule that is not about a whole name 16"},
      {"v2fly-roblox.txt", ListFormat::V2fly, 48, "names 48"},
      {"v2fly-tiktok.txt", ListFormat::V2fly, 36, "names 36"},
  };
  for (const auto& row : rows) {
    const ImportReport report = import_format(row.file, "malware").report;
    EXPECT_EQ(describe(report.format), describe(row.format)) << row.file;
    EXPECT_EQ(report.lines, row.lines) << row.file;
    EXPECT_EQ(counts(report), row.counts) << row.file;
  }
}

}  // namespace
}  // namespace luytre::categories
