// SPDX-License-Identifier: Apache-2.0
#include "policy/store/line_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/byte_order.h"
#include "line_codec.h"

// The schema, format 1. Integers are big-endian; line_codec.h says how lines and keys are written.
//
//   table      key           value
//   meta       "format"      u64, 1
//              "serial"      u64, grows by one with each change
//   settings   "preset"      id of the preset in force
//              "unknown_band"  band of lines that nobody registered; empty: untouched
//   lines      id            line
//   line_keys  key           id of the line that has it: two lines cannot claim one key
//   journal    serial u64    id of the line that changed; empty: a setting did
//
// Each change commits by itself, and the commit is what the gateway notices.

namespace luytre::policy {
namespace {

constexpr std::uint64_t kFormat = 1;
constexpr std::string_view kFormatKey = "format";
constexpr std::string_view kSerialKey = "serial";
constexpr std::string_view kPresetKey = "preset";
constexpr std::string_view kUnknownBandKey = "unknown_band";
constexpr std::uint64_t kJournalSerials = 10'000;

std::array<std::uint8_t, 8> encode_u64(std::uint64_t number) noexcept {
  std::array<std::uint8_t, 8> bytes{};
  store_be64(bytes.data(), number);
  return bytes;
}

std::uint64_t read_u64(const lmdb::ReadTransaction& transaction, lmdb::Database table,
                       std::string_view key) {
  const auto value = transaction.get(table, lmdb::as_bytes(key));
  return value && value->size() == 8 ? load_be64(value->data()) : 0;
}

Unexpected<Error> no_line(std::string_view id) {
  return fail(ErrorCode::NotFound, fmt::format("There is no line '{}'.", id));
}

Result<void> check(const Line& line) {
  if (auto valid = validate(line); !valid) {
    return valid;
  }
  if (line.keys.size() > std::numeric_limits<std::uint16_t>::max() ||
      line.band.size() > std::numeric_limits<std::uint8_t>::max()) {
    return fail(ErrorCode::Invalid, fmt::format("Line {} is too large to store.", line.id));
  }
  for (auto key = line.keys.begin(); key != line.keys.end(); ++key) {
    if (std::find(line.keys.begin(), key, *key) != key) {
      return fail(ErrorCode::Invalid,
                  fmt::format("Line {} has the key {} twice.", line.id, to_text(*key)));
    }
  }
  return {};
}

}  // namespace

Result<LineStore> LineStore::open(const std::filesystem::path& directory, lmdb::OpenMode mode) {
  auto environment = lmdb::Environment::open({.directory = directory, .mode = mode});
  if (!environment) {
    return Unexpected<Error>(environment.error());
  }
  Tables tables;
  const std::array<std::pair<const char*, lmdb::Database*>, 5> named = {
      {{"meta", &tables.meta},
       {"settings", &tables.settings},
       {"lines", &tables.lines},
       {"line_keys", &tables.line_keys},
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
      return transaction.get(tables.meta, lmdb::as_bytes(kFormatKey))
                 ? Result<void>{}
                 : transaction.put(tables.meta, lmdb::as_bytes(kFormatKey), encode_u64(kFormat));
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
    return fail(ErrorCode::Invalid, fmt::format("The state database in {} has format {}, and this "
                                                "program reads format {}; use the program that "
                                                "wrote it.",
                                                directory.native(), format, kFormat));
  }
  return LineStore(std::move(*environment), tables);
}

Result<void> LineStore::add(const Line& line) {
  if (auto valid = check(line); !valid) {
    return valid;
  }
  return environment_.write([&](lmdb::WriteTransaction& transaction) -> Result<void> {
    if (transaction.get(tables_.lines, lmdb::as_bytes(line.id))) {
      return fail(ErrorCode::Conflict,
                  fmt::format("There is a line '{}' already; change it instead.", line.id));
    }
    return write_line(transaction, nullptr, line);
  });
}

Result<void> LineStore::update(const Line& line) {
  const auto edited = edit(line.id, [&](Line& stored) -> Result<void> {
    stored = line;
    return {};
  });
  return edited ? Result<void>{} : Unexpected<Error>(edited.error());
}

Result<Line> LineStore::edit(const std::string& id,
                             const std::function<Result<void>(Line&)>& change) {
  Line edited;
  const auto done = environment_.write([&](lmdb::WriteTransaction& transaction) -> Result<void> {
    const auto before = read_line(transaction, id);
    if (!before) {
      return Unexpected<Error>(before.error());
    }
    if (!*before) {
      return no_line(id);
    }
    edited = **before;
    if (auto changed = change(edited); !changed) {
      return changed;
    }
    edited.id = id;  // the id is the record's key, not part of what may change
    if (auto valid = check(edited); !valid) {
      return valid;
    }
    return write_line(transaction, &**before, edited);
  });
  return done ? Result<Line>(std::move(edited)) : Unexpected<Error>(done.error());
}

Result<void> LineStore::remove(const std::string& id) {
  return environment_.write([&](lmdb::WriteTransaction& transaction) -> Result<void> {
    const auto before = read_line(transaction, id);
    if (!before) {
      return Unexpected<Error>(before.error());
    }
    if (!*before) {
      return no_line(id);
    }
    for (const LineKey& key : (*before)->keys) {
      if (auto erased = transaction.erase(tables_.line_keys, encode_key(key)); !erased) {
        return erased;
      }
    }
    if (auto erased = transaction.erase(tables_.lines, lmdb::as_bytes(id)); !erased) {
      return erased;
    }
    return write_journal(transaction, id);
  });
}

// `before` is the stored line of the same id, whose keys are given back first.
Result<void> LineStore::write_line(lmdb::WriteTransaction& transaction, const Line* before,
                                   const Line& line) const {
  if (before != nullptr) {
    for (const LineKey& key : before->keys) {
      if (auto erased = transaction.erase(tables_.line_keys, encode_key(key)); !erased) {
        return erased;
      }
    }
  }
  for (const LineKey& key : line.keys) {
    const std::vector<std::uint8_t> encoded = encode_key(key);
    if (const auto owner = transaction.get(tables_.line_keys, encoded)) {
      return fail(ErrorCode::Conflict,
                  fmt::format("The key {} belongs to line '{}'; remove it there first.",
                              to_text(key), lmdb::as_text(*owner)));
    }
    if (auto done = transaction.put(tables_.line_keys, encoded, lmdb::as_bytes(line.id)); !done) {
      return done;
    }
  }
  if (auto done = transaction.put(tables_.lines, lmdb::as_bytes(line.id), encode_line(line));
      !done) {
    return done;
  }
  return write_journal(transaction, line.id);
}

Result<void> LineStore::write_journal(lmdb::WriteTransaction& transaction,
                                      std::string_view id) const {
  const std::uint64_t serial = read_u64(transaction, tables_.meta, kSerialKey) + 1;
  if (auto done = transaction.append(tables_.journal, encode_u64(serial), lmdb::as_bytes(id));
      !done) {
    return done;
  }
  if (serial > kJournalSerials) {
    if (auto done = transaction.erase(tables_.journal, encode_u64(serial - kJournalSerials));
        !done) {
      return done;
    }
  }
  return transaction.put(tables_.meta, lmdb::as_bytes(kSerialKey), encode_u64(serial));
}

Result<std::optional<Line>> LineStore::read_line(const lmdb::ReadTransaction& transaction,
                                                 const std::string& id) const {
  if (id.empty() || id.size() > Line::kMaxIdBytes) {
    return std::nullopt;
  }
  const auto value = transaction.get(tables_.lines, lmdb::as_bytes(id));
  if (!value) {
    return std::nullopt;
  }
  std::optional<Line> line = decode_line(id, *value);
  if (!line) {
    return fail(ErrorCode::Corrupt, fmt::format("The record of line '{}' is damaged.", id));
  }
  return line;
}

Result<std::optional<Line>> LineStore::find(const std::string& id) const {
  const auto transaction = environment_.read();
  if (!transaction) {
    return Unexpected<Error>(transaction.error());
  }
  return read_line(*transaction, id);
}

Result<std::vector<Line>> LineStore::all() const {
  const auto transaction = environment_.read();
  if (!transaction) {
    return Unexpected<Error>(transaction.error());
  }
  std::vector<Line> lines;
  lines.reserve(transaction->entry_count(tables_.lines));
  std::string damaged;
  const auto scanned =
      transaction->scan(tables_.lines, {}, [&](lmdb::Bytes key, lmdb::Bytes value) {
        std::optional<Line> line = decode_line(lmdb::as_text(key), value);
        if (!line) {
          damaged = lmdb::as_text(key);
          return false;
        }
        lines.push_back(std::move(*line));
        return true;
      });
  if (!scanned) {
    return Unexpected<Error>(scanned.error());
  }
  if (!damaged.empty()) {
    return fail(ErrorCode::Corrupt, fmt::format("The record of line '{}' is damaged.", damaged));
  }
  return lines;
}

Result<std::string> LineStore::setting(std::string_view key, std::string_view otherwise) const {
  const auto transaction = environment_.read();
  if (!transaction) {
    return Unexpected<Error>(transaction.error());
  }
  const auto value = transaction->get(tables_.settings, lmdb::as_bytes(key));
  return value ? lmdb::as_text(*value) : std::string(otherwise);
}

Result<void> LineStore::set(std::string_view key, const std::string& value) {
  return environment_.write([&](lmdb::WriteTransaction& transaction) -> Result<void> {
    if (auto done = transaction.put(tables_.settings, lmdb::as_bytes(key), lmdb::as_bytes(value));
        !done) {
      return done;
    }
    return write_journal(transaction, {});
  });
}

Result<std::string> LineStore::preset() const { return setting(kPresetKey, kDefaultPreset); }

Result<void> LineStore::set_preset(const std::string& id) { return set(kPresetKey, id); }

Result<std::string> LineStore::unknown_band() const { return setting(kUnknownBandKey, {}); }

Result<void> LineStore::set_unknown_band(const std::string& band) {
  return set(kUnknownBandKey, band);
}

Result<std::uint64_t> LineStore::serial() const {
  const auto transaction = environment_.read();
  if (!transaction) {
    return Unexpected<Error>(transaction.error());
  }
  return read_u64(*transaction, tables_.meta, kSerialKey);
}

Result<std::optional<std::vector<std::string>>> LineStore::changes_since(
    std::uint64_t since) const {
  const auto transaction = environment_.read();
  if (!transaction) {
    return Unexpected<Error>(transaction.error());
  }
  const std::uint64_t now = read_u64(*transaction, tables_.meta, kSerialKey);
  if (since > now) {
    return std::nullopt;  // the store was made anew
  }
  std::vector<std::string> ids;
  for (std::uint64_t serial = since + 1; serial <= now; ++serial) {
    const auto id = transaction->get(tables_.journal, encode_u64(serial));
    if (!id) {
      return std::nullopt;
    }
    ids.push_back(lmdb::as_text(*id));
  }
  std::ranges::sort(ids);
  const auto repeated = std::ranges::unique(ids);
  ids.erase(repeated.begin(), repeated.end());
  return ids;
}

}  // namespace luytre::policy
