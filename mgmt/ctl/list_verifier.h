// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ancestors.h"
#include "base/error.h"
#include "categories/entry.h"
#include "categories/index/index.h"
#include "categories/store/category_store.h"
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
  std::uint64_t names = 0;  // about which the sources together say anything
  std::uint64_t paths = 0;  // the same
  std::uint64_t prefixes = 0;
  std::uint64_t compared = 0;  // with the index, of all three kinds
  std::uint64_t mismatch_count = 0;
  std::uint64_t conflict_count = 0;
  std::vector<Mismatch> mismatches;   // the first
  std::vector<Conflict> conflicts;    // the first
  std::vector<std::string> problems;  // sentences
};

// Walks over what the store's sources say together and asks the index about each name, path and
// address range. The answers that it expects are inherited here by the rule (per tier what a name
// says itself, or what comes from above and is not withdrawn), not by the index's code.
class ListVerifier {
 public:
  // Without an index nothing is compared. All arguments outlive the verifier.
  ListVerifier(const categories::CategoryStore& store, const categories::Taxonomy& taxonomy,
               const std::vector<categories::Source>& sources, const categories::Index* index,
               Findings& findings);

  // As CategoryStore::scan_merged() gives them: parents before their children.
  [[nodiscard]] Result<void> visit(const categories::DomainName& name,
                                   const categories::MergedEntry& entry);
  void visit(const categories::HostPath& path, categories::CategorySet categories,
             std::uint8_t minimum_age);
  void visit(const categories::IpPrefix& prefix, categories::CategorySet categories,
             std::uint8_t minimum_age);
  // After the last: an address range waits for a longer one that begins at the same address.
  void finish();

 private:
  static constexpr std::size_t kShown = 10;

  // One half of a merged entry: for the name itself, or for what is below it.
  struct Half {
    categories::CategorySet own;
    categories::CategorySet withdrawn;
    std::uint8_t minimum_age = 0;
    bool age_withdrawn = false;
  };
  struct PrefixAnswer {
    categories::IpPrefix prefix;
    categories::NameMatch expected;
  };

  [[nodiscard]] categories::NameMatch inherit(const categories::DomainName& name, const Half& half,
                                              const categories::NameMatch& above) const;
  void compare(const std::string& subject, const categories::NameMatch& expected,
               const categories::NameMatch& found);
  [[nodiscard]] Result<void> look_for_conflict(const categories::DomainName& name,
                                               categories::CategorySet own,
                                               categories::CategorySet answer);

  const categories::CategoryStore& store_;
  const categories::Taxonomy& taxonomy_;
  const std::vector<categories::Source>& sources_;
  const categories::Index* index_;
  Findings& findings_;
  std::vector<categories::CategorySet> tiers_;  // the last: what no tier has
  Ancestors<categories::NameMatch> ancestors_;  // what each hands down
  std::optional<PrefixAnswer> waiting_;
};

}  // namespace luytre::ctl
