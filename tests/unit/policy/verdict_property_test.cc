// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fixture.h"
#include "policy/profile.h"
#include "policy/verdict.h"

namespace luytre::policy {
namespace {

using categories::CategorySet;
using categories::NameMatch;
using test::denied;
using test::domain;

constexpr int kRounds = 20000;

// One to four random categories, sometimes with an age.
NameMatch random_match(std::mt19937& random) {
  NameMatch match;
  for (std::size_t count = random() % 5; count > 0; --count) {
    match.categories |= CategorySet(std::uint64_t{1} << (random() % 64));
  }
  match.minimum_age =
      random() % 4 == 0 ? static_cast<std::uint8_t>(random() % 22) : std::uint8_t{0};
  return match;
}

// The larger, the more is allowed.
int freedom(const Verdict& verdict) {
  switch (verdict.action) {
    case Action::Block:
      return 0;
    case Action::Limit:
      return 1;
    case Action::Safe:
      return verdict.safe_mode == SafeMode::Strict ? 2 : 3;
    case Action::Allow:
      return 4;
  }
  return 5;
}

class EveryPreset : public testing::TestWithParam<const char*> {
 protected:
  const Preset& preset() const {
    return GetParam() == std::string_view("vn") ? test::vn() : test::generic();
  }
};
INSTANTIATE_TEST_SUITE_P(Shipped, EveryPreset, testing::Values("vn", "generic"),
                         [](const auto& each) { return std::string(each.param); });

TEST_P(EveryPreset, AYoungerBandNeverAllowsMore) {
  const unsigned seed = 20260817;
  std::mt19937 random(seed);
  std::vector<Profile> profiles;
  for (const Band& band : preset().bands) {
    profiles.emplace_back(preset(), band, std::vector<Override>{}, Profile::Pause::Running);
  }
  const categories::DomainName names[] = {domain("a.test"), domain("mask.icloud.com")};
  for (int round = 0; round < kRounds; ++round) {
    const NameMatch match = random_match(random);
    const auto& name = names[random() % 2];
    for (std::size_t i = 1; i < profiles.size(); ++i) {
      ASSERT_LE(freedom(verdict(profiles[i - 1], name, match)),
                freedom(verdict(profiles[i], name, match)))
          << "seed " << seed << " round " << round << ": " << preset().bands[i - 1].id
          << " allows more than " << preset().bands[i].id << " for "
          << test::taxonomy().describe(match.categories) << " from age " << int{match.minimum_age};
    }
  }
}

TEST_P(EveryPreset, NeverBlock1PassesEveryBandEveryPauseAndEveryDeny) {
  std::mt19937 random(3);
  const std::vector<Override> deny = {denied("a.test")};
  for (const Band& band : preset().bands) {
    for (const auto pause : {Profile::Pause::Running, Profile::Pause::Paused}) {
      for (const auto& overrides : {std::vector<Override>{}, deny}) {
        const Profile profile(preset(), band, overrides, pause);
        for (int round = 0; round < 2000; ++round) {
          NameMatch match = random_match(random);
          match.categories = match.categories - preset().mandatory;
          match.categories |= CategorySet(std::uint64_t{1} << (60 + random() % 3));
          const Verdict decided = verdict(profile, domain("a.test"), match);
          ASSERT_EQ(decided.tier, Tier::NeverBlock1) << band.id;
          ASSERT_EQ(decided.action, Action::Allow) << band.id;
        }
      }
    }
  }
}

TEST_P(EveryPreset, MandatoryIsBlockedInEveryBandWhateverTheOwnerAllows) {
  std::mt19937 random(4);
  for (const Band& band : preset().bands) {
    const Profile profile(preset(), band, std::vector<Override>{test::confirmed("a.test")},
                          Profile::Pause::Running);
    for (int round = 0; round < 2000; ++round) {
      NameMatch match = random_match(random);
      match.categories |= CategorySet(std::uint64_t{1} << (random() % 3));
      const Verdict decided = verdict(profile, domain("a.test"), match);
      ASSERT_EQ(decided.tier, Tier::Mandatory) << band.id;
      ASSERT_TRUE(decided.blocks()) << band.id;
    }
  }
}

TEST_P(EveryPreset, APauseNeverAllowsMore) {
  std::mt19937 random(5);
  for (const Band& band : preset().bands) {
    const Profile running(preset(), band, std::vector<Override>{}, Profile::Pause::Running);
    const Profile paused(preset(), band, std::vector<Override>{}, Profile::Pause::Paused);
    for (int round = 0; round < kRounds / 4; ++round) {
      const NameMatch match = random_match(random);
      ASSERT_LE(freedom(verdict(paused, domain("a.test"), match)),
                freedom(verdict(running, domain("a.test"), match)));
    }
  }
}

}  // namespace
}  // namespace luytre::policy
