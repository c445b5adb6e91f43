// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <string_view>

#include "fixture.h"
#include "policy/profile.h"
#include "policy/verdict.h"

namespace luytre::policy {
namespace {

using test::band;
using test::domain;
using test::taxonomy;
using test::vn;

// The table of the policy by bit, written down a second time: one character for each of b0, b1, b2,
// b3 and off. A allow, B block, T limit, 1 and 2 strict and moderate safe mode, M mandatory, N
// never-block 1, n never-block 2.
constexpr std::array<std::string_view, 64> kTable = {
    "MMMMM", "MMMMM", "MMMMM", "BBBBB", "BBBBB", "BBBBB", "BBBBB", "BBAAA",  // csam …
    "BBAAA", "BBBBA", "BBBBA", "BBBBA", "BBBAA", "BBBBA", "BBBBA", "BBBBA",  // dynamic_parked …
    "BBBBA", "BBBBA", "BBBBA", "BBBBA", "BBBBA", "BBBBA", "BBBBA", "BBAAA",  // gambling …
    "BBBAA", "BBBBA", "AAAAA", "BAAAA", "BBBBA", "BBBBA", "BBTAA", "BBTTA",  // hacking_tools …
    "B122A", "BTAAA", "BTAAA", "BBAAA", "BAAAA", "BBAAA", "B111A", "BBBBA",  // video_sharing …
    "BBTAA", "BBAAA", "BBAAA", "TTTTA", "BBTTA", "BBBTA", "BBBBA", "BBTTA",  // generative_ai …
    "BBAAA", "BBBAA", "BBBBA", "BAAAA", "BAAAA", "BAAAA", "AAAAA", "nnnnn",  // shopping …
    "nnnnn", "nnnnn", "nnnnn", "nnnnn", "NNNNN", "NNNNN", "NNNNN", "BAAAA",  // government …
};

char letter_of(const Verdict& verdict) {
  if (verdict.tier == Tier::Mandatory) {
    return verdict.blocks() ? 'M' : '?';
  }
  if (verdict.tier == Tier::NeverBlock1 || verdict.tier == Tier::NeverBlock2) {
    return verdict.action != Action::Allow ? '?' : verdict.tier == Tier::NeverBlock1 ? 'N' : 'n';
  }
  switch (verdict.action) {
    case Action::Allow:
      return 'A';
    case Action::Block:
      return 'B';
    case Action::Limit:
      return 'T';
    case Action::Safe:
      return verdict.safe_mode == SafeMode::Strict ? '1' : '2';
  }
  return '?';
}

TEST(PresetVn, EveryCategoryInEveryBandIsWhatThePolicySays) {
  constexpr std::array<std::string_view, 5> kBands = {"b0", "b1", "b2", "b3", "off"};
  ASSERT_EQ(vn().bands.size(), kBands.size());
  ASSERT_EQ(taxonomy().categories().size(), kTable.size());
  for (std::size_t column = 0; column < kBands.size(); ++column) {
    const Profile profile(vn(), band(kBands[column]), {}, Profile::Pause::Running);
    for (const categories::Category& category : taxonomy().categories()) {
      const auto bit = static_cast<std::size_t>(category.id);
      const Verdict decided = verdict(profile, domain("example.test"),
                                      {.categories = categories::CategorySet::of(category.id),
                                       .matched_labels = 2,
                                       .minimum_age = 0});
      EXPECT_EQ(letter_of(decided), kTable[bit][column])
          << category.name << " in band " << kBands[column];
      EXPECT_EQ(decided.category, category.id) << category.name;
    }
  }
}

TEST(PresetVn, BandsCoverTheAgesOfThePolicy) {
  struct Row {
    std::string_view id;
    int from;
    int to;
  };
  constexpr Row kRows[] = {
      {"b0", 0, 6}, {"b1", 7, 12}, {"b2", 13, 15}, {"b3", 16, 17}, {"off", 18, 255}};
  for (const Row& row : kRows) {
    EXPECT_EQ(band(row.id).age_from, row.from) << row.id;
    EXPECT_EQ(band(row.id).age_to, row.to) << row.id;
  }
}

}  // namespace
}  // namespace luytre::policy
