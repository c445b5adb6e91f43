// SPDX-License-Identifier: Apache-2.0
#include "merged_scan.h"

#include <algorithm>
#include <string>
#include <utility>

#include "merge_walk.h"
#include "statement_codec.h"
#include "subject_key.h"
#include "table_merge.h"

namespace luytre::categories {
namespace {

Unexpected<Error> damaged() { return fail(ErrorCode::Corrupt, std::string(kDamaged)); }

// As merge_walk.h asks for them.
struct PathSubject {
  HostPath path;
  [[nodiscard]] bool begins(const PathSubject& other) const {
    return path.host == other.path.host && other.path.path.starts_with(path.path);
  }
  [[nodiscard]] bool covers(const PathSubject& other) const {
    return path.host == other.path.host && path.covers(other.path.path);
  }
};
struct PrefixSubject {
  IpPrefix prefix;
  [[nodiscard]] bool begins(const PrefixSubject& other) const {
    return shares_bits(prefix, other.prefix.address);
  }
  [[nodiscard]] bool covers(const PrefixSubject& other) const {
    return categories::covers(prefix, other.prefix.address);
  }
};

// Names that come in key order, merged.
class MergedNames {
 public:
  MergedNames(const StatementMerge& merge, const MergedVisitor& visitor)
      : walk_(merge), visitor_(&visitor) {}

  [[nodiscard]] Result<void> visit(lmdb::Bytes key, const std::vector<Statement>& said) {
    const MergedEntry entry = walk_.visit(key, said);
    ++visited_;
    if (entry == MergedEntry{} || !visitor_->name) {
      return {};
    }
    const auto name = NameKey::decode(key);
    return name ? visitor_->name(*name, entry) : damaged();
  }
  [[nodiscard]] std::size_t visited() const noexcept { return visited_; }

 private:
  NameMergeWalk walk_;
  const MergedVisitor* visitor_;
  std::size_t visited_ = 0;
};

// The paths or the prefixes, merged.
template <typename Subject, auto kValue, typename Decode, typename Visit>
Result<void> walk_resolved(const MergedScan& scan, lmdb::Database table, const Decode& decode,
                           const Visit& visit) {
  ResolvedMergeWalk<Subject> merge(scan.merge, scan.taxonomy);
  const auto merged = [&](auto value, const std::vector<Statement>& said) -> Result<void> {
    const Subject subject{std::move(value)};
    const auto entry = merge.visit(subject, said);
    return entry ? visit(subject.*kValue, entry->categories, entry->minimum_age) : Result<void>{};
  };
  return walk(scan.transaction, table, scan.sources, decode, merged);
}

// The labels from the right that two names share.
std::uint8_t shared_labels(const DomainName& a, const DomainName& b) {
  std::uint8_t labels = std::min(a.label_count(), b.label_count());
  while (!(a.parent(static_cast<std::uint8_t>(a.label_count() - labels)) ==
           b.parent(static_cast<std::uint8_t>(b.label_count() - labels)))) {
    --labels;
  }
  return labels;
}

}  // namespace

Result<void> MergedScan::all_names() const {
  if (!visitor.name) {
    return {};
  }
  TableMerge table(transaction, tables.names, sources);
  MergedNames merged(merge, visitor);
  table.seek({});
  while (table.next()) {
    if (auto visited = merged.visit(table.key(), table.statements()); !visited) {
      return visited;
    }
  }
  return table.failed() ? damaged() : Result<void>{};
}

Result<void> MergedScan::paths_and_prefixes() const {
  if (visitor.path) {
    if (auto done = walk_resolved<PathSubject, &PathSubject::path>(*this, tables.paths, decode_path,
                                                                   visitor.path);
        !done) {
      return done;
    }
  }
  return visitor.prefix ? walk_resolved<PrefixSubject, &PrefixSubject::prefix>(
                              *this, tables.prefixes, decode_prefix, visitor.prefix)
                        : Result<void>{};
}

Result<bool> MergedScan::names_around(std::vector<DomainName> around, std::size_t max_names) const {
  std::ranges::sort(around, [](const DomainName& a, const DomainName& b) { return a < b; });
  TableMerge table(transaction, tables.names, sources);
  MergedNames merged(merge, visitor);
  const auto visit_all = [&]() -> Result<bool> {
    while (table.next()) {
      if (auto visited = merged.visit(table.key(), table.statements()); !visited) {
        return Unexpected<Error>(visited.error());
      }
      if (merged.visited() > max_names) {
        return false;
      }
    }
    return table.failed() ? damaged() : Result<bool>(true);
  };
  std::vector<Statement> said;
  const DomainName* before = nullptr;
  for (const DomainName& name : around) {
    if (before != nullptr && name.is_within(*before)) {
      continue;  // a part of what was visited
    }
    // In key order the names above that were visited are those above the name before, so that the
    // whole walk comes in key order too.
    const unsigned first = before == nullptr ? 0U : shared_labels(*before, name) + 1U;
    for (unsigned labels = first; labels < name.label_count(); ++labels) {
      const NameKey key(name.parent(static_cast<std::uint8_t>(name.label_count() - labels)));
      said.clear();
      if (!read_subject(transaction, tables.names, sources, key.bytes(), said)) {
        return damaged();
      }
      if (said.empty()) {
        continue;
      }
      if (auto visited = merged.visit(key.bytes(), said); !visited) {
        return Unexpected<Error>(visited.error());
      }
    }
    table.seek(NameKey(name).bytes());
    if (auto whole = visit_all(); !whole || !*whole) {
      return whole;
    }
    before = &name;
  }
  return true;
}

}  // namespace luytre::categories
