// SPDX-License-Identifier: Apache-2.0
#include "categories/store/category_store.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string_view>

#include "source_changes.h"
#include "store_codec.h"

// The schema, format 1. Integers are big-endian; NameKey (categories/name_key.h) sorts parents
// before children.
//
//   table     key                        value
//   meta      "format"                   u64, 1
//             "serial"                   u64, grows by one with each commit
//             "hash_key"                 2 x u64, random, made with the store
//   sources   the source's name          id u16, entry_count u64, imported_at i64, format's word
//   names     source id u16, NameKey     one or two of: reach u8 (0 exact, 1 subtree), minimum_age
//   u8, categories u64 journal   serial u64                 u8: 1 and the wire forms of the names
//   that changed; 0: too many to say
//
// A name that several sources list has one entry in `names` for each. So a source is one range:
// importing it anew compares and writes that range alone, a first import appends, and removing it
// leaves the others' pages untouched. The price is paid where it does not matter: one read per
// source and label in match(), a merge of sorted ranges in scan().

namespace luytre::categories {
namespace {

constexpr std::uint64_t kFormat = 1;
constexpr std::string_view kFormatKey = "format";
constexpr std::string_view kSerialKey = "serial";
constexpr std::string_view kHashKeyKey = "hash_key";

// A reader that is further behind, or sees a larger change, reads everything again: at this size
// that is no slower.
constexpr std::size_t kMaxJournalNames = 10'000;
constexpr std::uint64_t kJournalSerials = 1'000;

Unexpected<Error> damaged() { return fail(ErrorCode::Corrupt, std::string(kDamaged)); }

Result<void> write_meta(lmdb::WriteTransaction& transaction, lmdb::Database meta) {
  std::array<std::uint8_t, 16> secret{};
  if (::getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size())) {
    return fail(ErrorCode::System,
                fmt::format("Cannot get random numbers: {}.", std::strerror(errno)));
  }
  for (const auto& [key, value] : {std::pair<std::string_view, std::vector<std::uint8_t>>{
                                       kHashKeyKey, {secret.begin(), secret.end()}},
                                   {kSerialKey, std::vector<std::uint8_t>(8)}}) {
    if (auto done = transaction.put(meta, lmdb::as_bytes(key), value); !done) {
      return done;
    }
  }
  return transaction.put(meta, lmdb::as_bytes(kFormatKey), encode_u64(kFormat));
}

std::optional<std::uint64_t> read_u64(const lmdb::ReadTransaction& transaction,
                                      lmdb::Database table, std::string_view key) {
  const auto value = transaction.get(table, lmdb::as_bytes(key));
  return value && value->size() == 8 ? std::optional(load_be64(value->data())) : std::nullopt;
}

bool is_source_name(std::string_view name) {
  return !name.empty() && name.size() <= CategoryStore::kMaxSourceNameBytes &&
         std::ranges::all_of(
             name, [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 127; });
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
    return fail(ErrorCode::NoSpace, "There are 65,536 sources already; remove one first.");
  }
  return SourceId{static_cast<std::uint16_t>(above)};
}

}  // namespace

Result<CategoryStore> CategoryStore::open(const std::filesystem::path& directory,
                                          lmdb::OpenMode mode, std::size_t map_bytes) {
  auto environment =
      lmdb::Environment::open({.directory = directory, .mode = mode, .map_bytes = map_bytes});
  if (!environment) {
    return Unexpected<Error>(environment.error());
  }
  Tables tables;
  const std::array<std::pair<const char*, lmdb::Database*>, 4> named = {
      {{"meta", &tables.meta},
       {"sources", &tables.sources},
       {"names", &tables.names},
       {"journal", &tables.journal}}};
  if (mode == lmdb::OpenMode::ReadWrite) {
    auto created = environment->write([&](lmdb::WriteTransaction& transaction) -> Result<void> {
      for (const auto& [name, table] : named) {
        const auto opened = transaction.create_database(name);
        if (!opened) {
          return Unexpected<Error>(opened.error());
        }
        *table = *opened;
      }
      return read_u64(transaction, tables.meta, kFormatKey) ? Result<void>{}
                                                            : write_meta(transaction, tables.meta);
    });
    if (!created) {
      return Unexpected<Error>(created.error());
    }
  }
  const auto transaction = environment->read();
  if (!transaction) {
    return Unexpected<Error>(transaction.error());
  }
  for (const auto& [name, table] : named) {
    const auto opened = transaction->open_database(name);
    if (!opened) {
      return Unexpected<Error>(opened.error());
    }
    *table = *opened;
  }
  if (const auto format = read_u64(*transaction, tables.meta, kFormatKey); format != kFormat) {
    return fail(ErrorCode::Invalid,
                fmt::format("The category database in {} has format {}, and this program reads "
                            "format {}; use the program that wrote it.",
                            directory.native(), format.value_or(0), kFormat));
  }
  return CategoryStore(std::move(*environment), tables);
}

Result<Serial> CategoryStore::replace_source(const Source& source, NameList names) {
  if (!is_source_name(source.name)) {
    return fail(
        ErrorCode::Invalid,
        fmt::format("A source needs a name of 1 to {} printable characters.", kMaxSourceNameBytes));
  }
  static_cast<void>(names.normalise());
  Result<Serial> serial;
  const auto done = environment_.write([&](lmdb::WriteTransaction& transaction) -> Result<void> {
    serial = write_source(transaction, source, names);
    return serial ? Result<void>{} : Unexpected<Error>(serial.error());
  });
  return done ? serial : Unexpected<Error>(done.error());
}

Result<Serial> CategoryStore::write_source(lmdb::WriteTransaction& transaction,
                                           const Source& source, const NameList& names) {
  const auto present = read_sources(transaction);
  if (!present) {
    return Unexpected<Error>(present.error());
  }
  Source stored = source;
  const auto same = std::ranges::find(*present, source.name, &Source::name);
  if (same != present->end()) {
    stored.id = same->id;
  } else if (const auto id = choose_id(*present)) {
    stored.id = *id;
  } else {
    return Unexpected<Error>(id.error());
  }
  const auto changes = SourceChanges::compare(transaction, tables_.names, stored.id, names);
  if (!changes) {
    return Unexpected<Error>(changes.error());
  }
  stored.entry_count = names.size();
  if (auto done =
          transaction.put(tables_.sources, lmdb::as_bytes(stored.name), encode_source(stored));
      !done) {
    return Unexpected<Error>(done.error());
  }
  return commit_changes(transaction, *changes);
}

Result<Serial> CategoryStore::remove_source(const std::string& source_name) {
  Result<Serial> serial;
  const auto done = environment_.write([&](lmdb::WriteTransaction& transaction) -> Result<void> {
    const auto present = read_sources(transaction);
    if (!present) {
      return Unexpected<Error>(present.error());
    }
    const auto source = std::ranges::find(*present, source_name, &Source::name);
    if (source == present->end()) {
      return fail(ErrorCode::NotFound, fmt::format("There is no source '{}'.", source_name));
    }
    const NameList nothing;
    const auto changes = SourceChanges::compare(transaction, tables_.names, source->id, nothing);
    if (!changes) {
      return Unexpected<Error>(changes.error());
    }
    if (auto erased = transaction.erase(tables_.sources, lmdb::as_bytes(source_name)); !erased) {
      return erased;
    }
    serial = commit_changes(transaction, *changes);
    return serial ? Result<void>{} : Unexpected<Error>(serial.error());
  });
  return done ? serial : Unexpected<Error>(done.error());
}

// Writes the changed names, the journal and the new serial; the caller commits.
Result<Serial> CategoryStore::commit_changes(lmdb::WriteTransaction& transaction,
                                             const SourceChanges& changes) {
  const auto before = read_serial(transaction);
  if (!before) {
    return before;
  }
  const std::uint64_t serial = static_cast<std::uint64_t>(*before) + 1;
  std::vector<std::uint8_t> record = {0};
  if (changes.size() <= kMaxJournalNames) {
    record = changes.wire_names();
    record.insert(record.begin(), 1);
  }
  if (auto done = changes.apply(transaction); !done) {
    return Unexpected<Error>(done.error());
  }
  if (auto done = transaction.append(tables_.journal, encode_u64(serial), record); !done) {
    return Unexpected<Error>(done.error());
  }
  if (serial > kJournalSerials) {
    if (auto done = transaction.erase(tables_.journal, encode_u64(serial - kJournalSerials));
        !done) {
      return Unexpected<Error>(done.error());
    }
  }
  if (auto done = transaction.put(tables_.meta, lmdb::as_bytes(kSerialKey), encode_u64(serial));
      !done) {
    return Unexpected<Error>(done.error());
  }
  return Serial{serial};
}

Result<std::vector<Source>> CategoryStore::read_sources(
    const lmdb::ReadTransaction& transaction) const {
  std::vector<Source> sources;
  bool readable = true;
  const auto scanned =
      transaction.scan(tables_.sources, {}, [&](lmdb::Bytes key, lmdb::Bytes value) {
        readable = decode_source(key, value, sources.emplace_back());
        return readable;
      });
  if (!scanned) {
    return Unexpected<Error>(scanned.error());
  }
  if (!readable) {
    return damaged();
  }
  return sources;
}

Result<Serial> CategoryStore::read_serial(const lmdb::ReadTransaction& transaction) const {
  const auto serial = read_u64(transaction, tables_.meta, kSerialKey);
  return serial ? Result<Serial>(Serial{*serial}) : damaged();
}

Result<std::vector<Source>> CategoryStore::sources() const {
  const auto transaction = environment_.read();
  if (!transaction) {
    return Unexpected<Error>(transaction.error());
  }
  return read_sources(*transaction);
}

Result<Serial> CategoryStore::serial() const {
  const auto transaction = environment_.read();
  if (!transaction) {
    return Unexpected<Error>(transaction.error());
  }
  return read_serial(*transaction);
}

Result<std::array<std::uint64_t, 2>> CategoryStore::hash_key() const {
  const auto transaction = environment_.read();
  if (!transaction) {
    return Unexpected<Error>(transaction.error());
  }
  const auto value = transaction->get(tables_.meta, lmdb::as_bytes(kHashKeyKey));
  if (!value || value->size() != 16) {
    return damaged();
  }
  return std::array{load_be64(value->data()), load_be64(value->data() + 8)};
}

}  // namespace luytre::categories
