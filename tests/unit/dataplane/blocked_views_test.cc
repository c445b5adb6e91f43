// SPDX-License-Identifier: Apache-2.0
#include "blocked_views.h"

#include <string>

#include "gateway_test.h"

namespace luytre::dataplane::test {
namespace {

using categories::DomainName;

constexpr BlockedViews::Line kLine{.first = 1, .second = 7};
constexpr BlockedViews::Line kOther{.first = 2, .second = 7};

class BlockedViewsTest : public testing::Test {
 protected:
  bool is_new(const BlockedViews::Line& line, std::string_view name) {
    return views_.is_new(line, TestWorld::name(name).wire(), now_);
  }
  // How many of `count` names that nobody asked for before count.
  std::size_t flood(std::size_t count) {
    std::size_t counted = 0;
    for (std::size_t i = 0; i < count; ++i) {
      counted += is_new(kLine, "x" + std::to_string(flooded_++) + ".casino.test") ? 1U : 0U;
    }
    return counted;
  }

  BlockedViews views_;
  BlockedViews::Clock::time_point now_{std::chrono::hours(1)};
  std::size_t flooded_ = 0;
};

TEST_F(BlockedViewsTest, ARepetitionWithinASecondDoesNotCount) {
  EXPECT_TRUE(is_new(kLine, "casino.test"));
  for (int repetition = 0; repetition < 20; ++repetition) {
    EXPECT_FALSE(is_new(kLine, "casino.test"));
    now_ += milliseconds(49);
  }
}

TEST_F(BlockedViewsTest, OtherLinesAndOtherNamesCountForThemselves) {
  EXPECT_TRUE(is_new(kLine, "casino.test"));
  EXPECT_TRUE(is_new(kOther, "casino.test"));
  EXPECT_TRUE(is_new(kLine, "www.casino.test"));
  EXPECT_TRUE(is_new({.first = 1, .second = 8}, "casino.test"));
  EXPECT_FALSE(is_new(kLine, "casino.test"));
}

TEST_F(BlockedViewsTest, ItCountsAgainASecondAfterItCountedHoweverOftenItWasRepeated) {
  int counted = 0;
  for (int tenth = 0; tenth < 100; ++tenth) {
    counted += is_new(kLine, "casino.test") ? 1 : 0;
    now_ += milliseconds(100);
  }
  EXPECT_EQ(counted, 10);
}

TEST_F(BlockedViewsTest, NamesOfEveryLengthAreToldApart) {
  std::string name = "t";
  for (int octets = 1; octets < 250; ++octets) {
    EXPECT_TRUE(is_new(kLine, name)) << octets;
    EXPECT_FALSE(is_new(kLine, name)) << octets;
    if (octets % 40 == 39) {
      name.append(".");
      name.append("t");
      ++octets;
    } else {
      name.append("t");
    }
  }
}

TEST_F(BlockedViewsTest, NamesThatDifferInOneOctetAreToldApart) {
  const std::string base(60, 'a');
  for (std::size_t at = 0; at < base.size(); ++at) {
    std::string name = base;
    name[at] = 'b';
    EXPECT_TRUE(is_new(kLine, name)) << at;
  }
}

TEST_F(BlockedViewsTest, AFloodOfNamesCountsEach) {
  // One in ten thousand runs meets two equal hashes among so many; two such pairs are beyond chance.
  EXPECT_GE(flood(100'000), 99'999U);
  EXPECT_TRUE(is_new(kLine, "casino.test"));
  EXPECT_FALSE(is_new(kLine, "casino.test"));
}

TEST_F(BlockedViewsTest, TheOldestOfASetGivesWay) {
  EXPECT_TRUE(is_new(kLine, "casino.test"));
  now_ += milliseconds(100);
  // A table that is a quarter full leaves nearly everybody in place, and this one most probably.
  flood(64);
  EXPECT_FALSE(is_new(kLine, "casino.test"));
  now_ += milliseconds(1);
  flood(100'000);
  EXPECT_TRUE(is_new(kLine, "casino.test"));
}

TEST_F(BlockedViewsTest, TheKeyIsReplacedEveryMinuteAndEverythingForgotten) {
  views_.expire(now_);
  EXPECT_TRUE(is_new(kLine, "casino.test"));
  now_ += milliseconds(59'999);
  views_.expire(now_);
  EXPECT_TRUE(is_new(kLine, "porn.test"));
  views_.expire(now_);
  EXPECT_FALSE(is_new(kLine, "porn.test"));
  now_ += milliseconds(1);
  views_.expire(now_);
  EXPECT_TRUE(is_new(kLine, "porn.test"));
}

}  // namespace
}  // namespace luytre::dataplane::test
