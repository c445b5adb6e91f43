// SPDX-License-Identifier: Apache-2.0
#include "v2fly_line.h"

#include <gtest/gtest.h>

#include <string>

#include "line_fixture.h"

namespace luytre::categories {
namespace {

std::string line(std::string_view text) { return testing::parsed(ListFormat::V2fly, text); }

TEST(V2flyLine, NamesReachTheirSubtreeAndFullNamesThemselves) {
  EXPECT_EQ(line("example.com"), "example.com subtree");
  EXPECT_EQ(line("domain:example.com @ads @!cn # why"), "example.com subtree");
  EXPECT_EQ(line("full:Example.com @cn"), "example.com exact");
}

TEST(V2flyLine, PatternsAndOtherFilesAreCounted) {
  for (const char* text :
       {"keyword:bad", "regexp:^a[0-9]+\\.example\\.com$", "include:other @ads"}) {
    EXPECT_EQ(line(text), "- rule that is not about a whole name") << text;
  }
  for (const char* text :
       {"example.com ads", "full:", "domain:", "full: example.com", "other:a.com"}) {
    EXPECT_EQ(line(text), "- not a domain name") << text;
  }
  EXPECT_EQ(line("# comment"), "");
}

}  // namespace
}  // namespace luytre::categories
