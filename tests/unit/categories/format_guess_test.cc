// SPDX-License-Identifier: Apache-2.0
#include "format_guess.h"

#include <gtest/gtest.h>

#include "import_fixture.h"

namespace luytre::categories {
namespace {

TEST(GuessFormat, RecognisesEverySyntax) {
  const Taxonomy taxonomy = testing::shipped_taxonomy();
  const struct {
    std::vector<std::string_view> lines;
    ListFormat format;
  } rows[] = {
      {{"! x", "||a.com^", "||b.com^$important", "c.com##.ad"}, ListFormat::Adblock},
      {{"[Adblock Plus 2.0]", "! x", "##.ad", "/ads/"}, ListFormat::Adblock},
      {{"# x", "address=/a.com/#", "server=/b.com/", "local=/c.com/"}, ListFormat::Dnsmasq},
      {{"$TTL 60", "@ SOA a. b. 1 2 3 4 5", "  NS a.", "; x", "a.com CNAME .", "b.com IN CNAME .",
        "c.com CNAME .", "d.com CNAME ."},
       ListFormat::Rpz},
      {{"# x", "name,categories", "a.com,porn"}, ListFormat::Csv},
      {{"expires,name"}, ListFormat::Csv},
      {{"# x", "server:", "local-zone: \"a.com\" always_null", "local-data: \"b.com A 0.0.0.0\""},
       ListFormat::Unbound},
      {{"a.com", "b.com @ads", "full:c.com"}, ListFormat::V2fly},
      {{"a.com\tporn", "!b.com\t*", "!c.com\tporn\texact"}, ListFormat::Luytre},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(describe(guess_format(row.lines, taxonomy)), describe(row.format));
  }
}

TEST(GuessFormat, TakesNothingElseForOne) {
  const Taxonomy taxonomy = testing::shipped_taxonomy();
  const std::vector<std::vector<std::string_view>> lists = {
      {"a.com", "b.com", "||c.com^"},     {"name", "a.com"},
      {"a.com,b.com", "name,categories"}, {"$0/", "$0/"},
      {"server=192.0.2.1", "no-resolv"},  {"CNAME .", "a.com CNAME"},
  };
  for (const auto& lines : lists) {
    EXPECT_EQ(describe(guess_format(lines, taxonomy)), "names") << lines.front();
  }
}

}  // namespace
}  // namespace luytre::categories
