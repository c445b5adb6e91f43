// SPDX-License-Identifier: Apache-2.0
#include "list_verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace luytre::ctl {

using categories::CategorySet;
using categories::CategoryTier;
using categories::Entry;
using categories::NameMatch;
using categories::Reach;
using categories::Statement;
using categories::Taxonomy;

namespace {

bool same(const NameMatch& a, const NameMatch& b) {
  return a.categories == b.categories && a.matched_labels == b.matched_labels &&
         a.minimum_age == b.minimum_age;
}

}  // namespace

ListVerifier::ListVerifier(const Taxonomy& taxonomy, const std::vector<categories::Source>& sources,
                           const categories::Index* index, Findings& findings)
    : taxonomy_(taxonomy), index_(index), findings_(findings) {
  CategorySet unknown(~std::uint64_t{0});
  for (std::size_t tier = 0; tier < categories::kCategoryTierCount; ++tier) {
    tiers_.push_back(taxonomy.tier(static_cast<CategoryTier>(tier)));
    unknown = unknown - tiers_.back();
  }
  tiers_.push_back(unknown);
  for (const categories::Source& source : sources) {
    sources_[source.id] = source.name;
  }
}

void ListVerifier::visit(const Entry& entry) {
  ++findings_.names;
  ancestors_.move_to(entry.name);
  const NameMatch above =
      ancestors_.frames().empty() ? NameMatch{} : ancestors_.frames().back().value.match;
  std::vector<Statement> subtree;
  std::ranges::copy_if(entry.statements, std::back_inserter(subtree),
                       [](const Statement& said) { return said.reach == Reach::Subtree; });
  const NameMatch expected = resolve(entry.name, entry.statements, above);
  findings_.listing += expected.matched_labels == entry.name.label_count() ? 1 : 0;
  compare(entry.name, expected);
  look_for_conflict(entry, expected);
  if (!subtree.empty()) {
    const NameMatch handed_down = resolve(entry.name, subtree, above);
    ancestors_.push(entry.name, {handed_down, std::move(subtree)});
  }
}

NameMatch ListVerifier::resolve(const categories::DomainName& name,
                                const std::vector<Statement>& statements,
                                const NameMatch& above) const {
  CategorySet own;
  std::uint8_t age = 0;
  for (const Statement& said : statements) {
    own |= said.categories;
    age = std::max(age, said.minimum_age);
  }
  NameMatch match = above;
  match.categories = {};
  for (const CategorySet tier : tiers_) {
    match.categories |= (own & tier).empty() ? above.categories & tier : own & tier;
  }
  if (!own.empty() || age != 0) {
    match.matched_labels = name.label_count();
  }
  match.minimum_age = age != 0 ? age : above.minimum_age;
  return match;
}

void ListVerifier::compare(const categories::DomainName& name, const NameMatch& expected) {
  if (index_ == nullptr) {
    return;
  }
  ++findings_.compared;
  const NameMatch found = index_->lookup(name);
  if (same(found, expected)) {
    return;
  }
  if (++findings_.mismatch_count <= kShown) {
    findings_.mismatches.push_back({name.to_text(), expected, found});
  }
}

// Only where the entry itself adds to it: below, everything would only repeat it.
void ListVerifier::look_for_conflict(const Entry& entry, const NameMatch& match) {
  const CategorySet mandatory = taxonomy_.tier(CategoryTier::Mandatory);
  const CategorySet spared = taxonomy_.tier(CategoryTier::NeverBlock1);
  if ((match.categories & mandatory).empty() || (match.categories & spared).empty()) {
    return;
  }
  Conflict conflict{.name = entry.name.to_text(), .said = {}};
  add_said(entry.name, entry.statements, mandatory | spared, conflict);
  if (conflict.said.empty()) {
    return;
  }
  if (++findings_.conflict_count > kShown) {
    return;
  }
  for (const auto& frame : ancestors_.frames()) {
    add_said(frame.name, frame.value.statements, mandatory | spared, conflict);
  }
  findings_.conflicts.push_back(std::move(conflict));
}

void ListVerifier::add_said(const categories::DomainName& name,
                            const std::vector<Statement>& statements, CategorySet about,
                            Conflict& conflict) const {
  for (const Statement& said : statements) {
    if (!(said.categories & about).empty()) {
      conflict.said.push_back(fmt::format("{}: {} ({})", sources_.at(said.source),
                                          taxonomy_.describe(said.categories & about),
                                          name.to_text()));
    }
  }
}

}  // namespace luytre::ctl
