// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "categories/guard/name_search.h"
#include "findings.h"

namespace luytre::categories {
namespace {

// Names that one list blocks against names that another protects.
class ConflictGuard {
 public:
  explicit ConflictGuard(const GuardInput& input)
      : input_(input),
        first_(input.taxonomy.tier(CategoryTier::NeverBlock1)),
        never_(first_ | input.taxonomy.tier(CategoryTier::NeverBlock2)),
        mandatory_(input.taxonomy.tier(CategoryTier::Mandatory)),
        kept_unlisted_(input.kept_from({}, 0)),
        notices_(GuardKind::NeverBlock, GuardSeverity::Notice, input.limits.shown),
        holds_(GuardKind::NeverBlock, GuardSeverity::Hold, input.limits.shown),
        forbids_(GuardKind::MandatoryNeverBlock, GuardSeverity::Forbid, input.limits.shown) {}

  // `mandatory_only`: what else both say is no change.
  void compare(const NameList& blocking, const NameList& protecting, bool mandatory_only) {
    const NameSearch search(blocking);
    for (std::size_t i = 0; i < protecting.size(); ++i) {
      if ((protecting.categories(i) & never_).empty()) {
        continue;
      }
      const ListedName safe = protecting[i];
      if (safe.polarity == Polarity::Withdraws) {
        continue;
      }
      search.covering(safe.name, [&](const ListedName& entry) {
        take(entry, safe, safe.name, mandatory_only);
      });
      if (safe.reach == Reach::Subtree) {
        search.below(safe.name, [&](const ListedName& entry) {
          take(entry, safe, entry.name, mandatory_only);
        });
      }
    }
  }

  void finish(GuardReport& report) && {
    std::move(notices_).finish(report, [&](const Hits& hits) {
      return fmt::format("{} against never-block data, which wins: {} ({}) is protected as {}.",
                         counted(hits.count(), "entry stands", "entries stand"),
                         hits.front().subject, input_.taxonomy.describe(hits.front().says),
                         input_.taxonomy.describe(hits.front().against));
    });
    std::move(holds_).finish(report, [&](const Hits& hits) {
      return fmt::format("{} would be blocked for everyone, such as {} ({}).",
                         counted(hits.count(), "never-block name", "never-block names"),
                         hits.front().subject, input_.taxonomy.describe(hits.front().against));
    });
    std::move(forbids_).finish(report, [&](const Hits& hits) {
      return fmt::format(
          "{} would be mandatory and never blocked at once, such as {} ({}). Nobody can accept "
          "this: one of the two lists must change.",
          counted(hits.count(), "name", "names"), hits.front().subject,
          input_.taxonomy.describe(hits.front().says | hits.front().against));
    });
  }

 private:
  // `name`: what both of them speak about.
  void take(const ListedName& entry, const ListedName& safe, const DomainName& name,
            bool mandatory_only) {
    if (entry.polarity == Polarity::Withdraws) {
      return;
    }
    const CategorySet blocks = entry.categories - never_;
    const auto hit = [&] {
      return GuardHit{.subject = name.to_text(),
                      .entry = entry.name.to_text(),
                      .says = blocks,
                      .against = safe.categories & never_};
    };
    if (!(blocks & mandatory_).empty()) {
      const bool covers = safe.name.is_within(entry.name);
      if (covers && !(safe.categories & first_).empty()) {
        forbids_.add(hit);
      } else if (!(mandatory_only ? said_before(safe, never_) : said_before(entry, mandatory_))) {
        holds_.add(hit);
      }
    } else if (!mandatory_only &&
               (input_.kept_from(blocks, entry.minimum_age) & ~kept_unlisted_) != 0) {
      notices_.add(hit);
    }
  }

  // Whether the candidate's `entry` says nothing new in these tiers: a second person has accepted it
  // once, or it came first.
  [[nodiscard]] bool said_before(const ListedName& entry, CategorySet tiers) const {
    if (input_.in_force.own == nullptr) {
      return false;
    }
    bool found = false;
    NameSearch(input_.in_force.own->names).covering(entry.name, [&](const ListedName& before) {
      found |= before.name == entry.name && before.reach >= entry.reach &&
               before.polarity == Polarity::Lists && !(before.categories & tiers).empty();
    });
    return found;
  }

  const GuardInput& input_;
  CategorySet first_;
  CategorySet never_;
  CategorySet mandatory_;
  std::uint64_t kept_unlisted_;
  Hits notices_;
  Hits holds_;
  Hits forbids_;
};

// How many entries of a tier a version has, and how many of them the next one lacks.
struct Loss {
  std::uint64_t before = 0;
  std::uint64_t lost = 0;
  std::string example;

  void count(bool kept, const std::string& subject) {
    ++before;
    lost += kept ? 0 : 1;
    if (!kept && example.empty()) {
      example = subject;
    }
  }
};

void count_names(const NameList& before, const NameList& now, CategorySet tier, Loss& loss) {
  const NameSearch search(now);
  for (std::size_t i = 0; i < before.size(); ++i) {
    if ((before.categories(i) & tier).empty()) {
      continue;
    }
    const ListedName listed = before[i];
    if (listed.polarity == Polarity::Withdraws) {
      continue;
    }
    bool kept = false;
    search.covering(listed.name, [&](const ListedName& entry) {
      kept |= entry.polarity == Polarity::Lists && !(entry.categories & tier).empty() &&
              (entry.reach == Reach::Subtree || listed.reach == Reach::Exact);
    });
    loss.count(kept, listed.name.to_text());
  }
}

std::string to_text(const ListedPath& listed) { return listed.path.to_text(); }
std::string to_text(const ListedPrefix& listed) { return listed.prefix.to_text(); }

// Both sides sorted alike, so that one walk over each is enough.
template <typename Listed, typename Before>
void count_sorted(const std::vector<Listed>& before, const std::vector<Listed>& now,
                  CategorySet tier, Before is_before, Loss& loss) {
  auto at = now.begin();
  for (const Listed& listed : before) {
    if (listed.polarity == Polarity::Withdraws || (listed.categories & tier).empty()) {
      continue;
    }
    while (at != now.end() && is_before(*at, listed)) {
      ++at;
    }
    bool kept = false;
    for (auto same = at; same != now.end() && !is_before(listed, *same); ++same) {
      kept |= same->polarity == Polarity::Lists && !(same->categories & tier).empty();
    }
    loss.count(kept, to_text(listed));
  }
}

bool path_before(const ListedPath& a, const ListedPath& b) {
  return a.path.host == b.path.host ? a.path.path < b.path.path : a.path.host < b.path.host;
}

bool prefix_before(const ListedPrefix& a, const ListedPrefix& b) {
  const auto left = a.prefix.address.octets();
  const auto right = b.prefix.address.octets();
  if (std::ranges::equal(left, right)) {
    return a.prefix.length < b.prefix.length;
  }
  return std::ranges::lexicographical_compare(left, right);
}

}  // namespace

void check_never_block(const GuardInput& input, GuardReport& report) {
  ConflictGuard guard(input);
  const NameList& candidate = input.candidate.names;
  guard.compare(candidate, candidate, false);
  for (const ListContent* other : input.in_force.others) {
    guard.compare(candidate, other->names, false);
    guard.compare(other->names, candidate, true);
  }
  std::move(guard).finish(report);
}

void check_lost_protection(const GuardInput& input, GuardReport& report) {
  if (input.in_force.own == nullptr) {
    return;
  }
  const Taxonomy& taxonomy = input.taxonomy;
  const struct {
    CategorySet tier;
    std::string_view what;
  } rows[] = {{taxonomy.tier(CategoryTier::NeverBlock1) | taxonomy.tier(CategoryTier::NeverBlock2),
               "never-block"},
              {taxonomy.tier(CategoryTier::Mandatory), "mandatory"}};
  for (const auto& row : rows) {
    Loss loss;
    count_names(input.in_force.own->names, input.candidate.names, row.tier, loss);
    count_sorted(input.in_force.own->paths, input.candidate.paths, row.tier, path_before, loss);
    count_sorted(input.in_force.own->prefixes, input.candidate.prefixes, row.tier, prefix_before,
                 loss);
    if (loss.lost > input.limits.lost_entries &&
        loss.lost * 100 > loss.before * input.limits.lost_percent) {
      report.findings.push_back(about_list(
          GuardKind::LostProtection, GuardSeverity::Hold,
          fmt::format("{} of the {} {} entries in force are no longer in the list, such as {}.",
                      loss.lost, loss.before, row.what, loss.example)));
    }
  }
}

}  // namespace luytre::categories
