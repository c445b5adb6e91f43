// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a new version of a list must not do, whoever signed it: empty the protection, close half of
// the internet, open what must stay closed. Pure: what is in force and what a household's bands
// refuse are given.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "categories/category_set.h"
#include "categories/domain_name.h"
#include "categories/guard/popular_names.h"
#include "categories/list_content.h"
#include "categories/name_list.h"
#include "categories/name_match.h"
#include "categories/shared_hosts/shared_hosts.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

enum class GuardKind : std::uint8_t {
  Empty,                // nothing in it: the mirror that answers 200 with nothing
  Shrink,               // much less than the version in force
  Growth,               // much more
  PublicSuffix,         // a whole registry, or all of a hoster's customers, as a subtree
  SharedHost,           // the same for a CDN's apex; a portal as never-block
  Popular,              // would newly block a popular name
  Opens,                // would take a popular name out of what blocks it
  NeverBlock,           // lists or covers what never-block data protects, or lies below it
  MandatoryNeverBlock,  // a name would be mandatory and in the first never-block tier
  WidePrefix,           // too many addresses
  LostProtection,       // drops many of its mandatory or never-block entries
};
inline constexpr std::size_t kGuardKindCount = 11;

enum class GuardSeverity : std::uint8_t {
  Notice,  // for the report; nothing is worse than before
  Hold,    // a second person decides
  Forbid,  // nobody can accept it: the list must change
};

// One name, page or range that tripped a guard.
struct GuardHit {
  std::string subject;  // what would change: the popular or protected name
  std::string entry;    // the candidate's entry that does it
  CategorySet says;     // what that entry says
  CategorySet against;  // what is known of the subject
};

struct GuardFinding {
  GuardKind kind{};
  GuardSeverity severity{};
  std::uint64_t count = 0;      // of hits; 0 for what is about the list as a whole
  std::vector<GuardHit> first;  // GuardLimits::shown of them
  std::string sentence;
};

struct GuardReport {
  std::vector<GuardFinding> findings;  // by kind

  // The kinds that keep the version out of force: Hold and Forbid, each once.
  [[nodiscard]] std::vector<GuardKind> holding() const;
  [[nodiscard]] bool forbids() const noexcept;
};

struct GuardLimits {
  std::uint64_t size_from = 100;  // smaller lists may change as they like
  std::uint32_t shrink_percent = 50;
  std::uint32_t growth_percent = 300;
  std::uint64_t growth_entries = 10'000;  // and at least so many more
  std::uint32_t lost_percent = 10;
  std::uint64_t lost_entries = 5;  // and more than so many
  std::uint8_t ipv4_prefix = 16;   // the shortest that needs no second person
  std::uint8_t ipv6_prefix = 32;
  // Names of a ranking, of which nobody said what they are, are only noticed up to both: a tenth of
  // the most popular names belong to advertising alone.
  std::uint64_t ranked_names = 20;
  std::uint32_t ranked_percent = 10;
  std::size_t shown = 20;
};

// What a name with these categories and this minimum age is kept from: one bit for each audience
// (an age band) that would not reach it. With nothing at all: what is not listed.
using KeptFrom = std::function<std::uint64_t(CategorySet categories, std::uint8_t minimum_age)>;

// For who has no policy at hand, such as an issuer of lists: every category of content but kids an
// audience of its own, all of security one, all of bypass one; never-block before all but mandatory.
[[nodiscard]] KeptFrom kept_from_by_default(const Taxonomy& taxonomy);

// What the guards know of the lists in force. At its defaults nothing is.
struct InForce {
  std::uint64_t entries = 0;  // of the candidate's own source
  // Of them, all mandatory or never-block ones and all prefixes; others may be there. Normalised.
  const ListContent* own = nullptr;
  // What the source's own subtree entry for just this name says; asked for shared hosts only.
  std::function<Result<CategorySet>(const DomainName& name)> own_subtree;
  // What each other source says in these tiers, in the same way.
  std::vector<const ListContent*> others;
  // What all sources together say about a name; asked for popular names only.
  std::function<Result<NameMatch>(const DomainName& name)> match;
};

struct GuardInput {
  const ListContent& candidate;  // normalised
  const Taxonomy& taxonomy;
  const SharedHosts& hosts;
  const PopularNames& popular;
  const InForce& in_force;
  const KeptFrom& kept_from;
  GuardLimits limits;
};

// Fails only as the functions of InForce do.
[[nodiscard]] Result<GuardReport> check_version(const GuardInput& input);

// "public_suffix": the word in commands and files.
[[nodiscard]] std::string_view describe(GuardKind kind) noexcept;
[[nodiscard]] std::optional<GuardKind> guard_kind(std::string_view word) noexcept;
[[nodiscard]] std::string_view describe(GuardSeverity severity) noexcept;

}  // namespace luytre::categories
