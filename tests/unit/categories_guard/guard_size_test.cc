// SPDX-License-Identifier: Apache-2.0
#include "guard_fixture.h"

namespace luytre::categories {
namespace {

class GuardSize : public testing::GuardTest {};

TEST_F(GuardSize, AnEmptyListIsHeldWhateverWasBefore) {
  EXPECT_EQ(show(check()), "empty:hold");
  in_force_.entries = 3;
  const GuardReport report = check();
  EXPECT_EQ(show(report), "empty:hold");
  EXPECT_EQ(report.findings[0].sentence, "The list has no entry; the version in force has 3.");
}

TEST_F(GuardSize, ANewListOfAnySizeIsFine) {
  list_many(1, "porn");
  EXPECT_EQ(show(check()), "");
}

TEST_F(GuardSize, HalfOfTheEntriesIsFineAndOneLessIsNot) {
  in_force_.entries = 200;
  list_many(100, "porn");
  EXPECT_EQ(show(check()), "");
  in_force_.entries = 201;
  EXPECT_EQ(show(check()), "shrink:hold");
}

TEST_F(GuardSize, ASmallListMayShrink) {
  in_force_.entries = 99;
  list_many(1, "porn");
  EXPECT_EQ(show(check()), "");
  in_force_.entries = 100;
  const GuardReport report = check();
  EXPECT_EQ(report.findings.at(0).sentence,
            "The list has 1 entry where the version in force has 100: under 50 %.");
}

TEST_F(GuardSize, GrowthNeedsBothTheShareAndTheNumber) {
  in_force_.entries = 5'000;
  list_many(15'000, "porn");  // three times as many, and 10,000 more
  EXPECT_EQ(show(check()), "");
  list("one-more.example", "porn");
  EXPECT_EQ(show(check()), "growth:hold");
  in_force_.entries = 5'001;
  EXPECT_EQ(show(check()), "");
  in_force_.entries = 99;
  EXPECT_EQ(show(check()), "");
}

TEST_F(GuardSize, TheLimitsAreData) {
  limits_.shrink_percent = 90;
  in_force_.entries = 1'000;
  list_many(899, "porn");
  EXPECT_EQ(show(check()), "shrink:hold");
}

TEST_F(GuardSize, PathsAndPrefixesCountAsEntries) {
  in_force_.entries = 100;
  list_many(48, "porn");
  list_prefix("192.0.2.0/24", "porn");
  candidate_.paths.push_back(
      {.path = *HostPath::from_text("example.com/bad"), .categories = set("porn")});
  EXPECT_EQ(show(check()), "");
}

}  // namespace
}  // namespace luytre::categories
