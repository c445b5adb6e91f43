// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "verdict_rows.h"

namespace luytre::policy {
namespace {

using test::allowed;
using test::band;
using test::check;
using test::decide;
using test::denied;
using test::domain;
using test::kPaused;
using test::kRunning;
using test::set_of;
using test::vn;

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

}  // namespace
}  // namespace luytre::policy
