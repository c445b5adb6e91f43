// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "categories/category_set.h"
#include "categories/entry.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

enum class ExportFormat : std::uint8_t {
  Rpz,     // a response policy zone: "name CNAME ." and, for a subtree, "*.name CNAME ."
  Hosts,   // "0.0.0.0 name"; a subtree becomes its name alone
  Names,   // "name" for the name alone, "*.name" for the name and all below it
  Luytre,  // our own: "name<TAB>category[,category]<TAB>exact|subtree"
};

struct ExportOptions {
  ExportFormat format = ExportFormat::Luytre;
  std::optional<SourceId> source = std::nullopt;  // only what this source says
  // Only names in one of these, and of their categories only these.
  CategorySet categories{~std::uint64_t{0}};
  std::uint64_t serial = 1;  // for a zone's SOA, which holds its lower 32 bits
};

// Every (name, reach) that the options select is in exactly one of `entries` and `left_out` (see
// not_expressible and never_block).
struct ExportReport {
  std::uint64_t entries = 0;          // distinct (name, reach) pairs that are in the text
  std::uint64_t lines = 0;            // without comments and the zone's head
  std::uint64_t narrowed = 0;         // of the entries: subtrees written as their name alone
  std::uint64_t without_age = 0;      // of the entries: a minimum age that the text does not say
  std::uint64_t passed = 0;           // of the entries: never-block names, which a zone lets pass
  std::uint64_t never_block = 0;      // left out: a hosts file cannot let a name pass
  std::uint64_t not_expressible = 0;  // left out: the format has no words for the name or category

  [[nodiscard]] std::uint64_t left_out() const noexcept { return never_block + not_expressible; }
};

// Takes entries one by one and gives text to a sink in pieces of about 64 KiB. Stops with the
// sink's first error.
class Exporter {
 public:
  using Sink = std::function<Result<void>(std::string_view text)>;

  // `taxonomy` outlives the exporter.
  Exporter(const Taxonomy& taxonomy, const ExportOptions& options, Sink sink);

  // Each name once, parents before their children as a store's scan gives them.
  [[nodiscard]] Result<void> add(const Entry& entry);
  // Gives the rest of the text. Nothing may be added afterwards.
  [[nodiscard]] Result<ExportReport> finish();

 private:
  // What is said about a name with one reach.
  struct Said {
    CategorySet all;       // by every source: what decides whether the name may be refused
    CategorySet selected;  // of them, what the options select
    std::uint8_t minimum_age = 0;

    [[nodiscard]] bool listed() const noexcept { return !selected.empty(); }
  };

  void write_head();
  void write(const DomainName& name, const Said& exact, const Said& subtree);
  void write_luytre(std::string_view name, const Said& said, Reach reach);
  void write_zone(const DomainName& name, std::string_view text, const Said& exact,
                  const Said& subtree);
  [[nodiscard]] bool may_pass(const DomainName& name, CategorySet all) const;
  void line(std::string_view text);

  const Taxonomy& taxonomy_;
  ExportOptions options_;
  Sink sink_;
  CategorySet never_block_;
  CategorySet known_;
  std::string text_;
  ExportReport report_;
  // The last subtree that the law refuses: never-block names below it do not pass.
  std::optional<DomainName> mandatory_apex_;
};

// "rpz", "hosts": the word in commands.
[[nodiscard]] std::string_view describe(ExportFormat format) noexcept;

}  // namespace luytre::categories
