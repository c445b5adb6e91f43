// SPDX-License-Identifier: Apache-2.0
#include "source_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "expiry_table.h"
#include "statement_codec.h"

namespace luytre::categories {
namespace {

bool ends_at(const std::vector<Statement>& statements, std::int64_t time) {
  return std::ranges::any_of(statements,
                             [time](const Statement& said) { return said.terms.expires == time; });
}

}  // namespace

lmdb::Database table_of(const StoreTables& tables, SubjectKind kind) noexcept {
  switch (kind) {
    case SubjectKind::Path:
      return tables.paths;
    case SubjectKind::Prefix:
      return tables.prefixes;
    case SubjectKind::Name:
      break;
  }
  return tables.names;
}

Result<std::vector<Statement>> SourceWriter::read(SubjectKind kind, lmdb::Bytes subject) const {
  std::vector<Statement> statements;
  const SubjectKey key(source_, subject);
  const auto value = transaction_->get(table_of(*tables_, kind), key.bytes());
  if (value && !decode_statements(source_, *value, statements)) {
    return fail(ErrorCode::Corrupt, std::string(kDamaged));
  }
  return statements;
}

Result<void> SourceWriter::write(SubjectKind kind, lmdb::Bytes subject,
                                 const std::vector<Statement>& before, std::vector<Statement> after,
                                 std::int64_t now) {
  bool same = before.size() == after.size();
  for (Statement& said : after) {
    const auto kept = std::ranges::find_if(
        before, [&](const Statement& earlier) { return says_the_same(earlier, said); });
    same = same && kept != before.end();
    said.since = kept == before.end() ? now : kept->since;
  }
  if (same) {
    return {};
  }
  if (auto done = put(kind, subject, after, Place::Anywhere); !done) {
    return done;
  }
  journal_->note(kind, subject);
  growth_ += static_cast<std::int64_t>(after.size()) - static_cast<std::int64_t>(before.size());
  return note_ends(kind, SubjectKey(source_, subject).bytes(), before, after);
}

Result<void> SourceWriter::append(SubjectKind kind, lmdb::Bytes subject,
                                  const std::vector<Statement>& after, std::int64_t now) {
  dated_ = after;
  for (Statement& said : dated_) {
    said.since = now;
  }
  if (auto done = put(kind, subject, dated_, Place::Behind); !done) {
    return done;
  }
  journal_->note(kind, subject);
  growth_ += static_cast<std::int64_t>(after.size());
  return note_ends(kind, SubjectKey(source_, subject).bytes(), {}, dated_);
}

Result<void> SourceWriter::put(SubjectKind kind, lmdb::Bytes subject,
                               const std::vector<Statement>& after, Place place) {
  const lmdb::Database table = table_of(*tables_, kind);
  const SubjectKey key(source_, subject);
  if (after.empty()) {
    return transaction_->erase(table, key.bytes());
  }
  if (!encode_statements(after, value_)) {
    return fail(ErrorCode::Invalid,
                fmt::format("What the list says about {} cannot be kept: a legal reference has at "
                            "most {} octets, and an end is a time after 1970.",
                            subject_text(kind, subject), kMaxLegalRefBytes));
  }
  return place == Place::Behind ? transaction_->append(table, key.bytes(), value_)
                                : transaction_->put(table, key.bytes(), value_);
}

Result<void> SourceWriter::note_ends(SubjectKind kind, lmdb::Bytes key,
                                     const std::vector<Statement>& before,
                                     const std::vector<Statement>& after) {
  const ExpiryTable ends(tables_->expiry);
  for (const Statement& said : before) {
    const std::int64_t time = said.terms.expires;
    if (time != 0 && !ends_at(after, time)) {
      if (auto done = ends.remove(*transaction_, time, kind, key); !done) {
        return done;
      }
    }
  }
  for (const Statement& said : after) {
    const std::int64_t time = said.terms.expires;
    if (time != 0 && !ends_at(before, time)) {
      if (auto done = ends.add(*transaction_, time, kind, key); !done) {
        return done;
      }
    }
  }
  return {};
}

}  // namespace luytre::categories
