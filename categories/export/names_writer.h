// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "entry_writer.h"
#include "withdrawals.h"

namespace luytre::categories {

// Zones, hosts files and plain names: names that are refused or, in a zone, pass. Exceptions are
// applied to the listings of their own name; a zone can say one for a name below a listing.
class NamesWriter final : public EntryWriter {
 public:
  NamesWriter(const Taxonomy& taxonomy, const ExportOptions& options);

  void add(const Entry& entry) override;
  void add(const PathEntry& entry) override { report_.paths += selection_.count(entry.statements); }
  void add(const PrefixEntry& entry) override {
    report_.prefixes += selection_.count(entry.statements);
  }

 private:
  // What is said about a name with one reach.
  struct Said {
    CategorySet all;      // by every source: what decides whether the name may be refused
    CategorySet left;     // of what the options select, what no exception takes back
    CategorySet at_name;  // of a subtree, the same at the name itself, which exact exceptions reach
    std::uint64_t selected = 0;  // how many entries
    std::uint64_t without_age = 0;
    std::uint64_t without_terms = 0;

    [[nodiscard]] bool listed() const noexcept { return !left.empty(); }
  };
  enum class Action : std::uint8_t { None, Refuse, Pass };

  [[nodiscard]] Said gather(const Entry& entry, Reach reach) const;
  void write(const Entry& entry, std::string_view text, const Said& exact, const Said& subtree);
  void write_zone(const Entry& entry, std::string_view text, const Said& exact,
                  const Said& subtree);
  // Mandatory stands above never-block and that above all else, whatever was selected.
  [[nodiscard]] bool may_pass(CategorySet all) const;
  [[nodiscard]] std::vector<Statement> exceptions_of(const Entry& entry) const;

  CategorySet never_block_;
  CategorySet mandatory_;
  Withdrawals withdrawals_;
};

}  // namespace luytre::categories
