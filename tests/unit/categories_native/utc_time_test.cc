// SPDX-License-Identifier: Apache-2.0
#include "categories/native/utc_time.h"

#include <gtest/gtest.h>

namespace luytre::categories {
namespace {

TEST(UtcTime, IsReadAndWrittenInOneSpelling) {
  for (const std::string_view text : {"1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z",
                                      "2026-09-01T20:00:00Z", "9999-12-31T23:59:59Z"}) {
    const auto time = parse_utc_time(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(utc_time_text(*time), text);
  }
  EXPECT_EQ(parse_utc_time("2001-09-09T01:46:40Z")->time_since_epoch().count(), 1'000'000'000);
}

TEST(UtcTime, RefusesEverythingElse) {
  for (const std::string_view text :
       {"", "2026-09-01", "2026-09-01T20:00:00", "2026-09-01T20:00:00z", "2026-09-01 20:00:00Z",
        "2026-09-01T20:00:00+00:00", "2026-09-01T20:00:00.0Z", "2026-09-01T24:00:00Z",
        "2026-09-01T23:59:60Z", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "1969-12-31T23:59:59Z", "2026-9-01T20:00:00ZZ", "+026-09-01T20:00:00Z"}) {
    EXPECT_FALSE(parse_utc_time(text)) << text;
  }
  for (const std::string_view text : {"", "2026-00-01", "2026-01-00", "2026-04-31", "20260401"}) {
    EXPECT_FALSE(parse_utc_date(text)) << text;
  }
}

}  // namespace
}  // namespace luytre::categories
