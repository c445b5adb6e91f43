// SPDX-License-Identifier: Apache-2.0
// The list that a new installation begins with: deploy/lists/starter.txt.

#include <gtest/gtest.h>

#include <array>

#include "import_fixture.h"

namespace luytre::categories {
namespace {

class StarterList : public testing::ImportTest {
 protected:
  ParsedList starter_ = import(
      std::filesystem::path(LUYTRE_SOURCE_DIR) / "deploy/lists/starter.txt", ImportOptions());
};

TEST_F(StarterList, EveryLineIsTakenAsItStands) {
  const ImportReport& report = starter_.report;
  EXPECT_EQ(report.format, ListFormat::Luytre);
  EXPECT_EQ(report.entries, report.lines);  // no duplicates, nothing skipped
  EXPECT_EQ(report.narrowed_to_exact, 0U);  // shared hosts are already exact
  for (const SkipCount& count : report.skipped) {
    EXPECT_EQ(count.lines, 0U) << count.example;
  }
}

TEST_F(StarterList, TheMainCategoriesAreCovered) {
  const struct {
    const char* category;
    std::uint64_t at_least;
  } rows[] = {
      {"porn", 20},          {"gambling", 20},       {"vpn", 15},
      {"encrypted_dns", 10}, {"social_network", 20}, {"messaging", 10},
      {"news", 20},          {"education", 30},      {"government", 15},
      {"health", 10},        {"infrastructure", 40}, {"helpline_report", 15},
      {"video_sharing", 8},  {"generative_ai", 8},   {"game_unrated", 10},
      {"shopping", 10},      {"ads_trackers", 10},   {"dating", 8},
      {"random_chat", 8},    {"search_unsafe", 5},
  };
  for (const auto& row : rows) {
    EXPECT_GE(starter_.report.entries_by_category[row.category], row.at_least) << row.category;
  }
}

TEST_F(StarterList, VietnameseServicesAreThere) {
  std::size_t vietnamese = 0;
  for (std::size_t i = 0; i < starter_.content.names.size(); ++i) {
    vietnamese += starter_.content.names[i].name.to_text().ends_with(".vn") ? 1 : 0;
  }
  EXPECT_GE(vietnamese, 100U);
  EXPECT_EQ(find(starter_.content, "zalo.me")->categories, set("messaging"));
  EXPECT_EQ(find(starter_.content, "vnexpress.net")->categories, set("news"));
}

TEST_F(StarterList, DemonstrationNamesHaveTheirCategories) {
  const std::array<std::pair<const char*, const char*>, 8> rows{
      {{"adult.test", "porn"},
       {"casino.test", "gambling"},
       {"malware.test", "malware"},
       {"news.test", "news"},
       {"helpline.test", "helpline_report"},
       {"health.test", "health"},
       {"social.test", "social_network"},
       {"vpn.test", "vpn"}}};
  for (const auto& [name, category] : rows) {
    const auto listed = find(starter_.content, name);
    ASSERT_TRUE(listed) << name;
    EXPECT_EQ(listed->categories, set(category)) << name;
    EXPECT_EQ(listed->reach, Reach::Subtree) << name;
  }
}

TEST_F(StarterList, NothingIsBothNeverBlockedAndBlocked) {
  const CategorySet never =
      taxonomy_.tier(CategoryTier::NeverBlock1) | taxonomy_.tier(CategoryTier::NeverBlock2);
  for (std::size_t i = 0; i < starter_.content.names.size(); ++i) {
    const ListedName listed = starter_.content.names[i];
    EXPECT_TRUE((listed.categories & never).empty() || (listed.categories - never).empty())
        << listed.name.to_text();
  }
}

TEST_F(StarterList, HelplinesAreInTheTopTier) {
  for (const char* name :
       {"tongdai111.vn", "vn-cop.vn", "childhelplineinternational.org", "iwf.org.uk"}) {
    const auto listed = find(starter_.content, name);
    ASSERT_TRUE(listed) << name;
    EXPECT_EQ(listed->categories, set("helpline_report")) << name;
  }
}

}  // namespace
}  // namespace luytre::categories
