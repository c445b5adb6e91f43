// SPDX-License-Identifier: Apache-2.0
#include "name_rules.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace luytre::categories {
namespace {

// Names whose answer tells a client something by itself; they hold with all that is below them.
// dibdot's list of encrypted resolvers, for one, lists the first of them itself.
constexpr std::string_view kCanaryNames[] = {
    "use-application-dns.net",  // Firefox
    "doh.test",                 // Firefox, steering
    "mask.icloud.com",
    "mask-h2.icloud.com",  // iCloud Private Relay
    "mask-api.icloud.com",
    "mask-canary.icloud.com",
    "resolver.arpa",  // RFC 9462 §4
};

}  // namespace

Result<NameRules> NameRules::load(const Taxonomy& taxonomy) {
  auto hosts = SharedHosts::load();
  if (!hosts) {
    return Unexpected(hosts.error());
  }
  NameRules rules(*std::move(hosts));
  for (const std::string_view canary : kCanaryNames) {
    rules.canaries_.push_back(DomainName::from_hostname(canary).value_or(DomainName{}));
  }
  rules.never_block_ =
      taxonomy.tier(CategoryTier::NeverBlock1) | taxonomy.tier(CategoryTier::NeverBlock2);
  for (const Category& category : taxonomy.categories()) {
    if (category.private_suffixes) {
      rules.private_suffixes_ |= CategorySet::of(category.id);
    }
  }
  return rules;
}

Expected<Reach, SkipCause> NameRules::judge(const ListedName& listed) const {
  const auto covers = [&](const DomainName& canary) { return listed.name.is_within(canary); };
  if (std::ranges::any_of(canaries_, covers)) {
    return Unexpected(SkipCause::CanaryName);
  }
  if (listed.reach == Reach::Exact) {
    return Reach::Exact;
  }
  const HostKind kind = hosts_.kind(listed.name);
  if (listed.polarity == Polarity::Withdraws || (listed.categories - never_block_).empty()) {
    return kind == HostKind::Own ? Reach::Subtree : Reach::Exact;
  }
  const bool meant = kind != HostKind::Registry && (listed.categories - private_suffixes_).empty();
  if (kind != HostKind::Own && kind != HostKind::Portal && !meant) {
    return Unexpected(SkipCause::PublicSuffix);
  }
  return Reach::Subtree;
}

}  // namespace luytre::categories
