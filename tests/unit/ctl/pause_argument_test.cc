// SPDX-License-Identifier: Apache-2.0
#include "pause_argument.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <string>

namespace luytre::ctl {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds kNow{seconds(1'788'264'000)};  // 2026-09-01T12:00:00Z

TEST(PauseArgument, DurationsCountFromNow) {
  EXPECT_EQ(*parse_pause("30m", kNow), kNow + std::chrono::minutes(30));
  EXPECT_EQ(*parse_pause("2h", kNow), kNow + std::chrono::hours(2));
  EXPECT_EQ(*parse_pause("1d", kNow), kNow + std::chrono::days(1));
}

TEST(PauseArgument, TimesWithZAreUtc) {
  EXPECT_EQ(*parse_pause("2026-09-01T20:00Z", kNow), kNow + std::chrono::hours(8));
  EXPECT_EQ(*parse_pause("2026-09-01T20:00:30Z", kNow), kNow + std::chrono::hours(8) + seconds(30));
}

TEST(PauseArgument, TimesWithoutZoneAreLocal) {
  ASSERT_EQ(::setenv("TZ", "UTC-7", 1), 0);  // POSIX sign: seven hours east of Greenwich
  ::tzset();
  EXPECT_EQ(*parse_pause("2026-09-01T20:00", kNow), kNow + std::chrono::hours(1));
  ::unsetenv("TZ");
  ::tzset();
}

TEST(PauseArgument, APauseEndsInTheFutureAndWithinAMonth) {
  for (const char* text : {"0m", "2026-09-01T11:59Z", "32d", "745h", "2027-09-01T20:00Z"}) {
    EXPECT_FALSE(parse_pause(text, kNow)) << text;
  }
  EXPECT_TRUE(parse_pause("31d", kNow));
}

TEST(PauseArgument, AnythingElseIsRefusedWithAnExample) {
  for (const char* text : {"", "m", "30", "-5m", "30 m", "30s", "1.5h", "forever", "2026-09-01",
                           "2026-09-01T20:00+07:00", "99999999999m"}) {
    const auto refused = parse_pause(text, kNow);
    ASSERT_FALSE(refused) << text;
    EXPECT_NE(refused.error().message.find("30m"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace luytre::ctl
