// SPDX-License-Identifier: Apache-2.0
// What must stay open, and what must stay closed by law.

#include "guard_fixture.h"

namespace luytre::categories {
namespace {

class ProtectionGuard : public testing::GuardTest {
 protected:
  void in_force_protects(std::string_view entry, std::string_view categories) {
    list(other_.names, entry, categories);
  }
};

TEST_F(ProtectionGuard, AHealthSiteInAListOfDrugsIsAConflictForTheReport) {
  in_force_protects("goaskalice.columbia.edu", "health");
  list("goaskalice.columbia.edu", "drugs");
  const GuardReport report = check();
  EXPECT_EQ(show(report), "never_block:notice 1");
  EXPECT_TRUE(report.holding().empty());
  const GuardHit& hit = report.findings[0].first.at(0);
  EXPECT_EQ(hit.subject, "goaskalice.columbia.edu");
  EXPECT_EQ(hit.says, set("drugs"));
  EXPECT_EQ(hit.against, set("health"));
}

TEST_F(ProtectionGuard, ASubtreeThatCoversAProtectedNameIsFoundFromAbove) {
  in_force_protects("=ocsp.example.com", "infrastructure");
  list("example.com", "porn");
  const GuardReport report = check();
  EXPECT_EQ(show(report), "never_block:notice 1");
  EXPECT_EQ(report.findings[0].first.at(0).entry, "example.com");
}

TEST_F(ProtectionGuard, ANameBelowAProtectedSubtreeIsFoundFromBelow) {
  in_force_protects("columbia.edu", "education");
  in_force_protects("=exact.edu", "education");
  list("goaskalice.columbia.edu", "drugs");
  list("below.exact.edu", "drugs");
  EXPECT_EQ(show(check()), "never_block:notice 1");
}

TEST_F(ProtectionGuard, NeighboursAreNoConflict) {
  in_force_protects("b.example", "health");
  for (const char* entry : {"=example", "a.example", "bb.example", "b.example2", "c.example"}) {
    list(entry, "porn");
  }
  EXPECT_EQ(show(check()), "");
}

TEST_F(ProtectionGuard, AMandatoryEntryThatWouldCloseASchoolIsHeld) {
  in_force_protects("school.example", "education");
  list("school.example", "national_order");
  const GuardReport report = check();
  EXPECT_EQ(show(report), "never_block:hold 1");
  EXPECT_FALSE(report.forbids());
}

TEST_F(ProtectionGuard, NobodyCanAcceptAHelplineThatIsMandatory) {
  in_force_protects("=help.example.org", "helpline_report");
  list("example.org", "csam");
  const GuardReport report = check();
  EXPECT_EQ(show(report), "mandatory_never_block:forbid 1");
  EXPECT_TRUE(report.forbids());
  EXPECT_EQ(report.findings[0].first.at(0).subject, "help.example.org");
}

TEST_F(ProtectionGuard, BothInTheSameListIsForbiddenToo) {
  list("=help.example", "helpline_report,national_order");
  EXPECT_EQ(show(check()), "mandatory_never_block:forbid 1");
  candidate_ = {};
  list("help.example", "helpline_report");
  list("=help.example", "terrorism_list");
  EXPECT_EQ(show(check()), "mandatory_never_block:forbid 1");
}

TEST_F(ProtectionGuard, ANewHelplineThatAnotherListOrdersClosedIsForbidden) {
  list(other_.names, "example.org", "national_order");
  list("help.example.org", "helpline_report");
  EXPECT_EQ(show(check()), "mandatory_never_block:forbid 1");
  candidate_ = {};
  list("school.example.org", "education");
  EXPECT_EQ(show(check()), "never_block:hold 1");
}

TEST_F(ProtectionGuard, AMandatoryNameBelowAProtectedSubtreeNeedsASecondPerson) {
  in_force_protects("redcross.example", "emergency");
  list("evil.redcross.example", "national_order");
  EXPECT_EQ(show(check()), "never_block:hold 1");
}

TEST_F(ProtectionGuard, WhatASecondPersonAcceptedOnceIsNotHeldAgain) {
  in_force_protects("school.example", "education");
  list("school.example", "national_order");
  list(own_.names, "school.example", "national_order");
  EXPECT_EQ(show(check()), "");
}

TEST_F(ProtectionGuard, ACategoryThatNobodyBlocksIsNoConflict) {
  in_force_protects("school.example", "education");
  list("school.example", "kids");
  EXPECT_EQ(show(check()), "");
}

TEST_F(ProtectionGuard, AnExceptionIsNoConflict) {
  in_force_protects("school.example", "education");
  list("!school.example", "porn");
  EXPECT_EQ(show(check()), "");
}

TEST_F(ProtectionGuard, HelplinesThatSilentlyGoAwayAreHeld) {
  for (int i = 0; i < 60; ++i) {
    const std::string entry = "help" + std::to_string(i) + ".example";
    list(own_.names, entry, "helpline_report");
    if (i >= 6) {
      list(entry, "helpline_report");
    }
  }
  EXPECT_EQ(show(check()), "") << "6 of 60 is a tenth, not more";
  list(own_.names, "help60.example", "helpline_report");
  const GuardReport report = check();
  EXPECT_EQ(show(report), "lost_protection:hold");
  EXPECT_EQ(report.findings[0].sentence,
            "7 of the 61 never-block entries in force are no longer in the list, such as "
            "help0.example.");
}

TEST_F(ProtectionGuard, AFewLostEntriesOfASmallListAreFine) {
  list("kept.example", "porn");
  for (int i = 0; i < 5; ++i) {
    list(own_.names, "order" + std::to_string(i) + ".example", "national_order");
  }
  EXPECT_EQ(show(check()), "");
  list(own_.names, "order5.example", "national_order");
  EXPECT_EQ(show(check()), "lost_protection:hold");
}

TEST_F(ProtectionGuard, AnEntryThatOnlyNarrowsIsLost) {
  for (int i = 0; i < 6; ++i) {
    const std::string entry = "order" + std::to_string(i) + ".example";
    list(own_.names, entry, "csam");
    list("=" + entry, "csam");
  }
  EXPECT_EQ(show(check()), "lost_protection:hold");
  list("example", "csam");
  EXPECT_EQ(show(check()), "public_suffix:hold 1") << "a subtree above keeps them all";
}

TEST_F(ProtectionGuard, OrderedPagesAndRangesCountAmongTheLost) {
  const auto order = [&](ListContent& content, int number) {
    content.paths.push_back({.path = *HostPath::from_text("host.example/" + std::to_string(number)),
                             .categories = set("national_order")});
    content.prefixes.push_back({.prefix = *IpPrefix::from_text("192.0.2." + std::to_string(number)),
                                .categories = set("national_order")});
  };
  for (int i = 1; i <= 10; ++i) {
    order(own_, i);
    if (i > 3) {
      order(candidate_, i);
    }
  }
  EXPECT_EQ(show(check()), "lost_protection:hold");
  order(candidate_, 3);
  EXPECT_EQ(show(check()), "") << "4 of 20 are not more than five";
}

}  // namespace
}  // namespace luytre::categories
