// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ancestors.h"
#include "categories/entry.h"
#include "categories/index/index.h"
#include "categories/taxonomy.h"

namespace luytre::ctl {

struct Conflict {
  std::string name;
  std::vector<std::string> said;  // "starter: national_order (example.com)"
};

struct Mismatch {
  std::string name;
  categories::NameMatch expected;
  categories::NameMatch found;
};

struct Findings {
  std::uint64_t serial = 0;
  std::uint64_t names = 0;     // in the store
  std::uint64_t listing = 0;   // of them, those that say a category or age
  std::uint64_t compared = 0;  // with the index
  std::uint64_t mismatch_count = 0;
  std::uint64_t conflict_count = 0;
  std::vector<Mismatch> mismatches;   // the first
  std::vector<Conflict> conflicts;    // the first
  std::vector<std::string> problems;  // sentences
};

// Walks over the store's entries and asks the index about each. The answer that it expects is
// worked out here from the rule (per tier the longest name that has any), not by the index's code.
class ListVerifier {
 public:
  // Without an index nothing is compared. All arguments outlive the verifier.
  ListVerifier(const categories::Taxonomy& taxonomy, const std::vector<categories::Source>& sources,
               const categories::Index* index, Findings& findings);

  // Parents before their children, as a store's scan gives them.
  void visit(const categories::Entry& entry);

 private:
  static constexpr std::size_t kShown = 10;

  // What a listed name hands down to those below it: the answer, and who says what of it.
  struct Inherited {
    categories::NameMatch match;
    std::vector<categories::Statement> statements;
  };

  [[nodiscard]] categories::NameMatch resolve(const categories::DomainName& name,
                                              const std::vector<categories::Statement>& statements,
                                              const categories::NameMatch& above) const;
  void compare(const categories::DomainName& name, const categories::NameMatch& expected);
  void look_for_conflict(const categories::Entry& entry, const categories::NameMatch& match);
  void add_said(const categories::DomainName& name,
                const std::vector<categories::Statement>& statements, categories::CategorySet about,
                Conflict& conflict) const;

  const categories::Taxonomy& taxonomy_;
  const categories::Index* index_;
  Findings& findings_;
  std::vector<categories::CategorySet> tiers_;  // the last: what no tier has
  std::map<categories::SourceId, std::string> sources_;
  Ancestors<Inherited> ancestors_;
};

}  // namespace luytre::ctl
