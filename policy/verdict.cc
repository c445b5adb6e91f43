// SPDX-License-Identifier: Apache-2.0
//
// The precedence order, top to bottom; the first tier that has something to say decides:
//
//   1 mandatory   2 never-block 1   3 owner's deny   4 owner's allow   5 never-block 2
//   6 security    7 bypass          8 time           9 category       10 band default
//
// Three places where the order alone does not say what a household expects:
//
// - Tiers 3 and 4 are the owner's own words, and among those the longer name wins: who blocks
//   youtube.com and allows kids.youtube.com means both. Deny wins between two words about the same
//   name.
// - The order puts the owner's allow and never-block 2 above time, so a pause leaves schools, health,
//   support and the owner's own exceptions open, and not only never-block 1.
// - A special name (a canary or a relay) is decided by its tier, bypass, whatever the lists say: a
//   list that counts a provider's whole domain as infrastructure must not open the relay below it.
//   The owner's allow lifts it when it is about the special name or a name below; an allow for a
//   parent was not meant for the relay.
#include "policy/verdict.h"

#include "policy/profile.h"

namespace luytre::policy {
namespace {

using categories::CategoryId;
using categories::CategorySet;
using categories::kUncategorised;

constexpr std::uint8_t kOpenAge = 255;

Verdict block(Tier tier, CategoryId category, DnsForm form) noexcept {
  return {.action = Action::Block, .tier = tier, .category = category, .dns_form = form};
}

Verdict allow(Tier tier, CategoryId category) noexcept {
  return {.action = Action::Allow, .tier = tier, .category = category};
}

// One name's categories may ask for different things: the strictest wins. A limited name keeps the
// safe mode that another of its categories asks for.
Verdict by_band(const BandActions& actions, CategorySet listed, Tier tier) noexcept {
  if (const CategorySet blocked = listed & actions.block; !blocked.empty()) {
    return block(tier, blocked.first(), DnsForm::NxDomain);
  }
  const CategorySet strict = listed & actions.safe_strict;
  const CategorySet moderate = listed & actions.safe_moderate;
  const CategorySet safe = strict.empty() ? moderate : strict;
  Verdict verdict{.action = Action::Allow, .tier = tier, .category = listed.first()};
  if (!safe.empty()) {
    verdict.action = Action::Safe;
    verdict.category = safe.first();
    verdict.safe_mode = strict.empty() ? SafeMode::Moderate : SafeMode::Strict;
  }
  if (const CategorySet limited = listed & actions.limit; !limited.empty()) {
    verdict.action = Action::Limit;
    verdict.category = limited.first();
  }
  return verdict;
}

// A band without an upper end is for adults: an age on a list says nothing to them.
bool too_young(const Band& band, std::uint8_t minimum_age) noexcept {
  return minimum_age > band.age_from && band.age_to != kOpenAge;
}

// Whether the owner's allow decides, or leaves the name to the tiers below.
bool may_lift(const Override& own, CategorySet security, const SpecialName* special) noexcept {
  if (!security.empty() && !own.lifts_security) {
    return false;
  }
  return special == nullptr || own.name.label_count() >= special->name.label_count();
}

// Tiers 9 and 10.
Verdict by_category(const Band& band, CategorySet listed, std::uint8_t minimum_age) noexcept {
  Verdict verdict = listed.empty()
                        ? by_band(band.actions, CategorySet::of(kUncategorised), Tier::BandDefault)
                        : by_band(band.actions, listed, Tier::Category);
  if (!verdict.blocks() && too_young(band, minimum_age)) {
    verdict = block(Tier::Category, verdict.category, DnsForm::NxDomain);
  }
  return verdict;
}

}  // namespace

Verdict verdict(const Profile& profile, const categories::DomainName& name,
                const categories::NameMatch& match) noexcept {
  const BandActions& actions = profile.band_.actions;
  // "Not listed" is no statement of a list: a list that makes it must not hide the band's default.
  CategorySet listed = match.categories - CategorySet::of(kUncategorised);
  const SpecialName* special = profile.find_special(name);
  const DnsForm form = special != nullptr ? special->form : DnsForm::NxDomain;

  if (const CategorySet hit = listed & profile.mandatory_; !hit.empty()) {
    return block(Tier::Mandatory, hit.first(), form);
  }
  if (special != nullptr) {
    listed = listed - (profile.never_block_1_ | profile.never_block_2_);
  }
  if (const CategorySet hit = listed & profile.never_block_1_; !hit.empty()) {
    return allow(Tier::NeverBlock1, hit.first());
  }
  const CategorySet security = listed & profile.security_ & actions.block;
  if (const Override* own = profile.find_override(name)) {
    if (own->kind == Override::Kind::Deny) {
      return block(Tier::OwnerDeny, kUncategorised, form);
    }
    if (may_lift(*own, security, special)) {
      return allow(Tier::OwnerAllow, kUncategorised);
    }
  }
  if (const CategorySet hit = listed & profile.never_block_2_; !hit.empty()) {
    return allow(Tier::NeverBlock2, hit.first());
  }
  if (!security.empty()) {
    return block(Tier::Security, security.first(), form);
  }
  if (special != nullptr) {
    return block(Tier::Bypass, special->category, form);
  }
  if (const CategorySet hit = listed & profile.bypass_ & actions.block; !hit.empty()) {
    return block(Tier::Bypass, hit.first(), form);
  }
  if (profile.pause_ == Profile::Pause::Paused) {
    return block(Tier::Time, kUncategorised, form);
  }
  return by_category(profile.band_, listed, match.minimum_age);
}

std::string_view to_string(Action action) noexcept {
  switch (action) {
    case Action::Allow:
      return "allow";
    case Action::Block:
      return "block";
    case Action::Limit:
      return "limit";
    case Action::Safe:
      return "safe";
  }
  return "unknown";
}

std::string_view to_string(Tier tier) noexcept {
  switch (tier) {
    case Tier::Mandatory:
      return "mandatory";
    case Tier::NeverBlock1:
      return "never_block_1";
    case Tier::OwnerDeny:
      return "owner_deny";
    case Tier::OwnerAllow:
      return "owner_allow";
    case Tier::NeverBlock2:
      return "never_block_2";
    case Tier::Security:
      return "security";
    case Tier::Bypass:
      return "bypass";
    case Tier::Time:
      return "time";
    case Tier::Category:
      return "category";
    case Tier::BandDefault:
      return "band_default";
  }
  return "unknown";
}

}  // namespace luytre::policy
