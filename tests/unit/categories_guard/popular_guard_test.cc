// SPDX-License-Identifier: Apache-2.0
#include "guard_fixture.h"

namespace luytre::categories {
namespace {

class PopularGuard : public testing::GuardTest {
 protected:
  void SetUp() override {
    popular(
        "google.com\tsearch_safe\n"
        "facebook.com\tsocial_network\n"
        "pornhub.com\tporn\n"
        "nasa.gov\t-\n"
        "blogspot.com\tforum_blog\n"
        "vietcombank.com.vn\tfinance_crypto\n");
  }
  std::string alone(std::string_view entry, std::string_view categories,
                    std::uint8_t minimum_age = 0) {
    candidate_ = {};
    list(entry, categories, minimum_age);
    return show(check());
  }
};

TEST_F(PopularGuard, AListThatSaysWhatASiteIsDoesNotTrip) {
  EXPECT_EQ(alone("facebook.com", "social_network"), "");
  EXPECT_EQ(alone("pornhub.com", "porn"), "");
}

TEST_F(PopularGuard, AListThatSaysSomethingElseIsHeld) {
  EXPECT_EQ(alone("facebook.com", "porn"), "popular:hold 1");
  EXPECT_EQ(alone("nasa.gov", "piracy"), "popular:hold 1");
  const GuardReport report = check();
  EXPECT_EQ(report.findings.at(0).sentence,
            "1 popular name would newly be blocked, such as nasa.gov (piracy).");
}

TEST_F(PopularGuard, AParentThatCoversAPopularNameIsAHit) {
  EXPECT_EQ(alone("gov", "kids"), "");
  EXPECT_EQ(alone("com.vn", "porn"), "public_suffix:hold 1, popular:hold 1");
  EXPECT_EQ(alone("=gov", "porn"), "");
}

TEST_F(PopularGuard, ANameBelowAPopularOneIsNoHitButItsWwwTwinIs) {
  EXPECT_EQ(alone("evil.blogspot.com", "porn"), "");
  EXPECT_EQ(alone("wwww.google.com", "porn"), "");
  EXPECT_EQ(alone("=www.google.com", "porn"), "popular:hold 1");
}

TEST_F(PopularGuard, AMinimumAgeClosesANameToo) {
  EXPECT_EQ(alone("nasa.gov", "kids", 18), "popular:hold 1");
}

TEST_F(PopularGuard, WhatAListInForceSaysIsNotNew) {
  listed_["facebook.com"] = set("porn");
  EXPECT_EQ(alone("facebook.com", "porn"), "");
  EXPECT_EQ(alone("facebook.com", "gambling"), "popular:hold 1");
}

TEST_F(PopularGuard, AnotherReasonForWhatIsBlockedAlreadyIsNoHarm) {
  kept_from_ = [this](CategorySet categories, std::uint8_t) -> std::uint64_t {
    return (categories & set("porn,gambling")).empty() ? 0 : 1;
  };
  EXPECT_EQ(alone("pornhub.com", "gambling"), "popular:hold 1") << "a list that is mislabelled";
  listed_["pornhub.com"] = set("porn");
  EXPECT_EQ(alone("pornhub.com", "gambling"), "");
}

TEST_F(PopularGuard, SecurityAndBypassAreExpectedAsAWhole) {
  popular("nordvpn.com\tvpn\n");
  EXPECT_EQ(alone("nordvpn.com", "proxy_anonymizer"), "");
  EXPECT_EQ(alone("nordvpn.com", "malware"), "popular:hold 1");
}

TEST_F(PopularGuard, ACategoryThatNobodyIsKeptFromIsNoHarm) {
  kept_from_ = [this](CategorySet categories, std::uint8_t) -> std::uint64_t {
    return categories.contains(set("porn").first()) ? 1 : 0;
  };
  EXPECT_EQ(alone("google.com", "gambling"), "");
}

TEST_F(PopularGuard, ANameThatNeverBlockDataInForceProtectsStaysOpen) {
  listed_["nasa.gov"] = set("government");
  EXPECT_EQ(alone("nasa.gov", "piracy"), "");
  EXPECT_EQ(alone("nasa.gov", "national_order"), "popular:hold 1");
}

TEST_F(PopularGuard, ASiteForAdultsIsNotOpenedByAListOfSchools) {
  EXPECT_EQ(alone("pornhub.com", "education"), "opens:hold 1");
  EXPECT_EQ(alone("nasa.gov", "education"), "");
}

TEST_F(PopularGuard, AnExceptionForWhatIsBlockedIsHeld) {
  EXPECT_EQ(alone("!pornhub.com", "porn"), "") << "nothing is in force that it could open";
  listed_["pornhub.com"] = set("porn");
  EXPECT_EQ(alone("!pornhub.com", "porn"), "opens:hold 1");
  EXPECT_EQ(alone("!pornhub.com", ""), "opens:hold 1");
  EXPECT_EQ(alone("!pornhub.com", "gambling"), "");
}

TEST_F(PopularGuard, AWalledGardensDefaultIsNoHarm) {
  // Bit 0: a band that reaches kids only. Bit 1: one that reaches all but pornography.
  kept_from_ = [this](CategorySet categories, std::uint8_t) -> std::uint64_t {
    const std::uint64_t garden = (categories & set("kids,education")).empty() ? 1 : 0;
    return garden | ((categories & set("porn")).empty() ? 0 : 2);
  };
  EXPECT_EQ(alone("nasa.gov", "news"), "");
  EXPECT_EQ(alone("nasa.gov", "kids"), "");
  EXPECT_EQ(alone("nasa.gov", "porn"), "popular:hold 1");
}

TEST_F(PopularGuard, SomeRankedNamesAreNoticedAndManyAreHeld) {
  limits_.ranked_names = 2;
  limits_.ranked_percent = 10;
  for (int i = 0; i < 30; ++i) {
    popular_.add_ranked("r" + std::to_string(i) + ".example");
  }
  for (const char* ranked : {"r0.example", "r1.example", "r2.example"}) {
    list(ranked, "porn");
  }
  EXPECT_EQ(show(check()), "popular:notice 3") << "a tenth of them, not more";
  EXPECT_TRUE(check().holding().empty());
  list("r3.example", "porn");
  EXPECT_EQ(show(check()), "popular:hold 4");
  limits_.ranked_names = 4;
  EXPECT_EQ(show(check()), "popular:notice 4");
  limits_.ranked_names = 2;
  listed_["r3.example"] = set("porn");
  EXPECT_EQ(show(check()), "popular:notice 3") << "another list agrees about one";
}

}  // namespace
}  // namespace luytre::categories
