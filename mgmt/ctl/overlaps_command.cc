// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "ancestors.h"
#include "category_words.h"
#include "command.h"
#include "opened_lists.h"
#include "output.h"
#include "progress.h"

namespace luytre::ctl {
namespace {

using categories::CategorySet;
using categories::Entry;
using categories::Reach;
using categories::SourceId;
using categories::Statement;
using Json = nlohmann::ordered_json;

constexpr std::size_t kCategoryCount = 64;

// Of two sources, the one with the smaller id first.
struct PairCount {
  std::uint64_t both = 0;  // names that both list
  // Names of one that a listed parent of the other covers in all their categories.
  std::uint64_t first_covered = 0;
  std::uint64_t second_covered = 0;
  std::array<std::uint64_t, kCategoryCount> both_by_category{};

  [[nodiscard]] std::uint64_t size() const noexcept {
    return both + first_covered + second_covered;
  }
};

struct CategoryCount {
  std::uint64_t names = 0;
  std::uint64_t several = 0;  // named by two sources or more
  std::uint64_t covered = 0;  // a listed parent with all below it has the category too
};

struct Overlaps {
  std::map<std::pair<SourceId, SourceId>, PairCount> pairs;
  std::map<SourceId, std::uint64_t> own_covered;  // by a parent in the same source
  std::array<CategoryCount, kCategoryCount> categories{};
};

template <typename Visit>
void for_each_bit(CategorySet set, const Visit& visit) {
  for (; !set.empty(); set = set - CategorySet::of(set.first())) {
    visit(static_cast<std::size_t>(set.first()));
  }
}

// What each source lists, whatever the reach; by source id as the statements are.
struct Voice {
  SourceId source{};
  CategorySet categories;
};

std::vector<Voice> voices(const Entry& entry, bool subtree_only) {
  std::vector<Voice> found;
  for (const Statement& said : entry.statements) {
    if (said.polarity == categories::Polarity::Withdraws ||
        (subtree_only && said.reach == Reach::Exact)) {
      continue;
    }
    if (found.empty() || found.back().source != said.source) {
      found.push_back({said.source, {}});
    }
    found.back().categories |= said.categories;
  }
  return found;
}

class Counter {
 public:
  void visit(const Entry& entry) {
    ancestors_.move_to(entry.name);
    const std::vector<Voice> here = voices(entry, false);
    count_same_name(here);
    count_covered(here);
    if (std::vector<Voice> below = voices(entry, true); !below.empty()) {
      ancestors_.push(entry.name, std::move(below));
    }
  }
  [[nodiscard]] const Overlaps& result() const noexcept { return overlaps_; }

 private:
  void count_same_name(const std::vector<Voice>& here) {
    CategorySet once;
    CategorySet twice;
    for (std::size_t i = 0; i < here.size(); ++i) {
      twice |= once & here[i].categories;
      once |= here[i].categories;
      for (std::size_t j = i + 1; j < here.size(); ++j) {
        PairCount& pair = overlaps_.pairs[{here[i].source, here[j].source}];
        ++pair.both;
        for_each_bit(here[i].categories & here[j].categories,
                     [&](std::size_t bit) { ++pair.both_by_category[bit]; });
      }
    }
    for_each_bit(once, [&](std::size_t bit) { ++overlaps_.categories[bit].names; });
    for_each_bit(twice, [&](std::size_t bit) { ++overlaps_.categories[bit].several; });
  }

  void count_covered(const std::vector<Voice>& here) {
    // One parent may have one category and the next another.
    std::map<SourceId, CategorySet> above;
    CategorySet any_above;
    for (const auto& frame : ancestors_.frames()) {
      for (const Voice& voice : frame.value) {
        above[voice.source] |= voice.categories;
        any_above |= voice.categories;
      }
    }
    CategorySet any_here;
    for (const Voice& voice : here) {
      any_here |= voice.categories;
      for (const auto& [parent, categories] : above) {
        if (!(voice.categories - categories).empty()) {
          continue;
        }
        if (parent == voice.source) {
          ++overlaps_.own_covered[parent];
        } else if (voice.source < parent) {
          ++overlaps_.pairs[{voice.source, parent}].first_covered;
        } else {
          ++overlaps_.pairs[{parent, voice.source}].second_covered;
        }
      }
    }
    for_each_bit(any_here & any_above,
                 [&](std::size_t bit) { ++overlaps_.categories[bit].covered; });
  }

  Ancestors<std::vector<Voice>> ancestors_;
  Overlaps overlaps_;
};

// The largest first; equal ones stay in their order.
template <typename Range, typename Size>
auto largest_first(const Range& range, const Size& size) {
  std::vector<const typename Range::value_type*> rows;
  for (const auto& each : range) {
    if (size(each) != 0) {
      rows.push_back(&each);
    }
  }
  std::ranges::stable_sort(rows, [&](const auto* a, const auto* b) { return size(*a) > size(*b); });
  return rows;
}

struct View {
  const Overlaps& overlaps;
  const std::vector<categories::Source>& sources;
  const categories::Taxonomy& taxonomy;

  [[nodiscard]] std::string name(SourceId id) const {
    const auto found = std::ranges::find(sources, id, &categories::Source::id);
    return found == sources.end() ? std::string() : found->name;
  }
  [[nodiscard]] std::string category(std::size_t bit) const {
    return taxonomy.describe(CategorySet::of(static_cast<categories::CategoryId>(bit)));
  }
  [[nodiscard]] auto pairs() const {
    return largest_first(overlaps.pairs, [](const auto& row) { return row.second.size(); });
  }
  [[nodiscard]] std::uint64_t own_covered(SourceId id) const {
    const auto found = overlaps.own_covered.find(id);
    return found == overlaps.own_covered.end() ? 0 : found->second;
  }
  // Bits of the categories that are named twice or covered, the largest first.
  [[nodiscard]] std::vector<std::size_t> category_rows() const {
    std::vector<std::size_t> rows;
    for (const CategoryCount* row :
         largest_first(overlaps.categories,
                       [](const CategoryCount& count) { return count.several + count.covered; })) {
      rows.push_back(static_cast<std::size_t>(row - overlaps.categories.data()));
    }
    return rows;
  }
};

Json to_json(const View& view) {
  Json json = {{"pairs", Json::array()}, {"sources", Json::array()}, {"categories", Json::array()}};
  for (const auto* row : view.pairs()) {
    Json by_category = Json::object();
    for (std::size_t bit = 0; bit < kCategoryCount; ++bit) {
      if (const std::uint64_t both = row->second.both_by_category[bit]; both != 0) {
        by_category[view.category(bit)] = both;
      }
    }
    json["pairs"].push_back({{"first", view.name(row->first.first)},
                             {"second", view.name(row->first.second)},
                             {"both", row->second.both},
                             {"both_by_category", by_category},
                             {"first_covered_by_second", row->second.first_covered},
                             {"second_covered_by_first", row->second.second_covered}});
  }
  for (const categories::Source& source : view.sources) {
    json["sources"].push_back({{"name", source.name},
                               {"entries", source.entry_count},
                               {"covered_by_own_parent", view.own_covered(source.id)}});
  }
  for (const std::size_t bit : view.category_rows()) {
    const CategoryCount& count = view.overlaps.categories[bit];
    json["categories"].push_back({{"name", view.category(bit)},
                                  {"names", count.names},
                                  {"in_several_sources", count.several},
                                  {"covered_by_parent", count.covered}});
  }
  return json;
}

void print(const View& view) {
  const auto pairs = view.pairs();
  if (pairs.empty()) {
    fmt::print("No two sources list or cover the same names.\n");
  } else {
    fmt::print("{:<28}{:<28}{:>12}{:>14}{:>14}\n", "first", "second", "both list", "first covered",
               "second cov.");
  }
  for (const auto* row : pairs) {
    fmt::print("{:<28}{:<28}{:>12}{:>14}{:>14}\n", cut(view.name(row->first.first), 27),
               cut(view.name(row->first.second), 27), grouped(row->second.both),
               grouped(row->second.first_covered), grouped(row->second.second_covered));
  }
  fmt::print("\n{:<56}{:>12}{:>28}\n", "source", "entries", "covered by its own parents");
  for (const categories::Source& source : view.sources) {
    fmt::print("{:<56}{:>12}{:>28}\n", cut(source.name, 55), grouped(source.entry_count),
               grouped(view.own_covered(source.id)));
  }
  const auto rows = view.category_rows();
  if (!rows.empty()) {
    fmt::print("\n{:<40}{:>16}{:>20}{:>20}\n", "category", "names", "in several sources",
               "covered by parent");
  }
  for (const std::size_t bit : rows) {
    const CategoryCount& count = view.overlaps.categories[bit];
    fmt::print("{:<40}{:>16}{:>20}{:>20}\n", view.category(bit), grouped(count.names),
               grouped(count.several), grouped(count.covered));
  }
}

Result<int> overlaps(const Command& command) {
  const auto opened = open_lists(command.installation, lmdb::OpenMode::ReadOnly);
  if (!opened) {
    return Unexpected<Error>(opened.error());
  }
  const auto sources = opened->store.sources();
  if (!sources) {
    return Unexpected<Error>(sources.error());
  }
  Counter counter;
  {
    Progress progress("names read");
    const auto scanned = opened->store.scan([&](const Entry& entry) -> Result<void> {
      progress.step();
      counter.visit(entry);
      return {};
    });
    if (!scanned) {
      return Unexpected<Error>(scanned.error());
    }
  }
  const View view{counter.result(), *sources, opened->taxonomy};
  if (command.json) {
    print_json(to_json(view));
  } else {
    print(view);
  }
  return kExitDone;
}

}  // namespace

void add_overlaps_command(CLI::App& categories, Command& command) {
  add_command(categories, command, "overlaps", "How many names several sources list or cover",
              [&command] { return overlaps(command); })
      ->footer(
          "A name counts as covered when listed parents of one source, with all below them, have\n"
          "every category that the name has.");
}

}  // namespace luytre::ctl
