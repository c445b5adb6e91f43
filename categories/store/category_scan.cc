// SPDX-License-Identifier: Apache-2.0
// Walks over all that a CategoryStore holds, as it is and merged.
#include <string>
#include <utility>

#include "categories/store/category_store.h"
#include "journal.h"
#include "merged_scan.h"
#include "statement_codec.h"
#include "table_merge.h"

namespace luytre::categories {

Result<Serial> CategoryStore::walk_snapshot(
    const std::function<Result<void>(const lmdb::ReadTransaction& transaction,
                                     const std::vector<Source>& sources)>& walk) const {
  const auto transaction = environment_.read();
  if (!transaction) {
    return Unexpected<Error>(transaction.error());
  }
  const auto sources = read_sources(*transaction);
  if (!sources) {
    return Unexpected<Error>(sources.error());
  }
  const auto done = walk(*transaction, *sources);
  return done ? read_serial(*transaction) : Unexpected<Error>(done.error());
}

Result<Serial> CategoryStore::scan(
    const std::function<Result<void>(const Entry& entry)>& visit) const {
  return walk_snapshot([&](const auto& transaction, const auto& sources) {
    const auto entry = [&](const DomainName& name, const std::vector<Statement>& said) {
      return visit({.name = name, .statements = said});
    };
    return walk(transaction, tables_.names, sources, NameKey::decode, entry);
  });
}

Result<Serial> CategoryStore::scan_paths(
    const std::function<Result<void>(const PathEntry& entry)>& visit) const {
  return walk_snapshot([&](const auto& transaction, const auto& sources) {
    const auto entry = [&](HostPath path, const std::vector<Statement>& said) {
      return visit({.path = std::move(path), .statements = said});
    };
    return walk(transaction, tables_.paths, sources, decode_path, entry);
  });
}

Result<Serial> CategoryStore::scan_prefixes(
    const std::function<Result<void>(const PrefixEntry& entry)>& visit) const {
  return walk_snapshot([&](const auto& transaction, const auto& sources) {
    const auto entry = [&](const IpPrefix& prefix, const std::vector<Statement>& said) {
      return visit({.prefix = prefix, .statements = said});
    };
    return walk(transaction, tables_.prefixes, sources, decode_prefix, entry);
  });
}

Result<Serial> CategoryStore::scan_merged(const Taxonomy& taxonomy,
                                          const MergedVisitor& visitor) const {
  return walk_snapshot([&](const auto& transaction, const auto& sources) -> Result<void> {
    const MergedScan merged{transaction, tables_, sources, taxonomy, visitor};
    const auto names = merged.all_names();
    return names ? merged.paths_and_prefixes() : names;
  });
}

Result<std::optional<Serial>> CategoryStore::scan_merged_around(
    const Taxonomy& taxonomy, std::span<const DomainName> names, std::size_t max_names,
    const MergedVisitor& visitor) const {
  bool whole = true;
  const auto serial =
      walk_snapshot([&](const auto& transaction, const auto& sources) -> Result<void> {
        const MergedScan merged{transaction, tables_, sources, taxonomy, visitor};
        const auto visited = merged.names_around({names.begin(), names.end()}, max_names);
        if (!visited) {
          return Unexpected<Error>(visited.error());
        }
        whole = *visited;
        return whole ? merged.paths_and_prefixes() : Result<void>{};
      });
  if (!serial) {
    return Unexpected<Error>(serial.error());
  }
  return whole ? std::optional(*serial) : std::nullopt;
}

Result<std::uint64_t> CategoryStore::name_count() const {
  std::uint64_t count = 0;
  const auto counted =
      walk_snapshot([&](const auto& transaction, const auto& sources) -> Result<void> {
        if (sources.size() <= 1) {
          count = transaction.entry_count(tables_.names);
          return {};
        }
        TableMerge merge(transaction, tables_.names, sources);
        merge.seek({});
        while (merge.next()) {
          ++count;
        }
        return merge.failed() ? Result<void>(fail(ErrorCode::Corrupt, std::string(kDamaged)))
                              : Result<void>{};
      });
  return counted ? Result<std::uint64_t>(count) : Unexpected<Error>(counted.error());
}

Result<std::optional<CategoryStore::Changes>> CategoryStore::changes_since(Serial since) const {
  const auto transaction = environment_.read();
  if (!transaction) {
    return Unexpected<Error>(transaction.error());
  }
  const auto now = read_serial(*transaction);
  if (!now) {
    return Unexpected<Error>(now.error());
  }
  if (since > *now) {
    return std::nullopt;  // the store was made anew
  }
  return since == *now
             ? Result<std::optional<Changes>>(Changes{})
             : read_journal(*transaction, tables_.journal, static_cast<std::uint64_t>(since) + 1,
                            static_cast<std::uint64_t>(*now));
}

}  // namespace luytre::categories
