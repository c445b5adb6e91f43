// SPDX-License-Identifier: Apache-2.0
#pragma once

// The words in which importers, the store and the index builder speak about listed names.

#include <cstdint>
#include <string>
#include <vector>

#include "categories/category_set.h"
#include "categories/domain_name.h"

namespace luytre::categories {

enum class SourceId : std::uint16_t {};  // one list inside one store
enum class Serial : std::uint64_t {};    // version of the merged database; grows with each commit

// How far an entry reaches: the name alone, or the name and everything below it.
enum class Reach : std::uint8_t { Exact, Subtree };

// What one source says about one name.
struct Statement {
  SourceId source{};
  Reach reach = Reach::Subtree;
  std::uint8_t minimum_age = 0;
  CategorySet categories;

  friend bool operator==(const Statement&, const Statement&) = default;
};

struct Entry {
  DomainName name;
  std::vector<Statement> statements;  // by source id, one per source and reach
};

struct Source {
  SourceId id{};
  std::string name;    // "ut1-2026-08-17", chosen by who imports
  std::string format;  // "ut1", "hosts", "names"
  std::uint64_t entry_count = 0;
  std::int64_t imported_at = 0;  // seconds since 1970, UTC
};

}  // namespace luytre::categories
