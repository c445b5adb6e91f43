// SPDX-License-Identifier: Apache-2.0
// Entries that would judge many people at once: public suffixes, shared hosts, wide ranges.

#include "guard_fixture.h"

namespace luytre::categories {
namespace {

class SharedGuard : public testing::GuardTest {
 protected:
  // What one entry alone trips.
  std::string alone(std::string_view entry, std::string_view categories) {
    candidate_ = {};
    list(entry, categories);
    return show(check());
  }
  std::string alone_prefix(std::string_view prefix) {
    candidate_ = {};
    list_prefix(prefix, "malware");
    return show(check());
  }
};

TEST_F(SharedGuard, ARegistryIsHeldAndItsCustomerIsNot) {
  EXPECT_EQ(alone("com.vn", "porn"), "public_suffix:hold 1");
  EXPECT_EQ(alone("com", "porn"), "public_suffix:hold 1");
  EXPECT_EQ(alone("example.com.vn", "porn"), "");
}

TEST_F(SharedGuard, AnUnknownTopLevelDomainIsARegistryToo) {
  EXPECT_EQ(alone("nonsense", "porn"), "public_suffix:hold 1");
}

TEST_F(SharedGuard, TheRootIsEverybody) {
  candidate_.names.add({.name = DomainName(), .categories = set("porn")});
  EXPECT_EQ(show(check()), "public_suffix:hold 1");
}

TEST_F(SharedGuard, TheNameAloneJudgesNobodyElse) {
  EXPECT_EQ(alone("=com.vn", "porn"), "");
  EXPECT_EQ(alone("=apple-dns.net", "porn"), "");
}

TEST_F(SharedGuard, APrivateSuffixIsAllowedInCategoriesAboutSuchHosts) {
  EXPECT_EQ(alone("ddns.net", "porn"), "public_suffix:hold 1");
  EXPECT_EQ(alone("ddns.net", "dynamic_parked"), "");
  EXPECT_EQ(alone("ddns.net", "dynamic_parked,malware"), "public_suffix:hold 1");
  EXPECT_EQ(alone("com.vn", "dynamic_parked"), "public_suffix:hold 1");
}

TEST_F(SharedGuard, AnApexOfAContentNetworkIsHeld) {
  EXPECT_EQ(alone("apple-dns.net", "porn"), "shared_host:hold 1");
  EXPECT_EQ(alone("e1234.apple-dns.net", "porn"), "");
}

TEST_F(SharedGuard, OpeningManyPeoplesHostsIsHeldLikeClosingThem) {
  EXPECT_EQ(alone("com", "education"), "public_suffix:hold 1");
  EXPECT_EQ(alone("apple-dns.net", "infrastructure"), "shared_host:hold 1");
  EXPECT_EQ(alone("google.com", "infrastructure"), "shared_host:hold 1");
  EXPECT_EQ(alone("!com", "porn"), "public_suffix:hold 1");
}

TEST_F(SharedGuard, BlockingAPortalIsAnOperatorsDecision) {
  EXPECT_EQ(alone("sourceforge.net", "file_hosting"), "");
}

TEST_F(SharedGuard, ACategoryThatNobodyBlocksIsNoHarm) {
  EXPECT_EQ(alone("blogspot.com", "kids"), "");
}

TEST_F(SharedGuard, WhatASecondPersonAcceptedOnceIsNotHeldAgain) {
  in_force_.own_subtree = [&](const DomainName& asked) -> Result<CategorySet> {
    return asked == testing::name("ddns.net") ? set("porn") : CategorySet();
  };
  EXPECT_EQ(alone("ddns.net", "porn"), "");
  EXPECT_EQ(alone("ddns.net", "gambling"), "public_suffix:hold 1");
}

TEST_F(SharedGuard, AFailureOfTheDatabaseIsNotTakenForSilence) {
  in_force_.own_subtree = [](const DomainName&) -> Result<CategorySet> {
    return fail(ErrorCode::System, "gone");
  };
  list("com.vn", "porn");
  candidate_.normalise();
  EXPECT_FALSE(check_version({.candidate = candidate_,
                              .taxonomy = taxonomy_,
                              .hosts = *hosts_,
                              .popular = popular_,
                              .in_force = in_force_,
                              .kept_from = kept_from_,
                              .limits = limits_}));
}

TEST_F(SharedGuard, WideRangesAreHeldAtTheirLimit) {
  EXPECT_EQ(alone_prefix("10.0.0.0/16"), "");
  EXPECT_EQ(alone_prefix("10.0.0.0/15"), "wide_prefix:hold 1");
  EXPECT_EQ(alone_prefix("2001:db8::/32"), "");
  EXPECT_EQ(alone_prefix("2001:da8::/31"), "wide_prefix:hold 1");
  EXPECT_EQ(alone_prefix("0.0.0.0/0"), "wide_prefix:hold 1");
}

TEST_F(SharedGuard, AWideRangeThatIsInForceIsNotHeldAgain) {
  own_.prefixes.push_back(
      {.prefix = *IpPrefix::from_text("10.0.0.0/8"), .categories = set("malware")});
  EXPECT_EQ(alone_prefix("10.0.0.0/8"), "");
  EXPECT_EQ(alone_prefix("11.0.0.0/8"), "wide_prefix:hold 1");
}

TEST_F(SharedGuard, TheFirstTwentyAreNamedAndAllAreCounted) {
  for (const char* suffix : {"com",    "net",    "org", "info", "vn", "com.vn", "net.vn", "org.vn",
                             "edu.vn", "gov.vn", "de",  "fr",   "jp", "co.jp",  "uk",     "co.uk",
                             "ac.uk",  "gov.uk", "it",  "es",   "nl", "be",     "ch"}) {
    list(suffix, "porn");
  }
  const GuardReport report = check();
  ASSERT_EQ(show(report), "public_suffix:hold 23");
  EXPECT_EQ(report.findings[0].first.size(), 20U);
  EXPECT_EQ(report.findings[0].sentence,
            "23 entries would judge all names below a public suffix, such as be (porn).");
}

}  // namespace
}  // namespace luytre::categories
