// SPDX-License-Identifier: Apache-2.0
#include "categories/guard/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "findings.h"

namespace luytre::categories {
namespace {

// What a list says of a subject that is not harmless there: it blocks, opens or takes back.
bool weighs(const GuardInput& input, Polarity polarity, CategorySet categories,
            std::uint8_t minimum_age) {
  const CategorySet never = input.taxonomy.tier(CategoryTier::NeverBlock1) |
                            input.taxonomy.tier(CategoryTier::NeverBlock2);
  return polarity == Polarity::Withdraws || !(categories & never).empty() ||
         input.kept_from(categories, minimum_age) != 0;
}

bool same_prefix(const ListedPrefix& a, const ListedPrefix& b) {
  return a.prefix == b.prefix && a.polarity == b.polarity && (b.categories - a.categories).empty();
}

}  // namespace

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

void check_size(const GuardInput& input, GuardReport& report) {
  const std::uint64_t now = input.candidate.size();
  const std::uint64_t before = input.in_force.entries;
  const GuardLimits& limits = input.limits;
  if (now == 0) {
    report.findings.push_back(about_list(
        GuardKind::Empty, GuardSeverity::Hold,
        before == 0 ? "The list has no entry."
                    : fmt::format("The list has no entry; the version in force has {}.", before)));
    return;
  }
  if (before < limits.size_from) {
    return;
  }
  if (now * 100 < before * limits.shrink_percent) {
    report.findings.push_back(
        about_list(GuardKind::Shrink, GuardSeverity::Hold,
                   fmt::format("The list has {} where the version in force has {}: under {} %.",
                               counted(now, "entry", "entries"), before, limits.shrink_percent)));
  }
  if (now * 100 > before * limits.growth_percent && now > before + limits.growth_entries) {
    report.findings.push_back(about_list(
        GuardKind::Growth, GuardSeverity::Hold,
        fmt::format("The list has {} entries where the version in force has {}: over {} %.", now,
                    before, limits.growth_percent)));
  }
}

Result<void> check_shared_hosts(const GuardInput& input, GuardReport& report) {
  const CategorySet never = input.taxonomy.tier(CategoryTier::NeverBlock1) |
                            input.taxonomy.tier(CategoryTier::NeverBlock2);
  CategorySet about_hosts;
  for (const Category& category : input.taxonomy.categories()) {
    if (category.private_suffixes) {
      about_hosts |= CategorySet::of(category.id);
    }
  }
  Hits suffixes(GuardKind::PublicSuffix, GuardSeverity::Hold, input.limits.shown);
  Hits shared(GuardKind::SharedHost, GuardSeverity::Hold, input.limits.shown);
  const NameList& names = input.candidate.names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const ListedName listed = names[i];
    if (listed.reach == Reach::Exact) {
      continue;
    }
    const HostKind kind = listed.name.label_count() < 2 ? HostKind::Registry  // unknown ones too
                                                        : input.hosts.kind(listed.name);
    if (kind == HostKind::Own ||
        !weighs(input, listed.polarity, listed.categories, listed.minimum_age)) {
      continue;
    }
    const bool protects =
        listed.polarity == Polarity::Lists && !(listed.categories & never).empty();
    const bool meant =
        kind != HostKind::Registry && !protects && (listed.categories - about_hosts).empty();
    // Blocking a portal whole is an operator's decision; opening one is a slip.
    if (meant || (kind == HostKind::Portal && !protects)) {
      continue;
    }
    const auto before = input.in_force.own_subtree ? input.in_force.own_subtree(listed.name)
                                                   : Result<CategorySet>(CategorySet());
    if (!before) {
      return Unexpected(before.error());
    }
    if (listed.polarity == Polarity::Lists && (listed.categories - *before).empty()) {
      continue;
    }
    Hits& hits = kind == HostKind::Registry || kind == HostKind::PrivateSuffix ? suffixes : shared;
    hits.add([&] {
      const std::string text = listed.name.to_text();
      return GuardHit{.subject = text, .entry = text, .says = listed.categories, .against = {}};
    });
  }
  std::move(suffixes).finish(report, [&](const Hits& hits) {
    return fmt::format("{} would judge all names below a public suffix, such as {} ({}).",
                       counted(hits.count(), "entry", "entries"), hits.front().subject,
                       input.taxonomy.describe(hits.front().says));
  });
  std::move(shared).finish(report, [&](const Hits& hits) {
    return fmt::format("{} would judge everybody on a host that many share, such as {} ({}).",
                       counted(hits.count(), "entry", "entries"), hits.front().subject,
                       input.taxonomy.describe(hits.front().says));
  });
  return {};
}

void check_prefixes(const GuardInput& input, GuardReport& report) {
  Hits hits(GuardKind::WidePrefix, GuardSeverity::Hold, input.limits.shown);
  for (const ListedPrefix& listed : input.candidate.prefixes) {
    const std::uint8_t shortest =
        listed.prefix.address.is_v4() ? input.limits.ipv4_prefix : input.limits.ipv6_prefix;
    if (listed.prefix.length >= shortest ||
        !weighs(input, listed.polarity, listed.categories, listed.minimum_age)) {
      continue;
    }
    const bool known = input.in_force.own != nullptr &&
                       std::ranges::any_of(
                           input.in_force.own->prefixes,
                           [&](const ListedPrefix& before) { return same_prefix(before, listed); });
    if (!known) {
      hits.add([&] {
        const std::string text = listed.prefix.to_text();
        return GuardHit{.subject = text, .entry = text, .says = listed.categories, .against = {}};
      });
    }
  }
  std::move(hits).finish(report, [&](const Hits& found) {
    return fmt::format("{} more addresses than a /{} (IPv6: /{}), such as {}.",
                       counted(found.count(), "range holds", "ranges hold"),
                       input.limits.ipv4_prefix, input.limits.ipv6_prefix, found.front().subject);
  });
}

Result<GuardReport> check_version(const GuardInput& input) {
  GuardReport report;
  check_size(input, report);
  if (auto checked = check_shared_hosts(input, report); !checked) {
    return Unexpected(checked.error());
  }
  if (auto checked = check_popular(input, report); !checked) {
    return Unexpected(checked.error());
  }
  check_never_block(input, report);
  check_prefixes(input, report);
  check_lost_protection(input, report);
  std::ranges::stable_sort(report.findings, {}, &GuardFinding::kind);
  return report;
}

std::vector<GuardKind> GuardReport::holding() const {
  std::vector<GuardKind> kinds;
  for (const GuardFinding& finding : findings) {
    if (finding.severity != GuardSeverity::Notice &&
        (kinds.empty() || kinds.back() != finding.kind)) {
      kinds.push_back(finding.kind);
    }
  }
  return kinds;
}

bool GuardReport::forbids() const noexcept {
  return std::ranges::any_of(findings, [](const GuardFinding& finding) {
    return finding.severity == GuardSeverity::Forbid;
  });
}

KeptFrom kept_from_by_default(const Taxonomy& taxonomy) {
  constexpr std::uint64_t kSecurity = std::uint64_t{1} << 60U;
  constexpr std::uint64_t kBypass = std::uint64_t{1} << 61U;
  constexpr std::uint64_t kAge = std::uint64_t{1} << 63U;
  const Category* kids = taxonomy.find("kids");
  const CategorySet harmless = CategorySet::of(kUncategorised) |
                               (kids == nullptr ? CategorySet() : CategorySet::of(kids->id));
  std::array<CategorySet, kCategoryTierCount> tiers{};
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    tiers[i] = taxonomy.tier(static_cast<CategoryTier>(i));
  }
  return [tiers, harmless](CategorySet categories, std::uint8_t minimum_age) -> std::uint64_t {
    const auto has = [&](CategoryTier tier) {
      return !(categories & tiers[static_cast<std::size_t>(tier)]).empty();
    };
    if (has(CategoryTier::Mandatory)) {
      return ~std::uint64_t{0};
    }
    if (has(CategoryTier::NeverBlock1) || has(CategoryTier::NeverBlock2)) {
      return 0;
    }
    const CategorySet content =
        (categories & tiers[static_cast<std::size_t>(CategoryTier::Content)]) - harmless;
    // Bits of content stand in the taxonomy's places, which end below those of the tiers here.
    return (content.bits() & (kSecurity - 1)) | (has(CategoryTier::Security) ? kSecurity : 0) |
           (has(CategoryTier::Bypass) ? kBypass : 0) | (minimum_age != 0 ? kAge : 0);
  };
}

}  // namespace luytre::categories
