// SPDX-License-Identifier: Apache-2.0
// What covers a name, a request or an address, and what follows from it.
#include <utility>

#include "categories/store/category_store.h"
#include "covering.h"
#include "explain.h"
#include "match_rules.h"

namespace luytre::categories {

template <typename Value>
Result<Value> CategoryStore::look(
    const std::function<Result<Value>(const Snapshot& snapshot)>& look) const {
  Result<Value> found;
  const auto read =
      walk_snapshot([&](const auto& transaction, const auto& sources) -> Result<void> {
        found = look(Snapshot{transaction, tables_, sources});
        return found ? Result<void>{} : Unexpected<Error>(found.error());
      });
  return read ? found : Unexpected<Error>(read.error());
}

Result<std::vector<Entry>> CategoryStore::covering(const DomainName& name) const {
  return look<std::vector<Entry>>(
      [&](const Snapshot& snapshot) { return snapshot.covering(name); });
}

Result<std::vector<PathEntry>> CategoryStore::covering_paths(const DomainName& host,
                                                             std::string_view target) const {
  return look<std::vector<PathEntry>>(
      [&](const Snapshot& snapshot) { return snapshot.covering_paths(host, target); });
}

Result<std::vector<PrefixEntry>> CategoryStore::covering_prefixes(const IpAddress& address) const {
  return look<std::vector<PrefixEntry>>(
      [&](const Snapshot& snapshot) { return snapshot.covering_prefixes(address); });
}

Result<NameMatch> CategoryStore::match(const DomainName& name, const Taxonomy& taxonomy) const {
  return look<NameMatch>([&](const Snapshot& snapshot) -> Result<NameMatch> {
    auto covering = snapshot.covering(name);
    if (!covering) {
      return Unexpected<Error>(covering.error());
    }
    MatchRules::Levels levels;
    for (Entry& entry : *covering) {
      levels.push_back(std::move(entry.statements));
    }
    const auto answer = MatchRules(levels, snapshot.sources, taxonomy).answer();
    return NameMatch{.categories = answer.categories,
                     .matched_labels = answer.deepest
                                           ? (*covering)[*answer.deepest].name.label_count()
                                           : std::uint8_t{0},
                     .minimum_age = answer.minimum_age};
  });
}

Result<Explanation> CategoryStore::explain(const DomainName& name, const Taxonomy& taxonomy) const {
  return look<Explanation>([&](const Snapshot& snapshot) {
    return explain_covering(snapshot.covering(name), &Entry::name, snapshot.sources, taxonomy);
  });
}

Result<Explanation> CategoryStore::explain_path(const DomainName& host, std::string_view target,
                                                const Taxonomy& taxonomy) const {
  return look<Explanation>([&](const Snapshot& snapshot) {
    return explain_covering(snapshot.covering_paths(host, target), &PathEntry::path,
                            snapshot.sources, taxonomy);
  });
}

Result<Explanation> CategoryStore::explain_address(const IpAddress& address,
                                                   const Taxonomy& taxonomy) const {
  return look<Explanation>([&](const Snapshot& snapshot) {
    return explain_covering(snapshot.covering_prefixes(address), &PrefixEntry::prefix,
                            snapshot.sources, taxonomy);
  });
}

}  // namespace luytre::categories
