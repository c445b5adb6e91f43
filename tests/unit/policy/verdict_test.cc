// SPDX-License-Identifier: Apache-2.0
#include "policy/verdict.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "fixture.h"
#include "policy/profile.h"

namespace luytre::policy {
namespace {

using test::allowed;
using test::band;
using test::category;
using test::confirmed;
using test::denied;
using test::domain;
using test::set_of;
using test::vn;

constexpr auto kRunning = Profile::Pause::Running;
constexpr auto kPaused = Profile::Pause::Paused;

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

Verdict decide(const Row& row) {
  const Profile profile(vn(), band(row.band), row.overrides, row.pause);
  return verdict(profile, domain(row.name),
                 {.categories = set_of(row.listed), .matched_labels = 0, .minimum_age = 0});
}

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.description);
    const Verdict decided = decide(row);
    EXPECT_EQ(to_string(decided.action), to_string(row.action));
    EXPECT_EQ(to_string(decided.tier), to_string(row.tier));
    EXPECT_EQ(decided.category,
              row.category.empty() ? categories::kUncategorised : category(row.category));
  }
}

TEST(Verdict, TiersDecideInTheOrderOfThePolicy) {
  check({
      {"1 mandatory is blocked for a child",
       "b1",
       "a.test",
       "csam",
       {},
       kRunning,
       Action::Block,
       Tier::Mandatory,
       "csam"},
      {"1 mandatory is blocked for an adult with a profile",
       "off",
       "a.test",
       "national_order",
       {},
       kRunning,
       Action::Block,
       Tier::Mandatory,
       "national_order"},
      {"1 mandatory beats never-block 1",
       "b1",
       "a.test",
       "csam emergency",
       {},
       kRunning,
       Action::Block,
       Tier::Mandatory,
       "csam"},
      {"1 mandatory is not lifted by the owner",
       "b1",
       "a.test",
       "csam",
       {confirmed("a.test")},
       kRunning,
       Action::Block,
       Tier::Mandatory,
       "csam"},
      {"2 never-block 1 beats the owner's deny",
       "b1",
       "a.test",
       "helpline_report",
       {denied("a.test")},
       kRunning,
       Action::Allow,
       Tier::NeverBlock1,
       "helpline_report"},
      {"2 never-block 1 beats malware",
       "b1",
       "a.test",
       "malware infrastructure",
       {},
       kRunning,
       Action::Allow,
       Tier::NeverBlock1,
       "infrastructure"},
      {"2 never-block 1 passes a pause",
       "b1",
       "a.test",
       "emergency",
       {},
       kPaused,
       Action::Allow,
       Tier::NeverBlock1,
       "emergency"},
      {"2 never-block 1 passes the walled garden",
       "b0",
       "a.test",
       "infrastructure",
       {},
       kRunning,
       Action::Allow,
       Tier::NeverBlock1,
       "infrastructure"},
      {"3 the owner's deny beats an allowed category",
       "b3",
       "a.test",
       "news",
       {denied("a.test")},
       kRunning,
       Action::Block,
       Tier::OwnerDeny,
       ""},
      {"3 the owner may deny a single name of never-block 2",
       "b1",
       "school.test",
       "education",
       {denied("school.test")},
       kRunning,
       Action::Block,
       Tier::OwnerDeny,
       ""},
      {"3 the owner's deny works on an adult's line",
       "off",
       "a.test",
       "",
       {denied("a.test")},
       kRunning,
       Action::Block,
       Tier::OwnerDeny,
       ""},
      {"4 the owner's allow beats a blocked category",
       "b1",
       "a.test",
       "gambling",
       {allowed("a.test")},
       kRunning,
       Action::Allow,
       Tier::OwnerAllow,
       ""},
      {"4 the owner's allow opens the walled garden",
       "b0",
       "a.test",
       "",
       {allowed("a.test")},
       kRunning,
       Action::Allow,
       Tier::OwnerAllow,
       ""},
      {"4 the owner's allow beats bypass",
       "b1",
       "vpn.test",
       "vpn",
       {allowed("vpn.test")},
       kRunning,
       Action::Allow,
       Tier::OwnerAllow,
       ""},
      {"4 the owner's allow stands above a pause",
       "b1",
       "a.test",
       "news",
       {allowed("a.test")},
       kPaused,
       Action::Allow,
       Tier::OwnerAllow,
       ""},
      {"4 the owner's allow does not lift malware",
       "b1",
       "a.test",
       "malware",
       {allowed("a.test")},
       kRunning,
       Action::Block,
       Tier::Security,
       "malware"},
      {"4 a confirmed allow lifts malware",
       "b1",
       "a.test",
       "malware",
       {confirmed("a.test")},
       kRunning,
       Action::Allow,
       Tier::OwnerAllow,
       ""},
      {"5 never-block 2 passes categories",
       "b0",
       "a.test",
       "health porn",
       {},
       kRunning,
       Action::Allow,
       Tier::NeverBlock2,
       "health"},
      {"5 never-block 2 passes a pause",
       "b1",
       "a.test",
       "education",
       {},
       kPaused,
       Action::Allow,
       Tier::NeverBlock2,
       "education"},
      {"5 never-block 2 beats malware",
       "b1",
       "a.test",
       "education malware",
       {},
       kRunning,
       Action::Allow,
       Tier::NeverBlock2,
       "education"},
      {"6 security beats bypass and category",
       "b1",
       "a.test",
       "vpn porn phishing_scam",
       {},
       kRunning,
       Action::Block,
       Tier::Security,
       "phishing_scam"},
      {"6 security protects adults",
       "off",
       "a.test",
       "malware",
       {},
       kRunning,
       Action::Block,
       Tier::Security,
       "malware"},
      {"6 what the band does not block is no security block",
       "b2",
       "a.test",
       "newly_registered",
       {},
       kRunning,
       Action::Allow,
       Tier::Category,
       "newly_registered"},
      {"7 bypass beats a pause",
       "b1",
       "a.test",
       "vpn",
       {},
       kPaused,
       Action::Block,
       Tier::Bypass,
       "vpn"},
      {"7 bypass is open to adults",
       "off",
       "a.test",
       "vpn",
       {},
       kRunning,
       Action::Allow,
       Tier::Category,
       "vpn"},
      {"8 a pause blocks an allowed category",
       "b3",
       "a.test",
       "news",
       {},
       kPaused,
       Action::Block,
       Tier::Time,
       ""},
      {"8 a pause blocks what no list knows",
       "b3",
       "a.test",
       "",
       {},
       kPaused,
       Action::Block,
       Tier::Time,
       ""},
      {"8 a pause holds on an adult's line",
       "off",
       "a.test",
       "",
       {},
       kPaused,
       Action::Block,
       Tier::Time,
       ""},
      {"9 a category is blocked",
       "b1",
       "a.test",
       "gambling",
       {},
       kRunning,
       Action::Block,
       Tier::Category,
       "gambling"},
      {"9 a category is allowed",
       "b1",
       "a.test",
       "news",
       {},
       kRunning,
       Action::Allow,
       Tier::Category,
       "news"},
      {"10 the walled garden blocks what no list knows",
       "b0",
       "a.test",
       "",
       {},
       kRunning,
       Action::Block,
       Tier::BandDefault,
       ""},
      {"10 other bands allow what no list knows",
       "b1",
       "a.test",
       "",
       {},
       kRunning,
       Action::Allow,
       Tier::BandDefault,
       ""},
      {"10 a list cannot say that a name is not listed",
       "b0",
       "a.test",
       "uncategorised",
       {},
       kRunning,
       Action::Block,
       Tier::BandDefault,
       ""},
      {"10 being not listed does not hide a category",
       "b0",
       "a.test",
       "uncategorised kids",
       {},
       kRunning,
       Action::Allow,
       Tier::Category,
       "kids"},
  });
}

TEST(Verdict, TheStrictestOfANamesCategoriesDecides) {
  check({
      {"block beats limit",
       "b2",
       "a.test",
       "social_network dating",
       {},
       kRunning,
       Action::Block,
       Tier::Category,
       "dating"},
      {"block beats allow in the walled garden",
       "b0",
       "a.test",
       "kids news",
       {},
       kRunning,
       Action::Block,
       Tier::Category,
       "news"},
      {"limit beats a safe mode",
       "b2",
       "a.test",
       "video_sharing social_network",
       {},
       kRunning,
       Action::Limit,
       Tier::Category,
       "social_network"},
      {"limit beats allow",
       "b2",
       "a.test",
       "news social_network",
       {},
       kRunning,
       Action::Limit,
       Tier::Category,
       "social_network"},
      {"strict beats moderate",
       "b2",
       "a.test",
       "video_sharing search_safe",
       {},
       kRunning,
       Action::Safe,
       Tier::Category,
       "search_safe"},
      {"a safe mode beats allow",
       "b2",
       "a.test",
       "news video_sharing",
       {},
       kRunning,
       Action::Safe,
       Tier::Category,
       "video_sharing"},
  });
}

TEST(Verdict, ALimitedNameKeepsTheSafeModeOfItsOtherCategories) {
  const Profile profile(vn(), band("b2"), {}, kRunning);
  const auto safe_mode = [&](std::string_view listed) {
    return verdict(profile, domain("a.test"),
                   {.categories = set_of(listed), .matched_labels = 2, .minimum_age = 0})
        .safe_mode;
  };
  EXPECT_EQ(safe_mode("video_sharing social_network"), SafeMode::Moderate);
  EXPECT_EQ(safe_mode("search_safe social_network"), SafeMode::Strict);
  EXPECT_EQ(safe_mode("social_network"), SafeMode::None);
  EXPECT_EQ(safe_mode("video_sharing"), SafeMode::Moderate);
  EXPECT_EQ(safe_mode("video_sharing dating"), SafeMode::None) << "a block has no mode";
}

TEST(Verdict, AmongTheOwnersWordsTheLongestNameWins) {
  const std::vector<Override> words = {denied("youtube.test"), allowed("kids.youtube.test"),
                                       denied("ads.kids.youtube.test")};
  check({
      {"a deny holds below its name", "b3", "www.youtube.test", "", words, kRunning, Action::Block,
       Tier::OwnerDeny, ""},
      {"a longer allow opens a part of it", "b3", "kids.youtube.test", "", words, kRunning,
       Action::Allow, Tier::OwnerAllow, ""},
      {"below that too", "b3", "www.kids.youtube.test", "", words, kRunning, Action::Allow,
       Tier::OwnerAllow, ""},
      {"a still longer deny closes a part of that", "b3", "x.ads.kids.youtube.test", "", words,
       kRunning, Action::Block, Tier::OwnerDeny, ""},
      {"a name that only ends alike is another name", "b3", "notyoutube.test", "", words, kRunning,
       Action::Allow, Tier::BandDefault, ""},
      {"deny wins between equal names, given last",
       "b3",
       "a.test",
       "",
       {allowed("a.test"), denied("a.test")},
       kRunning,
       Action::Block,
       Tier::OwnerDeny,
       ""},
      {"deny wins between equal names, given first",
       "b3",
       "a.test",
       "",
       {denied("a.test"), allowed("a.test")},
       kRunning,
       Action::Block,
       Tier::OwnerDeny,
       ""},
  });
}

TEST(Verdict, SpecialNamesHoldWhereTheBandBlocksTheirCategoryWhateverListsSay) {
  check({
      {"a canary is blocked without any list",
       "b2",
       "use-application-dns.net",
       "",
       {},
       kRunning,
       Action::Block,
       Tier::Bypass,
       "encrypted_dns"},
      {"and what is below it",
       "b2",
       "x.use-application-dns.net",
       "",
       {},
       kRunning,
       Action::Block,
       Tier::Bypass,
       "encrypted_dns"},
      {"a neighbour is an ordinary name",
       "b2",
       "www.icloud.com",
       "",
       {},
       kRunning,
       Action::Allow,
       Tier::BandDefault,
       ""},
      {"an adult reaches it",
       "off",
       "mask.icloud.com",
       "",
       {},
       kRunning,
       Action::Allow,
       Tier::BandDefault,
       ""},
      {"a list's never-block 1 does not open it",
       "b1",
       "mask.icloud.com",
       "infrastructure",
       {},
       kRunning,
       Action::Block,
       Tier::Bypass,
       "encrypted_dns"},
      {"a list's never-block 2 does not open it",
       "b1",
       "mask.icloud.com",
       "education",
       {},
       kRunning,
       Action::Block,
       Tier::Bypass,
       "encrypted_dns"},
      {"never-block holds beside it",
       "b1",
       "ocsp.icloud.com",
       "infrastructure",
       {},
       kRunning,
       Action::Allow,
       Tier::NeverBlock1,
       "infrastructure"},
      {"never-block holds for it on an adult's line",
       "off",
       "mask.icloud.com",
       "infrastructure",
       {},
       kRunning,
       Action::Allow,
       Tier::NeverBlock1,
       "infrastructure"},
      {"mandatory comes first",
       "b1",
       "doh.test",
       "csam",
       {},
       kRunning,
       Action::Block,
       Tier::Mandatory,
       "csam"},
      {"security comes first",
       "b1",
       "doh.test",
       "malware",
       {},
       kRunning,
       Action::Block,
       Tier::Security,
       "malware"},
      {"the owner's deny comes first",
       "b1",
       "doh.test",
       "",
       {denied("test")},
       kRunning,
       Action::Block,
       Tier::OwnerDeny,
       ""},
      {"the owner's allow for the name lifts it",
       "b1",
       "mask.icloud.com",
       "",
       {allowed("mask.icloud.com")},
       kRunning,
       Action::Allow,
       Tier::OwnerAllow,
       ""},
      {"the owner's allow for the parent does not",
       "b1",
       "mask.icloud.com",
       "",
       {allowed("icloud.com")},
       kRunning,
       Action::Block,
       Tier::Bypass,
       "encrypted_dns"},
      {"that allow holds for the rest of the parent",
       "b0",
       "www.icloud.com",
       "",
       {allowed("icloud.com")},
       kRunning,
       Action::Allow,
       Tier::OwnerAllow,
       ""},
      {"a pause does not change it",
       "b1",
       "mask.icloud.com",
       "",
       {},
       kPaused,
       Action::Block,
       Tier::Bypass,
       "encrypted_dns"},
  });
}

TEST(Verdict, SpecialNamesHaveTheirOwnDnsForm) {
  const Profile child(vn(), band("b1"), {}, kRunning);
  const auto form = [&](std::string_view name, std::string_view listed = "") {
    const Verdict decided = verdict(
        child, domain(name), {.categories = set_of(listed), .matched_labels = 0, .minimum_age = 0});
    EXPECT_TRUE(decided.blocks()) << name;
    return decided.dns_form;
  };
  for (const std::string_view name :
       {"use-application-dns.net", "mask.icloud.com", "mask-h2.icloud.com",
        "mask-canary.icloud.com", "mask-api.icloud.com", "doh.test"}) {
    EXPECT_EQ(form(name), DnsForm::NxDomain) << name;
  }
  EXPECT_EQ(form("_dns.resolver.arpa"), DnsForm::NoData);
  EXPECT_EQ(form("_dns.resolver.arpa", "csam"), DnsForm::NoData);
  EXPECT_EQ(form("casino.test", "gambling"), DnsForm::NxDomain);
}

TEST(Verdict, AMinimumAgeBlocksBandsThatBeginBelowIt) {
  const auto decide_age = [](std::string_view id, std::string_view listed, std::uint8_t age) {
    const Profile profile(vn(), band(id), {}, kRunning);
    return verdict(profile, domain("game.test"),
                   {.categories = set_of(listed), .matched_labels = 2, .minimum_age = age});
  };
  EXPECT_TRUE(decide_age("b1", "game_00", 8).blocks());
  EXPECT_EQ(decide_age("b1", "game_00", 8).tier, Tier::Category);
  EXPECT_EQ(decide_age("b1", "game_00", 8).category, category("game_00"));
  EXPECT_EQ(decide_age("b1", "game_00", 7).action, Action::Limit);
  EXPECT_EQ(decide_age("b2", "", 13).action, Action::Allow);
  EXPECT_TRUE(decide_age("b2", "", 14).blocks()) << "an age without a category";
  EXPECT_EQ(decide_age("b2", "gambling", 18).category, category("gambling"));
  EXPECT_EQ(decide_age("off", "game_18", 21).action, Action::Allow) << "adults decide themselves";
  EXPECT_EQ(decide_age("b0", "health", 18).action, Action::Allow) << "never-block 2 has no age";
}

TEST(Verdict, IsEightBytesAndHasAWordForEverything) {
  static_assert(sizeof(Verdict) <= 8);
  for (const Action action : {Action::Allow, Action::Block, Action::Limit, Action::Safe}) {
    EXPECT_NE(to_string(action), "unknown");
  }
  for (int tier = 1; tier <= 10; ++tier) {
    EXPECT_NE(to_string(static_cast<Tier>(tier)), "unknown");
  }
}

}  // namespace
}  // namespace luytre::policy
