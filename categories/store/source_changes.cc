// SPDX-License-Identifier: Apache-2.0
#include "source_changes.h"

#include <optional>
#include <span>
#include <string>

#include "categories/name_key.h"

namespace luytre::categories {

Result<SourceChanges> SourceChanges::compare(const lmdb::ReadTransaction& transaction,
                                             lmdb::Database table, SourceId source,
                                             const NameList& names) {
  SourceChanges changes(table, source, names);
  lmdb::DatabaseCursor stored(transaction, table);
  stored.seek(SourceNameKey(source, {}).bytes());
  const auto at_source = [&] {
    return stored.at_entry() && SourceNameKey::source_of(stored.key()) == source;
  };
  std::size_t position = 0;
  while (position < names.size() || at_source()) {
    const int order = position == names.size() ? 1
                      : !at_source()
                          ? -1
                          : compare_keys(names.key(position), SourceNameKey::name_of(stored.key()));
    if (order > 0) {  // stored, and not in the new list
      changes.erase(SourceNameKey::name_of(stored.key()));
      stored.next();
      continue;
    }
    if (order < 0 || compare_keys(changes.value_at(position).bytes(), stored.value()) != 0) {
      changes.written_.push_back(position);
    }
    if (order == 0) {
      stored.next();
    }
    position += changes.group_size(position);
    ++changes.name_count_;
  }
  if (stored.failed()) {
    return fail(ErrorCode::Corrupt, std::string(kDamaged));
  }
  return changes;
}

void SourceChanges::erase(lmdb::Bytes name_key) {
  erased_.insert(erased_.end(), name_key.begin(), name_key.end());
  erased_sizes_.push_back(static_cast<std::uint16_t>(name_key.size()));
}

std::size_t SourceChanges::group_size(std::size_t position) const noexcept {
  const bool two = position + 1 < names_->size() &&
                   compare_keys(names_->key(position), names_->key(position + 1)) == 0;
  return two ? 2 : 1;
}

StatementsValue SourceChanges::value_at(std::size_t position) const noexcept {
  StatementsValue value;
  for (std::size_t i = 0; i < group_size(position); ++i) {
    value.add((*names_)[position + i]);
  }
  return value;
}

Result<void> SourceChanges::apply(lmdb::WriteTransaction& transaction) const {
  std::size_t offset = 0;
  for (const std::uint16_t size : erased_sizes_) {
    const SourceNameKey key(source_, std::span(erased_).subspan(offset, size));
    if (auto done = transaction.erase(table_, key.bytes()); !done) {
      return done;
    }
    offset += size;
  }
  // A list that comes for the first time has the highest source number: its names go behind all
  // others, which LMDB stores about three times faster and in half the pages.
  const auto last = transaction.last(table_);
  const bool appends = !last || (SourceNameKey::source_of(last->first) < source_);
  for (const std::size_t position : written_) {
    const SourceNameKey key(source_, names_->key(position));
    const StatementsValue value = value_at(position);
    auto done = appends ? transaction.append(table_, key.bytes(), value.bytes())
                        : transaction.put(table_, key.bytes(), value.bytes());
    if (!done) {
      return done;
    }
  }
  return {};
}

std::vector<std::uint8_t> SourceChanges::wire_names() const {
  std::vector<std::uint8_t> wires;
  const auto add = [&](lmdb::Bytes name_key) {
    if (const std::optional<DomainName> name = NameKey::decode(name_key)) {
      wires.insert(wires.end(), name->wire().begin(), name->wire().end());
    }
  };
  std::size_t offset = 0;
  for (const std::uint16_t size : erased_sizes_) {
    add(std::span(erased_).subspan(offset, size));
    offset += size;
  }
  for (const std::size_t position : written_) {
    add(names_->key(position));
  }
  return wires;
}

}  // namespace luytre::categories
