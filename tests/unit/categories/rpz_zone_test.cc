// SPDX-License-Identifier: Apache-2.0
#include "rpz_zone.h"

#include <gtest/gtest.h>

#include <string>

#include "import_fixture.h"
#include "line_fixture.h"

namespace luytre::categories {
namespace {

std::string last(std::initializer_list<std::string_view> lines) {
  return testing::parsed_last(ListFormat::Rpz, lines);
}

class RpzImport : public testing::ImportTest {};

TEST(RpzZone, ActionsThatRefuseGiveTheirTrigger) {
  for (const char* record :
       {"example.com CNAME .", "example.com CNAME *.", "example.com CNAME rpz-drop.",
        "example.com 3600 IN CNAME .", "example.com IN 1h CNAME . ; why", "Example.COM cname .",
        "example.com\tCNAME\t.", "example.com A 0.0.0.0", "example.com AAAA ::"}) {
    EXPECT_EQ(last({record}), "example.com exact") << record;
  }
  EXPECT_EQ(last({"*.example.com CNAME ."}), "example.com subtree");
}

TEST(RpzZone, OtherActionsExceptOrAreCounted) {
  EXPECT_EQ(last({"example.com CNAME rpz-passthru."}), "not example.com exact");
  EXPECT_EQ(last({"*.example.com CNAME rpz-passthru."}), "not example.com subtree");
  EXPECT_EQ(last({"example.com CNAME rpz-tcp-only."}), "- rule that is not about a whole name");
  EXPECT_EQ(last({"example.com TXT \"a ; b\""}), "- rule that is not about a whole name");
  EXPECT_EQ(last({"www.example.com CNAME safe.example.com."}),
            "- address with a port, or a redirection");
  EXPECT_EQ(last({"example.com A 192.0.2.1"}), "- address with a port, or a redirection");
}

TEST(RpzZone, TriggersOnOtherThanNamesAreCounted) {
  for (const char* record :
       {"32.1.2.0.192.rpz-ip CNAME .", "24.0.2.0.192.rpz-client-ip CNAME .",
        "ns.example.com.rpz-nsdname CNAME .", "32.1.2.0.192.RPZ-NSIP CNAME .",
        "*.example.com.rpz-nsdname CNAME .", "$INCLUDE more.zone", "$GENERATE 1-9 a$ CNAME ."}) {
    EXPECT_EQ(last({record}), "- rule that is not about a whole name") << record;
  }
}

TEST(RpzZone, TheApexAndCommentsAreNotCounted) {
  for (const char* record :
       {"$TTL 300", "@ SOA localhost. root.localhost. 1 2 3 4 5", "@ IN NS localhost.",
        "@ TXT \"about this zone\"", "; comment", "", "   ; comment", "rpz.example. NS a.example.",
        "example.com RRSIG CNAME 8 2 300 x"}) {
    EXPECT_EQ(last({record}), "") << record;
  }
  EXPECT_EQ(last({"@ SOA a. b. 1 2 3 4 5", "  NS localhost."}), "");
}

TEST(RpzZone, OwnersAreRelativeToTheOriginAndTheZone) {
  EXPECT_EQ(last({"$ORIGIN rpz.example.", "bad.com CNAME ."}), "bad.com exact");
  EXPECT_EQ(last({"$ORIGIN rpz.example.", "bad.com.RPZ.example. CNAME ."}), "bad.com exact");
  EXPECT_EQ(last({"$ORIGIN rpz.example.", "$ORIGIN com.rpz.example.", "*.bad CNAME ."}),
            "bad.com subtree");
  EXPECT_EQ(last({"$ORIGIN rpz.example.", "$ORIGIN com", "bad CNAME ."}), "bad.com exact");
  EXPECT_EQ(last({"$ORIGIN com", "bad CNAME ."}), "bad.com exact");
  EXPECT_EQ(
      last({"$ORIGIN .", "rpz.example IN SOA a. b. 1 2 3 4 5", "bad.com.rpz.example CNAME ."}),
      "bad.com exact");
  EXPECT_EQ(last({"bad.com CNAME .", " A 0.0.0.0"}), "bad.com exact");
}

TEST(RpzZone, NamesOutsideOfTheZoneAreRefused) {
  EXPECT_EQ(last({"bad.com. CNAME ."}), "- not a domain name");
  EXPECT_EQ(last({"$ORIGIN rpz.example.", "bad.com. CNAME ."}), "- not a domain name");
  EXPECT_EQ(last({"$ORIGIN rpz.example.", "bad.comrpz.example. CNAME ."}), "- not a domain name");
}

TEST(RpzZone, ASoaRecordMayGoOverSeveralLines) {
  EXPECT_EQ(last({"@ SOA a. b. (", " 2026010100 ; serial", " 1h 15m", " 30d 300 )"}), "");
  EXPECT_EQ(last({"@ SOA a. b. (", " 1 2 3 4 5", " )", "bad.com CNAME ."}), "bad.com exact");
  EXPECT_EQ(last({"@ SOA a. b. ( 1 2 3 4 5 )", "bad.com CNAME ."}), "bad.com exact");
  // Never closed: what follows is read all the same.
  EXPECT_EQ(last({"@ SOA a. b. (", " 1 2", "bad.com CNAME ."}), "bad.com exact");
  EXPECT_EQ(last({"@ SOA a. b. (", "bad.com CNAME . )"}), "bad.com exact");
}

TEST(RpzZone, OddLinesAreCounted) {
  for (const char* record : {"example.com", "example.com CNAME", "example.com 300 IN", "  CNAME .",
                             "a..example CNAME .", "www.*.example CNAME .", "* CNAME .",
                             "\"example.com\" CNAME .", "example.com A nonsense", "\"", "("}) {
    EXPECT_EQ(last({record}), "- not a domain name") << record;
  }
  EXPECT_EQ(last({"com CNAME ."}), "- single label");
  EXPECT_EQ(last({"192.0.2.1 CNAME ."}), "- address with a port, or a redirection");
  EXPECT_EQ(last({std::string(5000, 'a')}), "- line over 4,096 octets");
}

TEST(RpzZone, OnlyAWholeRecordIsAName) {
  const std::string record = "example.com 300 IN CNAME rpz-tcp-only.";
  for (std::size_t size = 1; size <= record.size(); ++size) {
    const std::string shown = last({record.substr(0, size)});
    EXPECT_TRUE(shown.starts_with("- ")) << record.substr(0, size) << ": " << shown;
  }
}

TEST_F(RpzImport, ANameWithItsWildcardIsASubtreeAndTheirOrderDoesNotMatter) {
  const ParsedList list = import_text(
      "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n  NS a.\n"
      "pair.example.com CNAME .\n*.pair.example.com CNAME .\n"
      "alone.example.com CNAME .\n*.later.example.com CNAME .\n*.below.example.com CNAME .\n"
      "later.example.com CNAME .\nalone.example.com CNAME .\n",
      as("porn"));
  EXPECT_EQ(list.report.format, ListFormat::Rpz);
  EXPECT_EQ(show(list.content),
            "alone.example.com exact\nlater.example.com subtree\npair.example.com subtree\n");
  EXPECT_EQ(list.report.lines, 7U);
  EXPECT_EQ(list.report.duplicates, 3U);
  EXPECT_EQ(skipped(list.report, SkipCause::NotNameLevel), 1U);
  EXPECT_EQ(example(list.report, SkipCause::NotNameLevel), "list.txt: *.below.example.com");
}

TEST_F(RpzImport, ExceptionsPairLikeListings) {
  const ParsedList list = import_text(
      "pass.example CNAME rpz-passthru.\n*.pass.example CNAME rpz-passthru.\n"
      "one.example CNAME .\n*.one.example CNAME rpz-passthru.\nalone.example CNAME rpz-passthru.\n",
      as("porn", ListFormat::Rpz));
  EXPECT_EQ(show(list.content),
            "not alone.example exact\none.example exact\nnot pass.example subtree\n");
  EXPECT_EQ(list.report.exceptions, 2U);
  EXPECT_EQ(list.report.duplicates, 1U);
  // Below a listed name, and not the name itself: no reach says that.
  EXPECT_EQ(skipped(list.report, SkipCause::NotNameLevel), 1U);
  EXPECT_EQ(list.content.names[0].categories, set("porn"));
}

TEST_F(RpzImport, RulesJudgeAPairByWhatItReaches) {
  const ParsedList list =
      import_text("blogspot.com CNAME .\n*.blogspot.com CNAME .\ncloudfront.net CNAME .\n",
                  as("porn", ListFormat::Rpz));
  EXPECT_EQ(skipped(list.report, SkipCause::PublicSuffix), 2U);
  EXPECT_EQ(example(list.report, SkipCause::PublicSuffix), "list.txt: blogspot.com");
  EXPECT_EQ(show(list.content), "cloudfront.net exact\n");
}

TEST_F(RpzImport, EveryCutOfAZoneIsAccountedFor) {
  const std::string zone =
      "$ORIGIN rpz.example.\n@ SOA a. b. (\n 1 2 3\n 4 5 )\na.example CNAME .\n"
      "*.a.example CNAME .\nb.example A 0.0.0.0\n  AAAA ::\nc.example CNAME rpz-passthru.\n";
  for (std::size_t size = 0; size <= zone.size(); ++size) {
    import_text(std::string_view(zone).substr(0, size), as("porn", ListFormat::Rpz));
  }
}

}  // namespace
}  // namespace luytre::categories
