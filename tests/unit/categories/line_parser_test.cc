// SPDX-License-Identifier: Apache-2.0
#include "line_parser.h"

#include <gtest/gtest.h>

#include <string>

#include "format_guess.h"
#include "import_fixture.h"
#include "line_fixture.h"

namespace luytre::categories {
namespace {

using testing::parsed;

TEST(ParseName, TellsApartWhatIsNoName) {
  const struct {
    const char* text;
    SkipCause cause;
  } rows[] = {
      {"192.0.2.1", SkipCause::Address},
      {"192.0.2.1:443", SkipCause::Address},
      {"192.0.2.0/24", SkipCause::Address},
      {"46.148.113.", SkipCause::Address},
      {"2001:db8::1", SkipCause::Address},
      {"2001:db8::/32", SkipCause::Address},
      {"[2001:db8::1]:443", SkipCause::Address},
      {"http://192.0.2.1", SkipCause::Url},
      {"https://example.com", SkipCause::Url},
      {"http:example.com", SkipCause::Url},
      {"example.com:9900", SkipCause::Url},
      {"example.com/path", SkipCause::Url},
      {"example.com:80/path", SkipCause::Url},
      {"/path/without/host.php", SkipCause::Url},
      {"192.0.2.1/path.html", SkipCause::Url},
      {"192.0.2.1:8443/node.js", SkipCause::Url},
      {"localhost", SkipCause::SingleLabel},
      {"xyz", SkipCause::SingleLabel},
      {"việtnam", SkipCause::SingleLabel},
      {"", SkipCause::NotAName},
      {".", SkipCause::NotAName},
      {"a..b.com", SkipCause::NotAName},
      {"||example.com^", SkipCause::NotAName},
      {"byethost[0-9]+\\.com", SkipCause::NotAName},
      {"example.com,", SkipCause::NotAName},
      {"registry.12913298", SkipCause::NotAName},
      {"$0/", SkipCause::NotAName},
      {"[broken", SkipCause::NotAName},
      {"ex*mple.com", SkipCause::NotAName},
      {"jÃ¥tÃ¯gÃ¥cÃ¶r88.space", SkipCause::BadIdna},  // UTF-8 read as Latin-1 and written as UTF-8
      {"a\xff.com", SkipCause::BadIdna},
      {"\xe2\x80\xae.com", SkipCause::BadIdna},  // right-to-left override
  };
  for (const auto& row : rows) {
    const auto name = parse_name(row.text);
    ASSERT_FALSE(name) << row.text;
    EXPECT_EQ(describe(name.error()), describe(row.cause)) << row.text;
  }
}

TEST(ParseName, TurnsUtf8IntoALabels) {
  const auto name = parse_name("CốcCốc.vn");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->to_text(), "xn--cccc-0x5ac.vn");
  // The same letters composed and decomposed are one name.
  const auto composed = parse_name("ti\xe1\xba\xbfng.vn");
  const auto decomposed = parse_name("tie\xcc\x82\xcc\x81ng.vn");
  ASSERT_TRUE(composed && decomposed);
  EXPECT_EQ(*composed, *decomposed);
  // What browsers ask for: sharp s stays a letter of its own.
  const auto sharp_s = parse_name("straße.de");
  ASSERT_TRUE(sharp_s);
  EXPECT_EQ(sharp_s->to_text(), "xn--strae-oqa.de");
}

TEST(ParseLine, NamesKeepWildcardsAndInlineComments) {
  const auto line = [](std::string_view text) { return parsed(ListFormat::Names, text); };
  EXPECT_EQ(line("example.com"), "example.com");
  EXPECT_EQ(line("  Example.COM.\t"), "example.com");
  EXPECT_EQ(line("*.example.com"), "example.com subtree");
  EXPECT_EQ(line(".example.com"), "example.com subtree");
  EXPECT_EQ(line("example.com # why"), "example.com");
  EXPECT_EQ(line("example.com why"), "- not a domain name");
  EXPECT_EQ(line("# comment"), "");
  EXPECT_EQ(line("! comment"), "");
  EXPECT_EQ(line(" \t"), "");
  EXPECT_EQ(line(".xyz"), "- single label");
  EXPECT_EQ(line("*.*.example.com"), "- not a domain name");
  EXPECT_EQ(line(std::string(1024, 'a')), "- not a domain name");
  EXPECT_EQ(line(std::string(1025, 'a')), "- line over 1,024 octets");
}

TEST(ParseLine, HostsTakeSinkholeAddressesOnly) {
  const auto line = [](std::string_view text) { return parsed(ListFormat::Hosts, text); };
  EXPECT_EQ(line("0.0.0.0 example.com"), "example.com");
  EXPECT_EQ(line("127.0.0.1\texample.com www.example.com # two"), "example.com; www.example.com");
  EXPECT_EQ(line(":: example.com"), "example.com");
  EXPECT_EQ(line("0 example.com"), "example.com");
  EXPECT_EQ(line("127.0.0.1 localhost"), "- single label");
  EXPECT_EQ(line("0.0.0.0 0.0.0.0"), "- address instead of a name");
  // A redirection to a safe search host is no listing.
  EXPECT_EQ(line("216.239.38.120 www.google.com"), "- address instead of a name");
  EXPECT_EQ(line("example.com"), "- not a domain name");
  EXPECT_EQ(line("0.0.0.0"), "- not a domain name");
  EXPECT_EQ(line("0.0.0.0 # nothing"), "- not a domain name");
}

TEST(ParseLine, OwnFormatNamesCategoriesAndReach) {
  const auto line = [](std::string_view text) { return parsed(ListFormat::Luytre, text); };
  EXPECT_EQ(line("example.com\tporn"), "example.com porn");
  EXPECT_EQ(line("example.com\tporn,dating\texact"), "example.com exact porn,dating");
  EXPECT_EQ(line("example.com\tporn\tsubtree # why"), "example.com subtree porn");
  EXPECT_EQ(line("*.example.com\tporn"), "example.com subtree porn");
  EXPECT_EQ(line("example.com"), "- not a domain name");
  EXPECT_EQ(line("example.com\t# why"), "- not a domain name");
  EXPECT_EQ(line("example.com\tporn\tsometimes"), "- not a domain name");
  EXPECT_EQ(line("example.com\tporn\texact\tmore"), "- not a domain name");
}

TEST(GuessFormat, GoesWithMostLines) {
  const Taxonomy taxonomy = testing::shipped_taxonomy();
  EXPECT_EQ(guess_format({"# x", "0.0.0.0 a.com", "0.0.0.0 b.com", "c.com"}, taxonomy),
            ListFormat::Hosts);
  EXPECT_EQ(guess_format({"a.com", "192.0.2.1", "b.com"}, taxonomy), ListFormat::Names);
  EXPECT_EQ(guess_format({"a.com\tporn", "b.com\tdating,porn\texact"}, taxonomy),
            ListFormat::Luytre);
  EXPECT_EQ(guess_format({"a.com\tthing", "b.com\tthing"}, taxonomy), ListFormat::Names);
  EXPECT_EQ(guess_format({}, taxonomy), ListFormat::Names);
}

}  // namespace
}  // namespace luytre::categories
