// SPDX-License-Identifier: Apache-2.0
#include "mirror_schedule.h"

#include <gtest/gtest.h>

#include <set>

namespace luytre::categories {
namespace {

using namespace std::chrono_literals;
using TimePoint = MirrorSchedule::TimePoint;

const TimePoint kStart = TimePoint(1'000'000s);

TEST(MirrorScheduleTest, PollsVaryByAFifthAroundTheInterval) {
  std::set<TimePoint> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    MirrorSchedule schedule({.mirrors = 1, .interval = 100s}, kStart, seed);
    EXPECT_EQ(schedule.next(), kStart);
    schedule.succeeded(0, kStart);
    EXPECT_GE(schedule.next(), kStart + 80s);
    EXPECT_LE(schedule.next(), kStart + 120s);
    seen.insert(schedule.next());
  }
  EXPECT_GT(seen.size(), 150U);
}

TEST(MirrorScheduleTest, AMirrorRestsLongerWithEachFailureUpToAnHour) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    MirrorSchedule schedule({.mirrors = 1, .interval = 100s}, kStart, seed);
    std::chrono::milliseconds bound = 100s;
    for (int failures = 0; failures < 40; ++failures) {
      schedule.failed(0, kStart);
      schedule.finished(kStart);
      EXPECT_GE(schedule.next(), kStart + 10s) << seed;
      EXPECT_LE(schedule.next(), kStart + bound) << seed;
      EXPECT_TRUE(schedule.ready(kStart).empty());
      bound = std::min<std::chrono::milliseconds>(2 * bound, MirrorSchedule::kLongestRest);
    }
    schedule.now(kStart);
    EXPECT_EQ(schedule.next(), kStart);
    EXPECT_EQ(schedule.ready(kStart).size(), 1U);
  }
}

TEST(MirrorScheduleTest, AnUrgentListIsNeverAskedForLaterThanItsInterval) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    MirrorSchedule schedule({.mirrors = 1, .interval = 100s, .urgent = true}, kStart, seed);
    for (int failures = 0; failures < 20; ++failures) {
      schedule.failed(0, kStart);
      schedule.finished(kStart);
      EXPECT_LE(schedule.next(), kStart + 100s);
    }
  }
}

TEST(MirrorScheduleTest, TheOneThatAnsweredComesFirstAndTheOthersInTurn) {
  MirrorSchedule schedule({.mirrors = 3, .interval = 100s}, kStart, 1);
  EXPECT_EQ(schedule.ready(kStart), (std::vector<std::size_t>{0, 1, 2}));
  schedule.failed(0, kStart);
  schedule.succeeded(1, kStart);
  EXPECT_EQ(schedule.ready(kStart), (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(schedule.ready(kStart + 100s), (std::vector<std::size_t>{1, 2, 0}));
}

}  // namespace
}  // namespace luytre::categories
