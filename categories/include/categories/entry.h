// SPDX-License-Identifier: Apache-2.0
#pragma once

// The words in which importers, the store and the index builder speak about what lists say.

#include <cstdint>
#include <string>
#include <vector>

#include "categories/category_set.h"
#include "categories/domain_name.h"
#include "categories/host_path.h"
#include "categories/ip_address.h"

namespace luytre::categories {

enum class SourceId : std::uint16_t {};  // one list inside one store
enum class Serial : std::uint64_t {};    // version of the merged database; grows with each commit

// How far an entry reaches: the name alone, or the name and everything below it. Paths and prefixes
// are Subtree by nature.
enum class Reach : std::uint8_t { Exact, Subtree };

// Whether an entry lists its subject, or takes back what sources that do not stand above its own say
// about it (an exception). A mandatory category is taken back by a source of mandatory scope only.
enum class Polarity : std::uint8_t { Lists, Withdraws };

// Under which order, and until when. Most entries have neither.
struct Terms {
  std::string legal_ref;     // as the issuer writes it: "QĐ 123/2026"
  std::int64_t expires = 0;  // seconds since 1970, UTC: the first one no longer in force; 0: never

  friend auto operator<=>(const Terms&, const Terms&) = default;
};

// What one source says about one subject.
struct Statement {
  SourceId source{};
  Reach reach = Reach::Subtree;
  Polarity polarity = Polarity::Lists;
  std::uint8_t minimum_age = 0;
  // Of an exception: what it takes back; empty for all that it may.
  CategorySet categories;
  std::int64_t since = 0;  // seconds since 1970, UTC: when this source first said just this
  Terms terms = {};

  friend bool operator==(const Statement&, const Statement&) = default;
};

struct Entry {
  DomainName name;
  std::vector<Statement> statements;  // by source id
};
struct PathEntry {
  HostPath path;
  std::vector<Statement> statements;
};
struct PrefixEntry {
  IpPrefix prefix;
  std::vector<Statement> statements;
};

// Who may say what: a source of a narrower scope says nothing in the tiers of a wider one.
enum class Scope : std::uint8_t {
  Mandatory,  // the law's own list: any category
  National,   // all but the mandatory tier
  Operator,   // the same; never-block tiers only where the operator grants them
  School,     // content, security and bypass only
};

// One list and everything that is known about it.
struct Source {
  SourceId id{};
  std::string name;               // "ut1-2026-08-17", chosen by who imports
  std::string format;             // "ut1", "hosts", "names"
  std::uint64_t entry_count = 0;  // of all three kinds
  std::int64_t imported_at = 0;   // seconds since 1970, UTC

  std::string issuer = {};  // for people: "Université Toulouse Capitole"; empty: nobody said
  Scope scope = Scope::Operator;
  // 0 is the strongest. An exception takes back what sources of the same or a higher number say.
  std::uint16_t priority = 100;
  std::string trust = {};  // of a signed list: the fingerprint of its pinned root; empty: not signed
  std::uint64_t version = 0;  // the list's own serial; 0: it has none
  // How it is fetched again: a path or URL, and how often; 0: by hand only.
  std::string location = {};
  std::uint32_t refresh_seconds = 0;
  // The list's own words for categories, in ours: "adult=porn,poker=gambling".
  std::string mapping = {};
};

}  // namespace luytre::categories
