// SPDX-License-Identifier: Apache-2.0
#include "source_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "statement_codec.h"
#include "subjects.h"

namespace luytre::categories {
namespace {

// The subjects of one kind about which the database and a list differ.
struct Differences {
  std::vector<std::size_t> written;         // positions in the list: new, or said differently
  std::vector<std::uint8_t> erased;         // subjects one after the other
  std::vector<std::uint16_t> erased_sizes;  // and their sizes
};

bool say_the_same(const std::vector<Statement>& a, const std::vector<Statement>& b) {
  return std::ranges::equal(a, b, says_the_same);
}

// Walks the source's subjects in the database and the list side by side.
Result<Differences> compare(const lmdb::ReadTransaction& transaction, lmdb::Database table,
                            SourceId source, Subjects& listed) {
  Differences differences;
  lmdb::DatabaseCursor stored(transaction, table);
  stored.seek(SubjectKey(source, {}).bytes());
  const auto at_source = [&] {
    return stored.at_entry() && SubjectKey::source_of(stored.key()) == source;
  };
  std::vector<Statement> before;
  while (!listed.at_end() || at_source()) {
    const int order = listed.at_end() ? 1
                      : !at_source()
                          ? -1
                          : compare_keys(listed.key(), SubjectKey::subject_of(stored.key()));
    if (order > 0) {  // stored, and not in the list
      const lmdb::Bytes subject = SubjectKey::subject_of(stored.key());
      differences.erased.insert(differences.erased.end(), subject.begin(), subject.end());
      differences.erased_sizes.push_back(static_cast<std::uint16_t>(subject.size()));
      stored.next();
      continue;
    }
    before.clear();
    if (order == 0 && !decode_statements(source, stored.value(), before)) {
      return fail(ErrorCode::Corrupt, std::string(kDamaged));
    }
    if (order < 0 || !say_the_same(before, listed.statements())) {
      differences.written.push_back(listed.position());
    }
    if (order == 0) {
      stored.next();
    }
    listed.next();
  }
  if (stored.failed()) {
    return fail(ErrorCode::Corrupt, std::string(kDamaged));
  }
  return differences;
}

Result<void> apply(const Differences& differences, SubjectKind kind, Subjects& listed,
                   SourceWriter& writer, std::int64_t now) {
  const auto write = [&](lmdb::Bytes subject, const std::vector<Statement>& after) -> Result<void> {
    const auto before = writer.read(kind, subject);
    return before ? writer.write(kind, subject, *before, after, now)
                  : Unexpected<Error>(before.error());
  };
  std::size_t offset = 0;
  for (const std::uint16_t size : differences.erased_sizes) {
    if (auto done = write(std::span(differences.erased).subspan(offset, size), {}); !done) {
      return done;
    }
    offset += size;
  }
  for (const std::size_t position : differences.written) {
    listed.move_to(position);
    if (auto done = write(listed.key(), listed.statements()); !done) {
      return done;
    }
  }
  return {};
}

// A list that comes for the first time has the highest source number: what it says goes behind all
// others, which LMDB stores about three times faster and in half the pages.
bool lies_behind(const lmdb::ReadTransaction& transaction, lmdb::Database table, SourceId source) {
  const auto last = transaction.last(table);
  return !last || SubjectKey::source_of(last->first) < source;
}

Result<void> append_all(SubjectKind kind, Subjects& listed, SourceWriter& writer,
                        std::int64_t now) {
  for (; !listed.at_end(); listed.next()) {
    if (auto done = writer.append(kind, listed.key(), listed.statements(), now); !done) {
      return done;
    }
  }
  return {};
}

// Takes `removed` out of `after`.
Result<void> take_out(SubjectKind kind, const Subjects& removed, std::int64_t now,
                      std::vector<Statement>& after) {
  for (const Statement& gone : removed.statements()) {
    const auto there =
        std::ranges::find_if(after, [&](const Statement& said) { return same_kind(said, gone); });
    if (there != after.end()) {
      after.erase(there);
    } else if (!is_over(gone.terms, now)) {
      return fail(ErrorCode::Conflict,
                  fmt::format("The change removes {}, which the source does not list that way; it "
                              "belongs to another version: fetch the whole list.",
                              subject_text(kind, removed.key())));
    }
  }
  return {};
}

void put_in(const Subjects& added, std::vector<Statement>& after) {
  for (const Statement& said : added.statements()) {
    const auto place = std::ranges::lower_bound(after, said, same_kind_before);
    if (place != after.end() && same_kind(*place, said)) {
      *place = said;
    } else {
      after.insert(place, said);
    }
  }
}

Result<void> write_delta_of(SubjectKind kind, Subjects& removed, Subjects& added,
                            SourceWriter& writer, const Source& source) {
  const std::int64_t now = source.imported_at;
  while (!removed.at_end() || !added.at_end()) {
    const int order = removed.at_end() ? 1
                      : added.at_end() ? -1
                                       : compare_keys(removed.key(), added.key());
    const lmdb::Bytes subject = order <= 0 ? removed.key() : added.key();
    const auto before = writer.read(kind, subject);
    if (!before) {
      return Unexpected<Error>(before.error());
    }
    std::vector<Statement> after = *before;
    if (order <= 0) {
      if (auto done = take_out(kind, removed, now, after); !done) {
        return done;
      }
    }
    if (order >= 0) {
      put_in(added, after);
    }
    if (auto done = writer.write(kind, subject, *before, std::move(after), now); !done) {
      return done;
    }
    if (order <= 0) {
      removed.next();
    }
    if (order >= 0) {
      added.next();
    }
  }
  return {};
}

}  // namespace

Result<void> write_content(lmdb::WriteTransaction& transaction, const StoreTables& tables,
                           const Source& source, const ListContent& content, SourceWriter& writer) {
  for (const SubjectKind kind : kSubjectKinds) {
    const lmdb::Database table = table_of(tables, kind);
    const auto listed = Subjects::of(kind, content, source.imported_at);
    if (lies_behind(transaction, table, source.id)) {
      if (auto done = append_all(kind, *listed, writer, source.imported_at); !done) {
        return done;
      }
      continue;
    }
    const auto differences = compare(transaction, table, source.id, *listed);
    if (!differences) {
      return Unexpected<Error>(differences.error());
    }
    if (auto done = apply(*differences, kind, *listed, writer, source.imported_at); !done) {
      return done;
    }
  }
  return {};
}

Result<void> write_delta(const Source& source, const CategoryStore::ListChanges& changes,
                         SourceWriter& writer) {
  for (const SubjectKind kind : kSubjectKinds) {
    const auto removed = Subjects::of(kind, changes.removed, Subjects::kKeepAll);
    const auto added = Subjects::of(kind, changes.added, source.imported_at);
    if (auto done = write_delta_of(kind, *removed, *added, writer, source); !done) {
      return done;
    }
  }
  return {};
}

}  // namespace luytre::categories
