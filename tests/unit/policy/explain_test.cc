// SPDX-License-Identifier: Apache-2.0
#include "policy/explain.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "fixture.h"

namespace luytre::policy {
namespace {

using test::allowed;
using test::band;
using test::denied;
using test::domain;
using test::set_of;
using test::taxonomy;
using test::vn;

struct Row {
  std::string_view band;
  std::string_view listed;
  std::uint8_t minimum_age;
  std::vector<Override> overrides;
  Profile::Pause pause;
  std::string_view reason;
  std::string_view sentence;
  std::string_view remedy;
};

constexpr auto kRunning = Profile::Pause::Running;
constexpr auto kPaused = Profile::Pause::Paused;

TEST(Explain, EveryTierHasASentenceAndARemedy) {
  const std::vector<Row> rows = {
      {"b1",
       "csam",
       0,
       {},
       kRunning,
       "csam",
       "a.test is blocked: csam is blocked for everyone.",
       "Only the authority that listed it can lift it, after an appeal."},
      {"b1",
       "emergency",
       0,
       {},
       kPaused,
       "emergency",
       "a.test is open: emergency is never blocked, not even by the household.",
       ""},
      {"b1",
       "",
       0,
       {denied("a.test")},
       kRunning,
       "owner_deny",
       "a.test is blocked: the line's owner blocked it.",
       "The line's owner can take it off the names blocked there."},
      {"b1",
       "porn",
       0,
       {allowed("a.test")},
       kRunning,
       "owner_allow",
       "a.test is open: the line's owner allowed it.",
       ""},
      {"b1",
       "health",
       0,
       {},
       kRunning,
       "health",
       "a.test is open: health is never blocked by a list or by a pause.",
       ""},
      {"off",
       "phishing_scam",
       0,
       {},
       kRunning,
       "phishing_scam",
       "a.test is blocked: it is listed as phishing scam.",
       "The line's owner can allow it after confirming the warning."},
      {"b2",
       "vpn",
       0,
       {},
       kRunning,
       "vpn",
       "a.test is blocked: vpn would lead around the filter, for ages 13–15.",
       "The line's owner can allow it."},
      {"b1",
       "news",
       0,
       {},
       kPaused,
       "pause",
       "a.test is blocked: the line is paused.",
       "It opens when the pause ends; the line's owner can end it now."},
      {"b1",
       "gambling",
       0,
       {},
       kRunning,
       "gambling",
       "a.test is blocked: gambling is blocked for ages 7–12.",
       "The line's owner can allow it."},
      {"b2",
       "game_12",
       16,
       {},
       kRunning,
       "game_12",
       "a.test is blocked: it is for ages 16 and over, and the line is set to ages 13–15.",
       "The line's owner can allow it."},
      {"b2",
       "social_network",
       0,
       {},
       kRunning,
       "social_network",
       "a.test is open: social network counts towards a time limit for ages 13–15.",
       ""},
      {"b2",
       "video_sharing",
       0,
       {},
       kRunning,
       "video_sharing",
       "a.test is open in its safe mode: video sharing is filtered for ages 13–15.",
       ""},
      {"off",
       "porn",
       0,
       {},
       kRunning,
       "porn",
       "a.test is open: porn is allowed for ages 18 and over.",
       ""},
      {"b0",
       "",
       0,
       {},
       kRunning,
       "band_default",
       "a.test is blocked: no list knows it, and only known names are open for ages 0–6.",
       "The line's owner can allow it."},
      {"b1",
       "",
       0,
       {},
       kRunning,
       "band_default",
       "a.test is open: no list knows it, and unknown names are allowed for ages 7–12.",
       ""},
  };
  for (const Row& row : rows) {
    const Profile profile(vn(), band(row.band), row.overrides, row.pause);
    const categories::NameMatch match{
        .categories = set_of(row.listed), .matched_labels = 0, .minimum_age = row.minimum_age};
    const Explanation explanation = explain(profile, taxonomy(), domain("a.test"), match);
    EXPECT_EQ(explanation.reason, row.reason);
    EXPECT_EQ(explanation.sentence, row.sentence);
    EXPECT_EQ(explanation.remedy, row.remedy);
    EXPECT_EQ(explanation.verdict, verdict(profile, domain("a.test"), match));
    EXPECT_EQ(explanation.reason, reason(explanation.verdict, taxonomy()));
  }
}

TEST(Explain, ANameWithBracesAndEscapesIsOnlyText) {
  const Profile profile(vn(), band("b1"), {}, kRunning);
  const Explanation explanation = explain(profile, taxonomy(), domain("{name}\\000.test"), {});
  EXPECT_TRUE(explanation.sentence.starts_with("{name}\\000.test is open")) << explanation.sentence;
}

}  // namespace
}  // namespace luytre::policy
