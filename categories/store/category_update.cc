// SPDX-License-Identifier: Apache-2.0
// The writing half of CategoryStore.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>

#include "categories/store/category_store.h"
#include "expiry_table.h"
#include "journal.h"
#include "source_changes.h"
#include "source_codec.h"
#include "source_writer.h"
#include "statement_codec.h"
#include "subjects.h"

namespace luytre::categories {
namespace {

bool is_source_name(std::string_view name) {
  return !name.empty() && name.size() <= CategoryStore::kMaxSourceNameBytes &&
         std::ranges::all_of(
             name, [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 127; });
}

Result<void> check_source(const Source& source) {
  if (!is_source_name(source.name)) {
    return fail(ErrorCode::Invalid,
                fmt::format("A source needs a name of 1 to {} printable characters.",
                            CategoryStore::kMaxSourceNameBytes));
  }
  for (const std::string* text :
       {&source.format, &source.issuer, &source.trust, &source.location, &source.mapping}) {
    if (text->size() > kMaxSourceTextBytes) {
      return fail(ErrorCode::Invalid,
                  fmt::format("What is said about source '{}' is too long: {} octets in one field, "
                              "and {} can be kept.",
                              source.name, text->size(), kMaxSourceTextBytes));
    }
  }
  return {};
}

// Above all others while there is room, so that a first import can append; then the lowest that is
// free.
Result<SourceId> choose_id(const std::vector<Source>& sources) {
  constexpr auto kLast = std::numeric_limits<std::uint16_t>::max();
  std::vector<bool> taken(std::size_t{kLast} + 1);
  std::uint32_t above = 0;
  for (const Source& source : sources) {
    taken[static_cast<std::uint16_t>(source.id)] = true;
    above = std::max(above, static_cast<std::uint16_t>(source.id) + 1U);
  }
  if (above > kLast) {
    above = static_cast<std::uint32_t>(std::ranges::find(taken, false) - taken.begin());
  }
  if (above > kLast) {
    return fail(ErrorCode::Conflict, "There are 65,536 sources already; remove one first.");
  }
  return SourceId{static_cast<std::uint16_t>(above)};
}

Result<Source> find_source(const lmdb::ReadTransaction& transaction, lmdb::Database sources,
                           const std::string& name) {
  const auto value = transaction.get(sources, lmdb::as_bytes(name));
  if (!value) {
    return fail(ErrorCode::NotFound, fmt::format("There is no source '{}'.", name));
  }
  Source source;
  if (!decode_source(lmdb::as_bytes(name), *value, source)) {
    return fail(ErrorCode::Corrupt, std::string(kDamaged));
  }
  return source;
}

Result<void> put_source(lmdb::WriteTransaction& transaction, lmdb::Database sources, Source source,
                        std::int64_t growth) {
  source.entry_count += static_cast<std::uint64_t>(growth);
  return transaction.put(sources, lmdb::as_bytes(source.name), encode_source(source));
}

// Where a source's statements weigh more or less than before, every name may come to something
// else.
void note_standing(const Source& before, const Source& after, JournalRecord& journal) {
  if (before.priority != after.priority || before.scope != after.scope) {
    journal.note_everything();
  }
}

// How many statements of one subject end at `now` or before; they are removed.
Result<std::size_t> remove_ended(SourceWriter& writer, SubjectKind kind, lmdb::Bytes subject,
                                 std::int64_t now) {
  const auto before = writer.read(kind, subject);
  if (!before) {
    return Unexpected<Error>(before.error());
  }
  std::vector<Statement> after = *before;
  const std::size_t ended =
      std::erase_if(after, [now](const Statement& said) { return is_over(said.terms, now); });
  const auto done = writer.write(kind, subject, *before, std::move(after), now);
  return done ? Result<std::size_t>(ended) : Unexpected<Error>(done.error());
}

}  // namespace

// Runs `change` in one transaction, with the journal and the new serial; its error undoes
// everything.
Result<Serial> CategoryStore::commit(
    const std::function<Result<void>(lmdb::WriteTransaction& transaction, JournalRecord& journal)>&
        change) {
  std::uint64_t serial = 0;
  const auto done = environment_.write([&](lmdb::WriteTransaction& transaction) -> Result<void> {
    const auto before = read_serial(transaction);
    if (!before) {
      return Unexpected<Error>(before.error());
    }
    serial = static_cast<std::uint64_t>(*before) + 1;
    JournalRecord journal;
    if (auto changed = change(transaction, journal); !changed) {
      return changed;
    }
    if (auto written = journal.write(transaction, tables_.journal, serial); !written) {
      return written;
    }
    return write_serial(transaction, Serial{serial});
  });
  return done ? Result<Serial>(Serial{serial}) : Unexpected<Error>(done.error());
}

Result<Serial> CategoryStore::replace_source(const Source& source, ListContent content) {
  for (const Result<void>& checked : {check_source(source), check_subjects(content)}) {
    if (!checked) {
      return Unexpected<Error>(checked.error());
    }
  }
  static_cast<void>(content.normalise());
  return commit([&](lmdb::WriteTransaction& transaction, JournalRecord& journal) -> Result<void> {
    const auto present = read_sources(transaction);
    if (!present) {
      return Unexpected<Error>(present.error());
    }
    Source stored = source;
    stored.entry_count = 0;
    const auto same = std::ranges::find(*present, source.name, &Source::name);
    if (same != present->end()) {
      stored.id = same->id;
      stored.entry_count = same->entry_count;
      note_standing(*same, stored, journal);
    } else if (const auto id = choose_id(*present)) {
      stored.id = *id;
    } else {
      return Unexpected<Error>(id.error());
    }
    SourceWriter writer(transaction, tables_, stored.id, journal);
    if (auto done = write_content(transaction, tables_, stored, content, writer); !done) {
      return done;
    }
    return put_source(transaction, tables_.sources, stored, writer.growth());
  });
}

Result<Serial> CategoryStore::update_source(const Source& source, ListChanges changes) {
  for (const Result<void>& checked :
       {check_source(source), check_subjects(changes.added), check_subjects(changes.removed)}) {
    if (!checked) {
      return Unexpected<Error>(checked.error());
    }
  }
  static_cast<void>(changes.added.normalise());
  static_cast<void>(changes.removed.normalise());
  return commit([&](lmdb::WriteTransaction& transaction, JournalRecord& journal) -> Result<void> {
    const auto before = find_source(transaction, tables_.sources, source.name);
    if (!before) {
      return Unexpected<Error>(before.error());
    }
    Source stored = source;
    stored.id = before->id;
    stored.entry_count = before->entry_count;
    note_standing(*before, stored, journal);
    SourceWriter writer(transaction, tables_, stored.id, journal);
    if (auto done = write_delta(stored, changes, writer); !done) {
      return done;
    }
    return put_source(transaction, tables_.sources, stored, writer.growth());
  });
}

Result<Serial> CategoryStore::remove_source(const std::string& source_name) {
  return commit([&](lmdb::WriteTransaction& transaction, JournalRecord& journal) -> Result<void> {
    const auto source = find_source(transaction, tables_.sources, source_name);
    if (!source) {
      return Unexpected<Error>(source.error());
    }
    SourceWriter writer(transaction, tables_, source->id, journal);
    if (auto done = write_content(transaction, tables_, *source, {}, writer); !done) {
      return done;
    }
    return transaction.erase(tables_.sources, lmdb::as_bytes(source_name));
  });
}

Result<std::size_t> CategoryStore::expire(std::chrono::sys_seconds now) {
  const std::int64_t time = now.time_since_epoch().count();
  const auto next = next_expiry();
  if (!next || !*next || **next > now) {
    return next ? Result<std::size_t>(0) : Unexpected<Error>(next.error());
  }
  std::size_t ended = 0;
  const auto serial =
      commit([&](lmdb::WriteTransaction& transaction, JournalRecord& journal) -> Result<void> {
        const auto removed = remove_all_ended(transaction, time, journal);
        ended = removed ? *removed : 0;
        return removed ? Result<void>{} : Unexpected<Error>(removed.error());
      });
  return serial ? Result<std::size_t>(ended) : Unexpected<Error>(serial.error());
}

Result<std::size_t> CategoryStore::remove_all_ended(lmdb::WriteTransaction& transaction,
                                                    std::int64_t now,
                                                    JournalRecord& journal) const {
  const auto rows = ExpiryTable(tables_.expiry).until(transaction, now);
  const auto present = read_sources(transaction);
  if (!rows || !present) {
    return Unexpected<Error>(rows ? present.error() : rows.error());
  }
  std::size_t ended = 0;
  for (const Source& source : *present) {
    SourceWriter writer(transaction, tables_, source.id, journal);
    for (const ExpiryTable::Row& row : *rows) {
      if (SubjectKey::source_of(row.key) != source.id) {
        continue;
      }
      const auto removed = remove_ended(writer, row.kind, SubjectKey::subject_of(row.key), now);
      if (!removed || *removed == 0) {
        return removed ? fail(ErrorCode::Corrupt, std::string(kDamaged)) : removed;
      }
      ended += *removed;
    }
    if (writer.growth() != 0) {
      if (auto done = put_source(transaction, tables_.sources, source, writer.growth()); !done) {
        return Unexpected<Error>(done.error());
      }
    }
  }
  return ended;
}

Result<std::optional<std::chrono::sys_seconds>> CategoryStore::next_expiry() const {
  const auto transaction = environment_.read();
  if (!transaction) {
    return Unexpected<Error>(transaction.error());
  }
  const auto first = ExpiryTable(tables_.expiry).first(*transaction);
  if (!first) {
    return Unexpected<Error>(first.error());
  }
  using Time = std::chrono::sys_seconds;
  return *first ? std::optional(Time(std::chrono::seconds(**first))) : std::optional<Time>();
}

}  // namespace luytre::categories
