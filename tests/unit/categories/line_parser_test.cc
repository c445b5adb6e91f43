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
  EXPECT_EQ(line(std::string(4096, 'a')), "- not a domain name");
  EXPECT_EQ(line(std::string(4097, 'a')), "- line over 4,096 octets");
}

TEST(ParseLine, HostsTakeSinkholeAddressesOnly) {
  const auto line = [](std::string_view text) { return parsed(ListFormat::Hosts, text); };
  EXPECT_EQ(line("0.0.0.0 example.com"), "example.com");
  EXPECT_EQ(line("127.0.0.1\texample.com www.example.com # two"), "example.com; www.example.com");
  EXPECT_EQ(line(":: example.com"), "example.com");
  EXPECT_EQ(line("0 example.com"), "example.com");
  EXPECT_EQ(line("127.0.0.1 localhost"), "- single label");
  EXPECT_EQ(line("0.0.0.0 0.0.0.0"), "- address with a port, or a redirection");
  // A redirection to a safe search host is no listing.
  EXPECT_EQ(line("216.239.38.120 www.google.com"), "- address with a port, or a redirection");
  EXPECT_EQ(line("example.com"), "- not a domain name");
  EXPECT_EQ(line("0.0.0.0"), "- not a domain name");
  EXPECT_EQ(line("0.0.0.0 # nothing"), "- not a domain name");
}

TEST(ParseLine, NamesMayBePagesAndAddresses) {
  const auto line = [](std::string_view text) { return parsed(ListFormat::Names, text); };
  EXPECT_EQ(line("http://example.com/bad # why"), "example.com/bad");
  EXPECT_EQ(line("198.18.0.0/24"), "198.18.0.0/24");
  EXPECT_EQ(line("*.198.18.0.0"), "- not a domain name");
  EXPECT_EQ(line(".example.com/bad"), "- not a domain name");
  // Their own formats speak of names only.
  EXPECT_EQ(parsed(ListFormat::Hosts, "0.0.0.0 198.18.0.1"),
            "- address with a port, or a redirection");
  EXPECT_EQ(parsed(ListFormat::Hosts, "0.0.0.0 example.com/bad"),
            "- URL that is no page of a named host");
}

TEST(ParseLine, OwnFormatSaysEverything) {
  const auto line = [](std::string_view text) { return parsed(ListFormat::Luytre, text); };
  EXPECT_EQ(line("example.com\tporn"), "example.com porn");
  EXPECT_EQ(line("example.com\tporn,dating\texact"), "example.com exact porn,dating");
  EXPECT_EQ(line("example.com\tporn\tsubtree\t16\tQĐ 1/2026\t2026-12-31"),
            "example.com subtree porn from 16 by QĐ 1/2026 until 2026-12-31");
  EXPECT_EQ(line("example.com\tporn\t-\t-\t-\t-"), "example.com porn");
  EXPECT_EQ(line("*.example.com\tporn"), "example.com subtree porn");
  EXPECT_EQ(line("http://example.com/bad/\tporn"), "example.com/bad porn");
  EXPECT_EQ(line("198.18.0.0/24\tmalware"), "198.18.0.0/24 malware");
  EXPECT_EQ(line("!example.com\t*"), "not example.com *");
  EXPECT_EQ(line("!example.com/good\tporn"), "not example.com/good porn");
  EXPECT_EQ(line("# comment"), "");
  EXPECT_EQ(line("example.com"), "- not a domain name");
  EXPECT_EQ(line("example.com\t*"), "- field with an invalid value");
  EXPECT_EQ(line("example.com\tporn\tsometimes"), "- field with an invalid value");
  EXPECT_EQ(line("example.com\tporn\texact\t19"), "- field with an invalid value");
  EXPECT_EQ(line("example.com\tporn\texact\t-\t-\t31.12.2026"), "- field with an invalid value");
  EXPECT_EQ(line("example.com\tporn\texact\t-\t-\t-\tmore"), "- not a domain name");
  EXPECT_EQ(line("example.com:80\tporn"), "- URL that is no page of a named host");
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
