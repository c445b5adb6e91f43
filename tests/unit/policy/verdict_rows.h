// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tables of verdicts: one row a question, in the preset for Viet Nam.

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "fixture.h"
#include "policy/profile.h"
#include "policy/verdict.h"

namespace luytre::policy::test {

inline constexpr auto kRunning = Profile::Pause::Running;
inline constexpr auto kPaused = Profile::Pause::Paused;

struct Row {
  std::string_view description;
  std::string_view band;
  std::string_view name;
  std::string_view listed;
  std::vector<Override> overrides;
  Profile::Pause pause;
  Action action;
  Tier tier;
  std::string_view category;  // empty: no category decided
};

inline Verdict decide(const Row& row) {
  const Profile profile(test::vn(), test::band(row.band), row.overrides, row.pause);
  return verdict(profile, domain(row.name),
                 {.categories = set_of(row.listed), .matched_labels = 0, .minimum_age = 0});
}

inline void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.description);
    const Verdict decided = decide(row);
    EXPECT_EQ(to_string(decided.action), to_string(row.action));
    EXPECT_EQ(to_string(decided.tier), to_string(row.tier));
    EXPECT_EQ(decided.category,
              row.category.empty() ? categories::kUncategorised : category(row.category));
  }
}

}  // namespace luytre::policy::test
