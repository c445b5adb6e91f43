// SPDX-License-Identifier: Apache-2.0
#include "unbound_line.h"

#include <gtest/gtest.h>

#include <string>

#include "line_fixture.h"

namespace luytre::categories {
namespace {

std::string line(std::string_view text) { return testing::parsed(ListFormat::Unbound, text); }

TEST(UnboundLine, AZoneThatRefusesReachesItsSubtree) {
  for (const char* text :
       {"local-zone: \"example.com\" always_nxdomain", "local-zone: \"example.com.\" always_null",
        "  local-zone: 'Example.COM' refuse", "local-zone: example.com static",
        "local-zone:\"example.com\" DENY"}) {
    EXPECT_EQ(line(text), "example.com subtree") << text;
  }
}

TEST(UnboundLine, AZoneThatAsksOnIsAnException) {
  EXPECT_EQ(line("local-zone: \"example.com\" transparent"), "not example.com subtree");
  EXPECT_EQ(line("local-zone: \"example.com\" always_transparent"), "not example.com subtree");
}

TEST(UnboundLine, ARecordWithASinkholeListsTheNameAlone) {
  for (const char* text :
       {"local-data: \"example.com A 0.0.0.0\"", "local-data: \"example.com. 3600 IN AAAA ::\"",
        "local-data: 'example.com IN A 127.0.0.1'"}) {
    EXPECT_EQ(line(text), "example.com exact") << text;
  }
  EXPECT_EQ(line("local-data: \"example.com A 192.0.2.1\""),
            "- address with a port, or a redirection");
  EXPECT_EQ(line("local-data: \"example.com TXT x\""), "- rule that is not about a whole name");
}

TEST(UnboundLine, OtherLinesAreCountedOrNone) {
  EXPECT_EQ(line("server:"), "");
  EXPECT_EQ(line("# x"), "");
  EXPECT_EQ(line("local-zone: \"example.com\" redirect"), "- rule that is not about a whole name");
  for (const char* text : {"local-zone:", "local-zone: \"example.com\"",
                           "local-zone: \"example.com", "local-data: \"example.com\"",
                           "local-data: \"example.com A\"", "verbosity: 1", "example.com"}) {
    EXPECT_EQ(line(text), "- not a domain name") << text;
  }
}

}  // namespace
}  // namespace luytre::categories
