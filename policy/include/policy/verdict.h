// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "categories/category_set.h"
#include "categories/domain_name.h"
#include "categories/name_match.h"

namespace luytre::policy {

enum class Action : std::uint8_t {
  Allow,
  Block,
  Limit,  // allowed now, and counts towards a quota
  Safe,   // allowed in the service's safe mode
};

// The tiers of the precedence order; the first that has something to say decides, the longer name
// wins inside one.
enum class Tier : std::uint8_t {
  Mandatory = 1,
  NeverBlock1 = 2,
  OwnerDeny = 3,
  OwnerAllow = 4,
  NeverBlock2 = 5,
  Security = 6,
  Bypass = 7,
  Time = 8,
  Category = 9,
  BandDefault = 10,
};

enum class SafeMode : std::uint8_t { None, Strict, Moderate };

// How a refusal looks in DNS. Canary names ask for NXDOMAIN, some relays for NODATA.
enum class DnsForm : std::uint8_t { NxDomain, NoData };

// What happens to one name on one line, and why. Eight bytes, returned and copied as one word.
struct alignas(8) Verdict {
  Action action = Action::Allow;
  Tier tier = Tier::BandDefault;
  categories::CategoryId category = categories::kUncategorised;  // what decided in this tier
  SafeMode safe_mode = SafeMode::None;
  DnsForm dns_form = DnsForm::NxDomain;

  [[nodiscard]] constexpr bool blocks() const noexcept { return action == Action::Block; }
  friend constexpr bool operator==(const Verdict&, const Verdict&) noexcept = default;
};

class Profile;

// The one decision of the product: gateway, resolver, `check` and `explain` all call this function.
// Pure: no clock, no I/O, no allocation. `match` is what the index says about `name`.
[[nodiscard]] Verdict verdict(const Profile& profile, const categories::DomainName& name,
                              const categories::NameMatch& match) noexcept;

// Words for counters, JSON and logs: "block", "owner_deny".
[[nodiscard]] std::string_view to_string(Action action) noexcept;
[[nodiscard]] std::string_view to_string(Tier tier) noexcept;

}  // namespace luytre::policy
