// SPDX-License-Identifier: Apache-2.0
#include "table_merge.h"

#include <algorithm>

#include "statement_codec.h"

namespace luytre::categories {

lmdb::Bytes TableMerge::Position::subject() const noexcept {
  return SubjectKey::subject_of(cursor.key());
}

TableMerge::TableMerge(const lmdb::ReadTransaction& transaction, lmdb::Database table,
                       const std::vector<Source>& sources) {
  positions_.reserve(sources.size());
  for (const Source& source : sources) {
    positions_.push_back({source.id, lmdb::DatabaseCursor(transaction, table)});
  }
  std::ranges::sort(positions_, {}, &Position::source);
}

void TableMerge::seek(lmdb::Bytes prefix) {
  prefix_.assign(prefix.begin(), prefix.end());
  heap_.clear();
  for (std::size_t position = 0; position < positions_.size(); ++position) {
    Position& at = positions_[position];
    at.cursor.seek(SubjectKey(at.source, prefix_).bytes());
    push(position);
  }
}

bool TableMerge::comes_later(std::size_t a, std::size_t b) const noexcept {
  const int order = compare_keys(positions_[a].subject(), positions_[b].subject());
  return order != 0 ? order > 0 : positions_[a].source > positions_[b].source;
}

void TableMerge::push(std::size_t position) {
  const Position& entered = positions_[position];
  failed_ = failed_ || entered.cursor.failed();
  if (!entered.cursor.at_entry() || SubjectKey::source_of(entered.cursor.key()) != entered.source ||
      !begins_with(entered.subject(), prefix_)) {
    return;
  }
  heap_.push_back(position);
  std::ranges::push_heap(heap_, [this](std::size_t a, std::size_t b) { return comes_later(a, b); });
}

bool TableMerge::next() {
  statements_.clear();
  if (heap_.empty() || failed_) {
    return false;
  }
  key_ = positions_[heap_.front()].subject();
  do {
    std::ranges::pop_heap(heap_,
                          [this](std::size_t a, std::size_t b) { return comes_later(a, b); });
    const std::size_t position = heap_.back();
    heap_.pop_back();
    Position& at = positions_[position];
    if (!decode_statements(at.source, at.cursor.value(), statements_)) {
      failed_ = true;
      return false;
    }
    at.cursor.next();
    push(position);
  } while (!heap_.empty() && compare_keys(positions_[heap_.front()].subject(), key_) == 0);
  return !failed_;
}

bool read_subject(const lmdb::ReadTransaction& transaction, lmdb::Database table,
                  const std::vector<Source>& sources, lmdb::Bytes subject,
                  std::vector<Statement>& statements) {
  return std::ranges::all_of(sources, [&](const Source& source) {
    const auto value = transaction.get(table, SubjectKey(source.id, subject).bytes());
    return !value || decode_statements(source.id, *value, statements);
  });
}

}  // namespace luytre::categories
