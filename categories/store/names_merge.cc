// SPDX-License-Identifier: Apache-2.0
#include "names_merge.h"

#include <algorithm>

#include "store_codec.h"

namespace luytre::categories {

lmdb::Bytes NamesMerge::Position::name_key() const noexcept {
  return SourceNameKey::name_of(cursor.key());
}

NamesMerge::NamesMerge(const lmdb::ReadTransaction& transaction, lmdb::Database table,
                       const std::vector<Source>& sources) {
  positions_.reserve(sources.size());
  for (const Source& source : sources) {
    positions_.push_back({source.id, lmdb::DatabaseCursor(transaction, table)});
    positions_.back().cursor.seek(SourceNameKey(source.id, {}).bytes());
    push(positions_.size() - 1);
  }
}

bool NamesMerge::comes_later(std::size_t a, std::size_t b) const noexcept {
  const int order = compare_keys(positions_[a].name_key(), positions_[b].name_key());
  return order != 0 ? order > 0 : positions_[a].source > positions_[b].source;
}

void NamesMerge::push(std::size_t position) {
  const Position& entered = positions_[position];
  failed_ = failed_ || entered.cursor.failed();
  if (!entered.cursor.at_entry() ||
      SourceNameKey::source_of(entered.cursor.key()) != entered.source) {
    return;
  }
  heap_.push_back(position);
  std::ranges::push_heap(heap_, [this](std::size_t a, std::size_t b) { return comes_later(a, b); });
}

bool NamesMerge::next() {
  statements_.clear();
  if (heap_.empty() || failed_) {
    return false;
  }
  key_ = positions_[heap_.front()].name_key();
  do {
    std::ranges::pop_heap(heap_,
                          [this](std::size_t a, std::size_t b) { return comes_later(a, b); });
    const std::size_t position = heap_.back();
    heap_.pop_back();
    Position& at = positions_[position];
    if (!StatementsValue::read(at.source, at.cursor.value(), statements_)) {
      failed_ = true;
      return false;
    }
    at.cursor.next();
    push(position);
  } while (!heap_.empty() && compare_keys(positions_[heap_.front()].name_key(), key_) == 0);
  return !failed_;
}

}  // namespace luytre::categories
