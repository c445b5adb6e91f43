// SPDX-License-Identifier: Apache-2.0
#include "dnsmasq_line.h"

#include <gtest/gtest.h>

#include <string>

#include "line_fixture.h"

namespace luytre::categories {
namespace {

std::string line(std::string_view text) { return testing::parsed(ListFormat::Dnsmasq, text); }

TEST(DnsmasqLine, NamesThatAreRefusedReachTheirSubtree) {
  for (const char* text :
       {"address=/example.com/", "address=/example.com/#", "address=/example.com/0.0.0.0",
        "address=/example.com/::", "address=/example.com/127.0.0.1", "server=/example.com/",
        "local=/example.com/", "  local = /example.com/  ", "address=/EXAMPLE.com/# # a comment",
        "local=/.example.com/\t# a comment"}) {
    EXPECT_EQ(line(text), "example.com subtree") << text;
  }
}

TEST(DnsmasqLine, EveryNameOfALineIsAnItem) {
  EXPECT_EQ(line("address=/a.example/b.example/c.example/#"),
            "a.example subtree; b.example subtree; c.example subtree");
  EXPECT_EQ(line("local=/a.example//lan/"),
            "a.example subtree; - not a domain name; - single label");
  EXPECT_EQ(line("server=/a.example/b.example/192.0.2.53"),
            "- address with a port, or a redirection; - address with a port, or a redirection");
}

TEST(DnsmasqLine, AnotherTargetIsNoListing) {
  for (const char* text :
       {"address=/example.com/192.0.2.1", "address=/example.com/2001:db8::1",
        "server=/example.com/192.0.2.53", "server=/example.com/192.0.2.53#5353",
        "server=/example.com/0.0.0.0", "local=/example.com/192.0.2.53", "address=/example.com/x"}) {
    EXPECT_EQ(line(text), "- address with a port, or a redirection") << text;
  }
}

TEST(DnsmasqLine, AskingTheUsualServersIsAnException) {
  EXPECT_EQ(line("server=/example.com/#"), "not example.com subtree");
  EXPECT_EQ(line("local=/a.example/b.example/#"), "not a.example subtree; not b.example subtree");
}

TEST(DnsmasqLine, PatternsOfNamesAreCounted) {
  for (const char* text :
       {"address=/#/", "address=/#/0.0.0.0", "address=/*.example.com/", "local=/*ads.example/"}) {
    EXPECT_EQ(line(text), "- rule that is not about a whole name") << text;
  }
}

TEST(DnsmasqLine, OtherLinesAreNoNames) {
  for (const char* text :
       {"$0/", "no-resolv", "cache-size=1000", "server=192.0.2.53", "address=/example.com",
        "address=//", "address=/", "address=", "=/example.com/", "Address=/example.com/#",
        "cname=a.example,b.example", "ipset=/example.com/set", "example.com", "/example.com/"}) {
    EXPECT_EQ(line(text), "- not a domain name") << text;
  }
  EXPECT_EQ(line("# address=/example.com/#"), "");
  EXPECT_EQ(line(""), "");
}

TEST(DnsmasqLine, ALineThatIsCutBeforeItsTargetIsNoName) {
  const std::string text = "address=/a.example/b.example/#";
  for (std::size_t size = 1; size < text.size(); ++size) {
    const std::string cut = text.substr(0, size);
    const std::size_t names = cut.ends_with("e/") ? (size < 20 ? 1 : 2) : 0;
    const std::string shown = line(cut);
    if (names != 0) {
      EXPECT_EQ(shown, names == 1 ? "a.example subtree" : "a.example subtree; b.example subtree");
    } else {
      EXPECT_EQ(shown.find("subtree"), std::string::npos) << cut;
    }
  }
}

}  // namespace
}  // namespace luytre::categories
