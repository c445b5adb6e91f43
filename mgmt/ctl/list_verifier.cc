// SPDX-License-Identifier: Apache-2.0
#include "list_verifier.h"

#include <fmt/format.h>

#include <algorithm>

#include "statement_words.h"

namespace luytre::ctl {

using categories::CategorySet;
using categories::CategoryTier;
using categories::DomainName;
using categories::MergedEntry;
using categories::NameMatch;
using categories::Taxonomy;

namespace {

bool same(const NameMatch& a, const NameMatch& b) {
  return a.categories == b.categories && a.matched_labels == b.matched_labels &&
         a.minimum_age == b.minimum_age;
}

// What a path or an address is answered; labels mean nothing there.
NameMatch without_labels(NameMatch match) {
  match.matched_labels = 0;
  return match;
}

}  // namespace

ListVerifier::ListVerifier(const categories::CategoryStore& store, const Taxonomy& taxonomy,
                           const std::vector<categories::Source>& sources,
                           const categories::Index* index, Findings& findings)
    : store_(store), taxonomy_(taxonomy), sources_(sources), index_(index), findings_(findings) {
  CategorySet unknown(~std::uint64_t{0});
  for (std::size_t tier = 0; tier < categories::kCategoryTierCount; ++tier) {
    tiers_.push_back(taxonomy.tier(static_cast<CategoryTier>(tier)));
    unknown = unknown - tiers_.back();
  }
  tiers_.push_back(unknown);
}

Result<void> ListVerifier::visit(const DomainName& name, const MergedEntry& entry) {
  ++findings_.names;
  ancestors_.move_to(name);
  const NameMatch above =
      ancestors_.frames().empty() ? NameMatch{} : ancestors_.frames().back().value;
  const NameMatch expected = inherit(name,
                                     {.own = entry.exact,
                                      .withdrawn = entry.exact_withdrawn,
                                      .minimum_age = entry.exact_minimum_age,
                                      .age_withdrawn = entry.exact_age_withdrawn},
                                     above);
  ancestors_.push(name, inherit(name,
                                {.own = entry.subtree,
                                 .withdrawn = entry.subtree_withdrawn,
                                 .minimum_age = entry.subtree_minimum_age,
                                 .age_withdrawn = entry.subtree_age_withdrawn},
                                above));
  if (index_ != nullptr) {
    compare(name.to_text(), expected, index_->lookup(name));
  }
  return look_for_conflict(name, entry.exact, expected.categories);
}

void ListVerifier::visit(const categories::HostPath& path, CategorySet categories,
                         std::uint8_t minimum_age) {
  ++findings_.paths;
  if (index_ != nullptr) {
    compare(path.to_text(),
            {.categories = categories, .matched_labels = 0, .minimum_age = minimum_age},
            without_labels(index_->lookup_path(path.host, path.path)));
  }
}

void ListVerifier::visit(const categories::IpPrefix& prefix, CategorySet categories,
                         std::uint8_t minimum_age) {
  ++findings_.prefixes;
  if (waiting_ && !(waiting_->prefix.address == prefix.address)) {
    finish();
  }
  waiting_ = PrefixAnswer{
      .prefix = prefix,
      .expected = {.categories = categories, .matched_labels = 0, .minimum_age = minimum_age}};
}

void ListVerifier::finish() {
  if (waiting_ && index_ != nullptr) {
    compare(waiting_->prefix.to_text(), waiting_->expected,
            without_labels(index_->lookup_address(waiting_->prefix.address)));
  }
  waiting_.reset();
}

NameMatch ListVerifier::inherit(const DomainName& name, const Half& half,
                                const NameMatch& above) const {
  NameMatch match = above;
  match.categories = {};
  for (const CategorySet tier : tiers_) {
    const CategorySet own = half.own & tier;
    match.categories |= own.empty() ? (above.categories & tier) - half.withdrawn : own;
  }
  if (!half.own.empty() || half.minimum_age != 0) {
    match.matched_labels = name.label_count();
  }
  if (half.minimum_age != 0 || half.age_withdrawn) {
    match.minimum_age = half.minimum_age;
  }
  return match;
}

void ListVerifier::compare(const std::string& subject, const NameMatch& expected,
                           const NameMatch& found) {
  ++findings_.compared;
  if (!same(found, expected) && ++findings_.mismatch_count <= kShown) {
    findings_.mismatches.push_back({subject, expected, found});
  }
}

// Only where the name itself adds to it: below, everything would only repeat it.
Result<void> ListVerifier::look_for_conflict(const DomainName& name, CategorySet own,
                                             CategorySet answer) {
  const CategorySet mandatory = taxonomy_.tier(CategoryTier::Mandatory);
  const CategorySet spared = taxonomy_.tier(CategoryTier::NeverBlock1);
  const CategorySet about = mandatory | spared;
  if ((answer & mandatory).empty() || (answer & spared).empty() || (own & about).empty() ||
      ++findings_.conflict_count > kShown) {
    return {};
  }
  const auto covering = store_.covering(name);
  if (!covering) {
    return Unexpected<Error>(covering.error());
  }
  Conflict conflict{.name = name.to_text(), .said = {}};
  for (const categories::Entry& entry : *covering) {
    for (const categories::Statement& said : entry.statements) {
      if (said.polarity == categories::Polarity::Lists && !(said.categories & about).empty()) {
        conflict.said.push_back(fmt::format("{}: {} ({})", source_of(sources_, said.source).name,
                                            taxonomy_.describe(said.categories & about),
                                            entry.name.to_text()));
      }
    }
  }
  findings_.conflicts.push_back(std::move(conflict));
  return {};
}

}  // namespace luytre::ctl
