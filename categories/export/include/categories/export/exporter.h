// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "categories/category_set.h"
#include "categories/entry.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

enum class ExportFormat : std::uint8_t {
  Rpz,     // a response policy zone: "name CNAME ." and, for a subtree, "*.name CNAME ."
  Hosts,   // "0.0.0.0 name"; a subtree becomes its name alone
  Names,   // "name" for the name alone, "*.name" for the name and all below it
  Luytre,  // our own in canonical form: says everything
  Csv,     // a header and rows: says everything
};

struct ExportOptions {
  ExportFormat format = ExportFormat::Luytre;
  std::optional<SourceId> source = std::nullopt;  // only what this source says
  // Only entries in one of these, and of their categories only these.
  CategorySet categories{~std::uint64_t{0}};
  std::uint64_t serial = 1;  // for a zone's SOA, which holds its lower 32 bits
  // Who stands above whom: what decides whether an exception takes a listing back, where the format
  // has no words for exceptions. A source that is not among them has the values of a new Source.
  std::vector<Source> sources = {};
};

// Every (subject, reach, polarity, terms) that the options select is in exactly one of `entries` and
// `left_out`.
struct ExportReport {
  std::uint64_t entries = 0;        // that are in the text
  std::uint64_t lines = 0;          // without comments and the zone's head
  std::uint64_t narrowed = 0;       // of the entries: subtrees written as their name alone
  std::uint64_t without_age = 0;    // of the entries: a minimum age that the text does not say
  std::uint64_t without_terms = 0;  // of the entries: a reference or an end that it does not say
  std::uint64_t passed =
      0;  // of the entries: never-block names and exceptions that a zone lets pass
  std::uint64_t never_block = 0;      // left out: a hosts file cannot let a name pass
  std::uint64_t not_expressible = 0;  // left out: the format has no words for the name or category
  std::uint64_t taken_back = 0;  // left out: listings that an exception of the lists takes back
  std::uint64_t exceptions = 0;  // left out: the format cannot say them, or nothing needs them
  std::uint64_t paths = 0;       // left out, as the next, by formats that speak of names alone
  std::uint64_t prefixes = 0;

  [[nodiscard]] std::uint64_t left_out() const noexcept {
    return never_block + not_expressible + taken_back + exceptions + paths + prefixes;
  }
};

class EntryWriter;

// Takes entries one by one and gives text to a sink in pieces of about 64 KiB. Stops with the
// sink's first error.
class Exporter {
 public:
  using Sink = std::function<Result<void>(std::string_view text)>;

  // `taxonomy` outlives the exporter.
  Exporter(const Taxonomy& taxonomy, const ExportOptions& options, Sink sink);
  Exporter(Exporter&&) noexcept;
  Exporter& operator=(Exporter&&) noexcept;
  ~Exporter();

  // Each subject once, in the order of a store's scans: names, parents before their children, then
  // paths, then prefixes.
  [[nodiscard]] Result<void> add(const Entry& entry);
  [[nodiscard]] Result<void> add(const PathEntry& entry);
  [[nodiscard]] Result<void> add(const PrefixEntry& entry);
  // Gives the rest of the text. Nothing may be added afterwards.
  [[nodiscard]] Result<ExportReport> finish();

 private:
  [[nodiscard]] Result<void> flush();

  std::unique_ptr<EntryWriter> writer_;
  Sink sink_;
};

// "rpz", "hosts": the word in commands.
[[nodiscard]] std::string_view describe(ExportFormat format) noexcept;

}  // namespace luytre::categories
