// SPDX-License-Identifier: Apache-2.0
// Sites that a child may need and that popular lists put into the wrong category. The lists really
// say so; the starter list's never-block tiers stand above it.

#include <gtest/gtest.h>

#include <array>

#include "shared_lists_fixture.h"

namespace luytre::categories {
namespace {

struct Listed {
  const char* name;
  const char* list;  // that names it wrongly, and what that list is about
  const char* category;
};

constexpr std::array<Listed, 14> kWronglyListed{
    {{"internetmatters.org", "ut1.games", "game_unrated"},  // safety online
     {"terc.edu", "ut1.games", "game_unrated"},             // science teaching
     {"windpoweringamerica.gov", "ut1.games", "game_unrated"},
     {"digipen.edu", "ut1.games", "game_unrated"},   // a college
     {"plk8p.edu.hk", "ut1.games", "game_unrated"},  // a school
     {"academia.edu", "ut1.social_networks", "social_network"},
     {"goaskalice.columbia.edu", "blp.drugs", "drugs"},  // a university's answers about health
     {"cesar.umd.edu", "blp.drugs", "drugs"},            // research about drugs
     {"prohibition.history.ohio-state.edu", "blp.drugs", "drugs"},  // a course in history
     {"choosemyplate.gov", "4skin.adult", "porn"},                  // nutrition
     {"asha.edu.ph", "4skin.adult", "porn"},
     {"cmicapui.ce.gov.br", "4skin.adult", "porn"},
     {"mail.tsinghua.edu.cn", "4skin.adult", "porn"},
     {"xxx.lanl.gov", "sinfonietta.adult", "porn"}}};  // physics papers

class FalsePositives : public testing::SharedListsTest {
 protected:
  ParsedList starter_ = import(
      std::filesystem::path(LUYTRE_SOURCE_DIR) / "deploy/lists/starter.txt", ImportOptions());
  CategorySet never_block_ =
      taxonomy_.tier(CategoryTier::NeverBlock1) | taxonomy_.tier(CategoryTier::NeverBlock2);
};

TEST_F(FalsePositives, AreReallyInTheLists) {
  std::string last;
  ParsedList list;
  for (const Listed& row : kWronglyListed) {
    if (row.list != last) {
      last = row.list;
      list = import(lists_ / "categories" / (last + ".domains.zst"), as(row.category));
    }
    const auto listed = find(list.content, row.name);
    ASSERT_TRUE(listed) << row.name;
    EXPECT_EQ(listed->categories, set(row.category)) << row.name;
  }
}

TEST_F(FalsePositives, AreNeverBlockedByWhatTheStarterListSays) {
  for (const Listed& row : kWronglyListed) {
    const auto listed = find(starter_.content, row.name);
    ASSERT_TRUE(listed) << row.name;
    EXPECT_TRUE(!listed->categories.empty() && (listed->categories - never_block_).empty())
        << row.name;
    EXPECT_EQ(listed->reach, Reach::Subtree) << row.name;
  }
}

}  // namespace
}  // namespace luytre::categories
