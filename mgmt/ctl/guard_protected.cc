// SPDX-License-Identifier: Apache-2.0
#include "guard_protected.h"

#include <utility>

#include "progress.h"

namespace luytre::ctl {

using categories::CategoryTier;
using categories::Statement;

ProtectedNames::ProtectedNames(const categories::Taxonomy& taxonomy)
    : tiers_(taxonomy.tier(CategoryTier::Mandatory) | taxonomy.tier(CategoryTier::NeverBlock1) |
             taxonomy.tier(CategoryTier::NeverBlock2)) {}

Result<void> ProtectedNames::gather(const categories::CategoryStore& store) {
  const auto sources = store.sources();
  if (!sources) {
    return Unexpected<Error>(sources.error());
  }
  std::map<categories::SourceId, Said*> by_id;
  for (const categories::Source& source : *sources) {
    Said& said = by_source_[source.name];
    said.entries = source.entry_count;
    by_id[source.id] = &said;
  }
  Progress progress("names compared");
  const auto names = store.scan([&](const categories::Entry& entry) -> Result<void> {
    for (const Statement& said : entry.statements) {
      if (weighs(said.categories)) {
        by_id[said.source]->content.names.add({.name = entry.name,
                                               .reach = said.reach,
                                               .minimum_age = said.minimum_age,
                                               .categories = said.categories,
                                               .polarity = said.polarity,
                                               .terms = said.terms});
      }
    }
    progress.step();
    return {};
  });
  const auto paths = store.scan_paths([&](const categories::PathEntry& entry) -> Result<void> {
    for (const Statement& said : entry.statements) {
      if (weighs(said.categories)) {
        by_id[said.source]->content.paths.push_back({.path = entry.path,
                                                     .polarity = said.polarity,
                                                     .minimum_age = said.minimum_age,
                                                     .categories = said.categories,
                                                     .terms = said.terms});
      }
    }
    return {};
  });
  const auto prefixes =
      store.scan_prefixes([&](const categories::PrefixEntry& entry) -> Result<void> {
        for (const Statement& said : entry.statements) {
          by_id[said.source]->content.prefixes.push_back({.prefix = entry.prefix,
                                                          .polarity = said.polarity,
                                                          .minimum_age = said.minimum_age,
                                                          .categories = said.categories,
                                                          .terms = said.terms});
        }
        return {};
      });
  for (const auto* scanned : {&names, &paths, &prefixes}) {
    if (!*scanned) {
      return Unexpected<Error>(scanned->error());
    }
  }
  for (auto& [source, said] : by_source_) {
    said.content.normalise();
  }
  return {};
}

void ProtectedNames::replace(const std::string& source, const categories::ListContent& content) {
  Said said{.entries = content.size(), .content = {}};
  for (std::size_t i = 0; i < content.names.size(); ++i) {
    if (weighs(content.names.categories(i))) {
      said.content.names.add(content.names[i]);
    }
  }
  for (const categories::ListedPath& path : content.paths) {
    if (weighs(path.categories)) {
      said.content.paths.push_back(path);
    }
  }
  said.content.prefixes = content.prefixes;
  by_source_[source] = std::move(said);
}

const ProtectedNames::Said* ProtectedNames::find(const std::string& source) const {
  const auto found = by_source_.find(source);
  return found == by_source_.end() ? nullptr : &found->second;
}

std::vector<const categories::ListContent*> ProtectedNames::others(
    const std::string& source) const {
  std::vector<const categories::ListContent*> contents;
  for (const auto& [name, said] : by_source_) {
    if (name != source && said.content.size() != 0) {
      contents.push_back(&said.content);
    }
  }
  return contents;
}

}  // namespace luytre::ctl
