// SPDX-License-Identifier: Apache-2.0
#include "adblock_line.h"

#include <gtest/gtest.h>

#include <string>

#include "line_fixture.h"

namespace luytre::categories {
namespace {

std::string line(std::string_view text) { return testing::parsed(ListFormat::Adblock, text); }

TEST(AdblockLine, ARuleAboutAWholeNameReachesItsSubtree) {
  for (const char* rule :
       {"||example.com^", "  ||Example.COM^  ", "||example.com^$important", "||example.com^$all",
        "||example.com^$document", "||example.com^$doc,important"}) {
    EXPECT_EQ(line(rule), "example.com subtree") << rule;
  }
  EXPECT_EQ(line("||bücher.example^"), "xn--bcher-kva.example subtree");
}

TEST(AdblockLine, CommentsAndHeadersAreNoLines) {
  for (const char* text : {"! Title", "!", "[Adblock Plus 2.0]", "[AdGuard]", "# plain", "#"}) {
    EXPECT_EQ(line(text), "") << text;
  }
}

TEST(AdblockLine, AnExceptionFromAWholeNameTakesItBack) {
  for (const char* rule :
       {"@@||example.com^", "@@||example.com^$document", "@@||example.com^$important"}) {
    EXPECT_EQ(line(rule), "not example.com subtree") << rule;
  }
  EXPECT_EQ(line("@@||example.com/page"), "not example.com/page subtree");
}

TEST(AdblockLine, ExceptionsFromLessThanANameAreCounted) {
  for (const char* rule :
       {"@@/ads/", "@@", "@@||example.com^$script", "@@||ex*mple.com^", "@@|https://example.com^",
        "@@||example.com", "@@example.com##.ad", "||example.com^$badfilter",
        "||example.com^$important,badfilter", "@@||example.com^$badfilter"}) {
    EXPECT_EQ(line(rule), "- exception from less than a name") << rule;
  }
}

TEST(AdblockLine, APageOrAnAddressIsTakenAsWhatItIs) {
  EXPECT_EQ(line("||example.com/ads"), "example.com/ads subtree");
  EXPECT_EQ(line("||example.com/ads/^$important"), "example.com/ads subtree");
  EXPECT_EQ(line("||198.18.0.1^"), "198.18.0.1 subtree");
  EXPECT_EQ(line("||46.148.113.^"), "- rule that is not about a whole name");
}

TEST(AdblockLine, WhatIsNotAboutAWholeNameIsNeverWidened) {
  for (const char* rule : {"||example.com^$script",
                           "||example.com^$third-party",
                           "||example.com^$important,domain=example.net",
                           "||example.com^$denyallow=a.example.com",
                           "||example.com^$dnsrewrite=192.0.2.1",
                           "||example.com^$~document",
                           "||example.com^$",
                           "||example.com^$,",
                           "||example.com^$IMPORTANT",
                           "||example.com^path",
                           "||example.com^|",
                           "||example.com^*",
                           "||example.com",
                           "||example.com|",
                           "||example.com$important",
                           "||example.com/ads/*",
                           "||example.com/ads$script",
                           "|https://example.com^",
                           "|example.com^",
                           "example.com",
                           "example.com^",
                           "0.0.0.0 example.com",
                           "||*.example.com^",
                           "||ex*mple.com^",
                           "||.example.com^",
                           "||pay.pay.^",
                           "||example.com$badfilter^",
                           "||([a-z-]{1,})?luck\\.club(^",
                           "/^ads[0-9]+\\./",
                           "$popup,domain=example.com",
                           ".gif$xmlhttprequest,domain=example.com",
                           "example.com##.ad",
                           "||example.com^##.ad",
                           "##.ad",
                           "###ad",
                           "#@#.ad",
                           "example.com#@#.ad",
                           "example.com#$#body { }",
                           "example.com#?#div",
                           "example.com#%#window.x",
                           "example.com$$script"}) {
    EXPECT_EQ(line(rule), "- rule that is not about a whole name") << rule;
  }
}

TEST(AdblockLine, WhatStandsInANamesPlaceHasItsOwnCause) {
  EXPECT_EQ(line("||example.com:8080^"), "- URL that is no page of a named host");
  EXPECT_EQ(line("||198.18.0.1:8080^"), "- address with a port, or a redirection");
  EXPECT_EQ(line("||zip^"), "- single label");
  EXPECT_EQ(line("||^"), "- not a domain name");
  EXPECT_EQ(line("||a..b.example^"), "- not a domain name");
  EXPECT_EQ(line("||" + std::string(5000, 'a') + "^"), "- line over 4,096 octets");
}

TEST(AdblockLine, OnlyTheWholeRuleIsAName) {
  const std::string rule = "||example.com^$important";
  const std::string name = rule.substr(0, rule.find('^') + 1);
  for (std::size_t size = 1; size < rule.size(); ++size) {
    const std::string cut = rule.substr(0, size);
    EXPECT_EQ(line(cut) == "example.com subtree", cut == name) << cut;
  }
}

TEST(AdblockLine, AnyOctetInAnyPlaceIsOneItemAtMost) {
  std::vector<LineItem> items;
  for (std::size_t at = 0; at < 24; ++at) {
    for (int octet = 0; octet < 256; ++octet) {
      std::string rule = "||example.com^$important";
      rule[at] = static_cast<char>(octet);
      parse_line(ListFormat::Adblock, rule, items);
      ASSERT_LE(items.size(), 1U) << rule;
    }
  }
}

}  // namespace
}  // namespace luytre::categories
