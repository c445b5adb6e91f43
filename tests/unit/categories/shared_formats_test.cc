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
    ASSERT_EQ(a.names.size(), b.names.size()) << what;
    for (std::size_t i = 0; i < a.names.size(); ++i) {
      ASSERT_TRUE(std::ranges::equal(a.names.key(i), b.names.key(i))) << what << i;
      ASSERT_EQ(a.names[i].reach, Reach::Subtree);
      ASSERT_EQ(b.names[i].reach, Reach::Subtree);
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

TEST_F(SharedFormats, AGarbageFileOfDnsmasqGivesNothing) {
  const ParsedList list =
      import_format("blp-broken.dnsmasq.conf.zst", "malware", ListFormat::Dnsmasq);
  EXPECT_EQ(skipped(list.report, SkipCause::NotAName), 456'348U);
  EXPECT_EQ(list.report.entries, 0U);
}

TEST_F(SharedFormats, AFilterListForBrowsersGivesOnlyItsRulesAboutWholeNames) {
  const ImportReport report = import_format("abpvn.adblock.txt.zst", "malware").report;
  EXPECT_EQ(report.format, ListFormat::Adblock);
  // Counted with other tools.
  EXPECT_EQ(report.lines, 1'077U);
  EXPECT_EQ(report.entries, 59U);
  EXPECT_EQ(skipped(report, SkipCause::Exception), 59U);
  EXPECT_EQ(skipped(report, SkipCause::NotNameLevel), 959U);
}

TEST_F(SharedFormats, DirtyFilterRulesAreSortedOutByCause) {
  const ParsedList list = import_format("techrzn-malware.adblock.txt.zst", "malware");
  const ImportReport& report = list.report;
  EXPECT_EQ(report.format, ListFormat::Adblock);
  EXPECT_EQ(report.lines, 28'467U);
  EXPECT_EQ(report.entries, 27'590U);
  EXPECT_EQ(skipped(report, SkipCause::Address), 580U);
  EXPECT_EQ(skipped(report, SkipCause::PublicSuffix), 7U);
  EXPECT_EQ(skipped(report, SkipCause::NotAName) + skipped(report, SkipCause::NotNameLevel), 290U);
  EXPECT_FALSE(find(list.names, "amazonaws.com"));
}

TEST_F(SharedFormats, CleanListsAreTakenWhole) {
  const ImportReport threat = import_format("hostsvn-threat.adblock.txt.zst", "malware").report;
  EXPECT_EQ(threat.format, ListFormat::Adblock);
  EXPECT_EQ(threat.lines, 4'891U);
  EXPECT_EQ(threat.entries + threat.duplicates, threat.lines);
  const ImportReport ads = import_format("hostsvn-ads.dnsmasq.conf.zst", "malware").report;
  EXPECT_EQ(ads.format, ListFormat::Dnsmasq);
  EXPECT_EQ(ads.lines, 18'298U);
  EXPECT_EQ(ads.entries, 18'298U);
}

}  // namespace
}  // namespace luytre::categories
