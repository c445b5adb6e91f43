// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "guard_fixture.h"

namespace luytre::categories {
namespace {

class PopularNamesTest : public testing::GuardTest {};

TEST_F(PopularNamesTest, CommentsAndBlankLinesSayNothing) {
  const auto names = PopularNames::parse(
      "# head\n\nfacebook.com\tsocial_network,forum_blog\nnasa.gov\t-", taxonomy_);
  ASSERT_TRUE(names) << names.error().message;
  ASSERT_EQ(names->names().size(), 2U);
  EXPECT_EQ(names->names()[0].expected, set("social_network,forum_blog"));
  EXPECT_TRUE(names->names()[1].expected.empty());
}

TEST_F(PopularNamesTest, AWrongLineIsNamed) {
  for (const char* line : {"nasa.gov", "nasa.gov\t", "nasa.gov\tnonsense", "nasa.gov\tnews,", "\t-",
                           "gov\t-", "a b\t-", "same.example\t-"}) {
    const auto names =
        PopularNames::parse("same.example\t-\n" + std::string(line) + "\n", taxonomy_);
    ASSERT_FALSE(names) << line;
    EXPECT_NE(names.error().message.find("line 2"), std::string::npos) << names.error().message;
  }
}

TEST_F(PopularNamesTest, ARankingAddsWhatIsNotThereYet) {
  auto names = PopularNames::parse("facebook.com\tsocial_network\n", taxonomy_);
  ASSERT_TRUE(names);
  for (const char* ranked : {"com", "facebook.com", "not a name", "vk.com", "vk.com"}) {
    names->add_ranked(ranked);
  }
  ASSERT_EQ(names->names().size(), 2U);
  EXPECT_EQ(names->names()[0].rank, 0U);
  EXPECT_EQ(names->names()[1].name, testing::name("vk.com"));
  EXPECT_EQ(names->names()[1].rank, 4U);
}

TEST_F(PopularNamesTest, TheShippedFileCoversWhatMattersHere) {
  const PopularNames names = testing::shipped_popular_names(taxonomy_);
  std::set<std::string> texts;
  std::size_t vietnamese = 0;
  for (const PopularName& popular : names.names()) {
    texts.insert(popular.name.to_text());
    vietnamese += popular.name.to_text().ends_with(".vn") ? 1 : 0;
  }
  EXPECT_GE(texts.size(), 400U);
  EXPECT_GE(vietnamese, 120U);
  for (const char* expected :
       {"google.com",         "facebook.com",      "wikipedia.org", "zalo.me",
        "vnexpress.net",      "tiki.vn",           "shopee.vn",     "momo.vn",
        "vietcombank.com.vn", "dichvucong.gov.vn", "amazonaws.com", "akamaiedge.net",
        "cloudfront.net",     "fastly.net",        "azureedge.net", "push.apple.com",
        "windowsupdate.com",  "tongdai111.vn",     "hocmai.vn",     "vinmec.com"}) {
    EXPECT_TRUE(texts.contains(expected)) << expected;
  }
}

}  // namespace
}  // namespace luytre::categories
