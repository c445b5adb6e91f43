// SPDX-License-Identifier: Apache-2.0
#include "categories/store/category_store.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/byte_order.h"
#include "source_codec.h"
#include "statement_codec.h"

// The schema, format 2. Integers are big-endian; NameKey (categories/name_key.h) sorts parents
// before children.
//
//   table     key                                    value
//   meta      "format"                               u64, 2
//             "serial"                               u64, grows by one with each commit
//             "hash_key"                             2 x u64, random, made with the store
//   sources   the source's name                      source_codec.h
//   names     source id u16, NameKey                 statement_codec.h
//   paths     source id u16, NameKey, 0, path        the same
//   prefixes  source id u16, address, length         the same
//   expiry    end u64, kind u8, a key of that table  expiry_table.h
//   journal   serial u64                             journal.h
//
// A name that several sources list has one entry in `names` for each. So a source is one range:
// importing it anew compares and writes that range alone, a first import appends, and removing it
// leaves the others' pages untouched. The price is paid where it does not matter: one read per
// source and label in covering(), a merge of sorted ranges in scan().

namespace luytre::categories {
namespace {

constexpr std::uint64_t kFormat = 2;
constexpr std::string_view kFormatKey = "format";
constexpr std::string_view kSerialKey = "serial";
constexpr std::string_view kHashKeyKey = "hash_key";

Unexpected<Error> damaged() { return fail(ErrorCode::Corrupt, std::string(kDamaged)); }

std::array<std::uint8_t, 8> encode_u64(std::uint64_t number) noexcept {
  std::array<std::uint8_t, 8> bytes{};
  store_be64(bytes.data(), number);
  return bytes;
}

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

Result<void> check_format(const lmdb::ReadTransaction& transaction, lmdb::Database meta,
                          const std::filesystem::path& directory) {
  const auto format = read_u64(transaction, meta, kFormatKey);
  if (format == kFormat) {
    return {};
  }
  if (format && *format < kFormat) {
    return fail(ErrorCode::Invalid,
                fmt::format("The category database in {} was written by an earlier version (format "
                            "{}, and this program reads {}); move it away and import the lists "
                            "again.",
                            directory.native(), *format, kFormat));
  }
  return fail(
      ErrorCode::Invalid,
      fmt::format("The category database in {} has format {}, and this program reads format "
                  "{}; use the program that wrote it.",
                  directory.native(), format.value_or(0), kFormat));
}

}  // namespace

Result<CategoryStore> CategoryStore::open(const std::filesystem::path& directory,
                                          lmdb::OpenMode mode, std::size_t map_bytes) {
  auto environment =
      lmdb::Environment::open({.directory = directory, .mode = mode, .map_bytes = map_bytes});
  if (!environment) {
    return Unexpected<Error>(environment.error());
  }
  StoreTables tables;
  const std::array<std::pair<const char*, lmdb::Database*>, 7> named = {
      {{"meta", &tables.meta},
       {"sources", &tables.sources},
       {"names", &tables.names},
       {"paths", &tables.paths},
       {"prefixes", &tables.prefixes},
       {"expiry", &tables.expiry},
       {"journal", &tables.journal}}};
  if (mode == lmdb::OpenMode::ReadWrite) {
    auto created = environment->write([&](lmdb::WriteTransaction& transaction) -> Result<void> {
      const auto meta = transaction.create_database("meta");
      if (!meta) {
        return Unexpected<Error>(meta.error());
      }
      // A database of another format is left as it is.
      const auto format = read_u64(transaction, *meta, kFormatKey);
      if (format && *format != kFormat) {
        return {};
      }
      for (const auto& [name, table] : named) {
        if (const auto opened = transaction.create_database(name); !opened) {
          return Unexpected<Error>(opened.error());
        }
      }
      return format ? Result<void>{} : write_meta(transaction, *meta);
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
    // meta comes first: the other tables of another format need not be there.
    if (auto checked = check_format(*transaction, tables.meta, directory); !checked) {
      return Unexpected<Error>(checked.error());
    }
  }
  return CategoryStore(std::move(*environment), tables);
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

Result<void> CategoryStore::write_serial(lmdb::WriteTransaction& transaction, Serial serial) const {
  return transaction.put(tables_.meta, lmdb::as_bytes(kSerialKey),
                         encode_u64(static_cast<std::uint64_t>(serial)));
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
