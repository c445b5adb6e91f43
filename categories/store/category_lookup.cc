// SPDX-License-Identifier: Apache-2.0
// The reading half of CategoryStore: what covers a name, and walks over all names.
#include <algorithm>
#include <string>

#include "categories/name_key.h"
#include "categories/store/category_store.h"
#include "names_merge.h"
#include "store_codec.h"

namespace luytre::categories {
namespace {

Unexpected<Error> damaged() { return fail(ErrorCode::Corrupt, std::string(kDamaged)); }

CategorySet union_of(const Entry& entry) {
  CategorySet set;
  for (const Statement& statement : entry.statements) {
    set |= statement.categories;
  }
  return set;
}

std::uint8_t highest_age(const Entry& entry) {
  std::uint8_t age = 0;
  for (const Statement& statement : entry.statements) {
    age = std::max(age, statement.minimum_age);
  }
  return age;
}

}  // namespace

Result<std::vector<Entry>> CategoryStore::covering(const DomainName& name) const {
  const auto transaction = environment_.read();
  if (!transaction) {
    return Unexpected<Error>(transaction.error());
  }
  const auto sources = read_sources(*transaction);
  if (!sources) {
    return Unexpected<Error>(sources.error());
  }
  std::vector<Entry> entries;
  for (DomainName ancestor = name;; ancestor = ancestor.parent()) {
    const NameKey key(ancestor);
    Entry entry{.name = ancestor, .statements = {}};
    for (const Source& source : *sources) {
      const SourceNameKey source_key(source.id, key.bytes());
      const auto value = transaction->get(tables_.names, source_key.bytes());
      if (value && !StatementsValue::read(source.id, *value, entry.statements)) {
        return damaged();
      }
    }
    if (!(ancestor == name)) {
      std::erase_if(entry.statements,
                    [](const Statement& said) { return said.reach == Reach::Exact; });
    }
    if (!entry.statements.empty()) {
      std::ranges::stable_sort(entry.statements, {}, &Statement::source);
      entries.push_back(std::move(entry));
    }
    if (ancestor.is_root()) {
      return entries;
    }
  }
}

Result<NameMatch> CategoryStore::match(const DomainName& name, const Taxonomy& taxonomy) const {
  const auto entries = covering(name);
  if (!entries) {
    return Unexpected<Error>(entries.error());
  }
  NameMatch match;
  // A list can know categories that this taxonomy does not; together they inherit like one more
  // tier.
  CategorySet unknown(~std::uint64_t{0});
  const auto inherit = [&](CategorySet members) {
    const auto decides = std::ranges::find_if(
        *entries, [&](const Entry& entry) { return !(union_of(entry) & members).empty(); });
    if (decides != entries->end()) {
      match.categories |= union_of(*decides) & members;
    }
  };
  for (std::size_t tier = 0; tier < kCategoryTierCount; ++tier) {
    const CategorySet members = taxonomy.tier(static_cast<CategoryTier>(tier));
    inherit(members);
    unknown = unknown - members;
  }
  inherit(unknown);
  const auto speaks = std::ranges::find_if(*entries, [](const Entry& entry) {
    return !union_of(entry).empty() || highest_age(entry) != 0;
  });
  if (speaks != entries->end()) {
    match.matched_labels = speaks->name.label_count();
  }
  const auto rated =
      std::ranges::find_if(*entries, [](const Entry& entry) { return highest_age(entry) != 0; });
  match.minimum_age = rated == entries->end() ? std::uint8_t{0} : highest_age(*rated);
  return match;
}

Result<Serial> CategoryStore::scan(
    const std::function<Result<void>(const Entry& entry)>& visit) const {
  const auto transaction = environment_.read();
  if (!transaction) {
    return Unexpected<Error>(transaction.error());
  }
  const auto sources = read_sources(*transaction);
  if (!sources) {
    return Unexpected<Error>(sources.error());
  }
  NamesMerge merge(*transaction, tables_.names, *sources);
  Entry entry;
  while (merge.next()) {
    const auto name = NameKey::decode(merge.key());
    if (!name) {
      return damaged();
    }
    entry.name = *name;
    entry.statements.assign(merge.statements().begin(), merge.statements().end());
    if (auto visited = visit(entry); !visited) {
      return Unexpected<Error>(visited.error());
    }
  }
  return merge.failed() ? damaged() : read_serial(*transaction);
}

Result<std::uint64_t> CategoryStore::name_count() const {
  const auto transaction = environment_.read();
  if (!transaction) {
    return Unexpected<Error>(transaction.error());
  }
  const auto sources = read_sources(*transaction);
  if (!sources) {
    return Unexpected<Error>(sources.error());
  }
  if (sources->size() <= 1) {
    return transaction->entry_count(tables_.names);
  }
  NamesMerge merge(*transaction, tables_.names, *sources);
  std::uint64_t count = 0;
  while (merge.next()) {
    ++count;
  }
  if (merge.failed()) {
    return damaged();
  }
  return count;
}

Result<std::optional<std::vector<DomainName>>> CategoryStore::changes_since(Serial since) const {
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
  std::vector<DomainName> names;
  for (auto serial = static_cast<std::uint64_t>(since) + 1;
       serial <= static_cast<std::uint64_t>(*now); ++serial) {
    const auto record = transaction->get(tables_.journal, encode_u64(serial));
    if (!record || record->empty() || record->front() == 0) {
      return std::nullopt;
    }
    for (lmdb::Bytes wires = record->subspan(1); !wires.empty();) {
      const auto name = DomainName::from_wire(wires);
      if (!name) {
        return damaged();
      }
      wires = wires.subspan(name->wire().size());
      names.push_back(*name);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace luytre::categories
