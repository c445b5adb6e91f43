// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "categories/guard/name_search.h"
#include "findings.h"

namespace luytre::categories {
namespace {

// What the candidate says about one name.
struct Said {
  CategorySet categories;
  CategorySet withdrawn;
  std::uint8_t minimum_age = 0;
  std::string entry;  // the longest that says any of it

  [[nodiscard]] bool any() const noexcept { return !entry.empty(); }
};

void look_up(const NameSearch& candidate, const DomainName& name, Said& said) {
  candidate.covering(name, [&](const ListedName& listed) {
    if (listed.polarity == Polarity::Withdraws) {
      said.withdrawn |=
          listed.categories.empty() ? CategorySet(~std::uint64_t{0}) : listed.categories;
    } else {
      said.categories |= listed.categories;
      said.minimum_age = std::max(said.minimum_age, listed.minimum_age);
    }
    if (said.entry.empty()) {
      said.entry = listed.name.to_text();
    }
  });
}

// Lists of hosts write "www.example.com" and mean the site.
Said look_up_site(const NameSearch& candidate, const DomainName& name) {
  Said said;
  look_up(candidate, name, said);
  if (const auto www = DomainName::from_hostname("www." + name.to_text()); www) {
    look_up(candidate, *www, said);
  }
  return said;
}

// What audiences would newly be kept from, and newly reach.
struct Change {
  std::uint64_t closed = 0;
  std::uint64_t opened = 0;
};

class PopularGuard {
 public:
  explicit PopularGuard(const GuardInput& input)
      : input_(input),
        never_(input.taxonomy.tier(CategoryTier::NeverBlock1) |
               input.taxonomy.tier(CategoryTier::NeverBlock2)),
        kept_unlisted_(input.kept_from({}, 0)) {}

  // `now`: what the lists in force say about it.
  [[nodiscard]] Change change(const PopularName& popular, const Said& said,
                              const NameMatch& now) const {
    const std::uint64_t listed = input_.kept_from(now.categories, now.minimum_age);
    const std::uint64_t closing =
        input_.kept_from(now.categories | (said.categories - allowance(popular.expected)),
                         std::max(now.minimum_age, said.minimum_age));
    // What opens a name takes it from what blocks it today, and from what a list to come may well
    // say of it.
    const CategorySet known = now.categories | (popular.expected - never_);
    const std::uint64_t lost = input_.kept_from(known, now.minimum_age) &
                               ~input_.kept_from(known | said.categories, now.minimum_age);
    const std::uint64_t taken_back =
        listed & ~input_.kept_from(now.categories - said.withdrawn, now.minimum_age);
    return {.closed = closing & ~listed, .opened = (lost | taken_back) & ~kept_unlisted_};
  }

 private:
  // Security and bypass are expected as a whole: a proxy may be called a VPN.
  [[nodiscard]] CategorySet allowance(CategorySet expected) const noexcept {
    for (const CategoryTier tier : {CategoryTier::Security, CategoryTier::Bypass}) {
      const CategorySet members = input_.taxonomy.tier(tier);
      expected |= (expected & members).empty() ? CategorySet() : members;
    }
    return expected;
  }

  const GuardInput& input_;
  CategorySet never_;
  std::uint64_t kept_unlisted_;  // a walled garden holds what nobody lists
};

}  // namespace

Result<void> check_popular(const GuardInput& input, GuardReport& report) {
  const NameSearch candidate(input.candidate.names);
  const PopularGuard guard(input);
  Hits closes(GuardKind::Popular, GuardSeverity::Hold, input.limits.shown);
  Hits opens(GuardKind::Opens, GuardSeverity::Hold, input.limits.shown);
  std::vector<GuardHit> ranked;
  for (const PopularName& popular : input.popular.names()) {
    const Said said = look_up_site(candidate, popular.name);
    if (!said.any()) {
      continue;
    }
    const auto now =
        input.in_force.match ? input.in_force.match(popular.name) : Result<NameMatch>(NameMatch());
    if (!now) {
      return Unexpected(now.error());
    }
    const auto hit = [&] {
      return GuardHit{.subject = popular.name.to_text(),
                      .entry = said.entry,
                      .says = said.categories,
                      .against = now->categories | popular.expected};
    };
    const Change change = guard.change(popular, said, *now);
    if (change.closed != 0 && popular.rank == 0) {
      closes.add(hit);
    } else if (change.closed != 0) {
      ranked.push_back(hit());
    }
    if (change.opened != 0) {
      opens.add(hit);
    }
  }
  // Nobody said what a ranked name is, and a popular casino is a casino: some of them are expected.
  const auto rows = static_cast<std::uint64_t>(std::ranges::count_if(
      input.popular.names(), [](const PopularName& popular) { return popular.rank != 0; }));
  const bool many = ranked.size() > input.limits.ranked_names &&
                    ranked.size() * 100 > rows * input.limits.ranked_percent;
  Hits unknown(GuardKind::Popular, many ? GuardSeverity::Hold : GuardSeverity::Notice,
               input.limits.shown);
  for (GuardHit& hit : ranked) {
    unknown.add([&] { return std::move(hit); });
  }
  std::move(closes).finish(report, [&](const Hits& hits) {
    return fmt::format("{} would newly be blocked, such as {} ({}).",
                       counted(hits.count(), "popular name", "popular names"), hits.front().subject,
                       input.taxonomy.describe(hits.front().says));
  });
  std::move(unknown).finish(report, [&](const Hits& hits) {
    return fmt::format("{} of the ranking would newly be blocked, such as {} ({}).",
                       counted(hits.count(), "name", "names"), hits.front().subject,
                       input.taxonomy.describe(hits.front().says));
  });
  std::move(opens).finish(report, [&](const Hits& hits) {
    return fmt::format("{} would no longer be blocked, such as {} ({}).",
                       counted(hits.count(), "popular name", "popular names"), hits.front().subject,
                       input.taxonomy.describe(hits.front().against));
  });
  return {};
}

}  // namespace luytre::categories
