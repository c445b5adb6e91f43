// SPDX-License-Identifier: Apache-2.0
#include "policy/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "phrases.h"

namespace luytre::policy {
namespace {

constexpr std::uint8_t kOpenAge = 255;

std::string_view category_word(const Verdict& verdict,
                               const categories::Taxonomy& taxonomy) noexcept {
  const categories::Category* category = taxonomy.find(verdict.category);
  return category != nullptr ? std::string_view(category->name) : "unknown";
}

std::string_view by_action(Action action, std::string_view block, std::string_view limit,
                           std::string_view safe, std::string_view allow) noexcept {
  switch (action) {
    case Action::Block:
      return block;
    case Action::Limit:
      return limit;
    case Action::Safe:
      return safe;
    case Action::Allow:
      return allow;
  }
  return allow;
}

std::string_view sentence_of(const Verdict& verdict, const Band& band,
                             const Phrases& phrases) noexcept {
  // What the band lets pass and the verdict blocks, the age on the list has blocked.
  const bool age = verdict.blocks() && !band.actions.block.contains(verdict.category);
  switch (verdict.tier) {
    case Tier::Mandatory:
      return phrases.mandatory;
    case Tier::NeverBlock1:
      return phrases.never_block_1;
    case Tier::OwnerDeny:
      return phrases.owner_deny;
    case Tier::OwnerAllow:
      return phrases.owner_allow;
    case Tier::NeverBlock2:
      return phrases.never_block_2;
    case Tier::Security:
      return phrases.security;
    case Tier::Bypass:
      return phrases.bypass;
    case Tier::Time:
      return phrases.pause;
    case Tier::Category:
      return by_action(verdict.action, age ? phrases.category_age : phrases.category_block,
                       phrases.category_limit, phrases.category_safe, phrases.category_allow);
    case Tier::BandDefault:
      return by_action(verdict.action, phrases.default_block, phrases.default_limit,
                       phrases.default_safe, phrases.default_allow);
  }
  return phrases.default_allow;
}

std::string_view remedy_of(const Verdict& verdict, const Phrases& phrases) noexcept {
  if (!verdict.blocks()) {
    return {};
  }
  switch (verdict.tier) {
    case Tier::Mandatory:
      return phrases.remedy_mandatory;
    case Tier::OwnerDeny:
      return phrases.remedy_owner_deny;
    case Tier::Security:
      return phrases.remedy_security;
    case Tier::Time:
      return phrases.remedy_pause;
    default:
      return phrases.remedy_owner;
  }
}

}  // namespace

Explanation explain(const Profile& profile, const categories::Taxonomy& taxonomy,
                    const categories::DomainName& name, const categories::NameMatch& match) {
  const Phrases& phrases = kEnglish;
  const Band& band = profile.band();
  Explanation explanation;
  explanation.verdict = verdict(profile, name, match);
  explanation.reason = reason(explanation.verdict, taxonomy);
  explanation.remedy = remedy_of(explanation.verdict, phrases);

  std::string category(category_word(explanation.verdict, taxonomy));
  std::ranges::replace(category, '_', ' ');
  const std::string ages =
      fmt::format(fmt::runtime(band.age_to == kOpenAge ? phrases.ages_open : phrases.ages_closed),
                  fmt::arg("from", band.age_from), fmt::arg("to", band.age_to));
  explanation.sentence =
      fmt::format(fmt::runtime(sentence_of(explanation.verdict, band, phrases)),
                  fmt::arg("name", name.to_text()), fmt::arg("category", category),
                  fmt::arg("ages", ages), fmt::arg("minimum_age", match.minimum_age));
  return explanation;
}

std::string_view reason(const Verdict& verdict, const categories::Taxonomy& taxonomy) noexcept {
  switch (verdict.tier) {
    case Tier::OwnerDeny:
    case Tier::OwnerAllow:
    case Tier::BandDefault:
      return to_string(verdict.tier);
    case Tier::Time:
      return "pause";  // the only time rule so far
    case Tier::Mandatory:
    case Tier::NeverBlock1:
    case Tier::NeverBlock2:
    case Tier::Security:
    case Tier::Bypass:
    case Tier::Category:
      return category_word(verdict, taxonomy);
  }
  return to_string(verdict.tier);
}

}  // namespace luytre::policy
