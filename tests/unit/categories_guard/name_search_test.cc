// SPDX-License-Identifier: Apache-2.0
#include "categories/guard/name_search.h"

#include "guard_fixture.h"

namespace luytre::categories {
namespace {

class NameSearchTest : public testing::GuardTest {
 protected:
  std::string covering(std::string_view asked) {
    candidate_.normalise();
    std::string text;
    NameSearch(candidate_.names).covering(testing::name(asked), [&](const ListedName& listed) {
      text += listed.name.to_text() + " ";
    });
    return text;
  }
  std::string below(std::string_view asked) {
    candidate_.normalise();
    std::string text;
    NameSearch(candidate_.names).below(testing::name(asked), [&](const ListedName& listed) {
      text += listed.name.to_text() + " ";
    });
    return text;
  }
};

TEST_F(NameSearchTest, TheLongestNameComesFirst) {
  for (const char* entry : {"example.com", "=b.example.com", "a.b.example.com", "other.com"}) {
    list(entry, "porn");
  }
  EXPECT_EQ(covering("x.a.b.example.com"), "a.b.example.com example.com ");
  EXPECT_EQ(covering("b.example.com"), "b.example.com example.com ");
  EXPECT_EQ(covering("com"), "");
}

TEST_F(NameSearchTest, EveryStatementOfANameIsVisited) {
  list("example.com", "porn");
  list("=example.com", "gambling");
  list("!example.com", "drugs");
  EXPECT_EQ(covering("example.com"), "example.com example.com example.com ");
  EXPECT_EQ(covering("www.example.com"), "example.com example.com ");
}

TEST_F(NameSearchTest, NamesBelowEndAtALabel) {
  for (const char* entry : {"example.com", "a.example.com", "b.a.example.com", "example.coma",
                            "xexample.com", "example-2.com"}) {
    list(entry, "porn");
  }
  EXPECT_EQ(below("example.com"), "a.example.com b.a.example.com ");
  EXPECT_EQ(below("zzz.example.com"), "");
}

TEST_F(NameSearchTest, AnEmptyListSaysNothing) {
  EXPECT_EQ(covering("example.com"), "");
  EXPECT_EQ(below("example.com"), "");
}

}  // namespace
}  // namespace luytre::categories
