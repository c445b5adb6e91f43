// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "categories/lmdb/environment.h"
#include "categories/name_key.h"
#include "common/must.h"
#include "rivals.h"

namespace luytre::bench {
namespace {

using categories::CategorySet;
using categories::DomainName;
using categories::NameKey;

// The sort key of a name, closed by an octet above all that host names are written in:
// "com\0example\0\377". So a name stands behind everything below it, and the first key from a
// question's own on is its deepest listed ancestor or something below that.
constexpr std::uint8_t kEnd = 0xff;

class WalkKey {
 public:
  explicit WalkKey(const DomainName& name) : key_(name) {
    const auto bytes = key_.bytes();
    std::memcpy(octets_.data(), bytes.data(), bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] == 0) {
        ends_[labels_++] = static_cast<std::uint16_t>(i + 1);
      }
    }
  }

  [[nodiscard]] std::size_t labels() const noexcept { return labels_; }
  [[nodiscard]] std::size_t ancestor_bytes(std::size_t labels) const noexcept {
    return ends_[labels - 1] + std::size_t{1};
  }
  // Of the ancestor with that many labels; until the next call.
  [[nodiscard]] lmdb::Bytes ancestor(std::size_t labels) noexcept {
    const std::size_t end = ancestor_bytes(labels) - 1;
    if (closed_at_ != 0) {
      octets_[closed_at_] = covered_;
    }
    closed_at_ = end;
    covered_ = octets_[end];
    octets_[end] = kEnd;
    return {octets_.data(), end + 1};
  }
  // How many labels from the right `other` has in common with the ancestor asked for last.
  [[nodiscard]] std::size_t common_labels(lmdb::Bytes other) const noexcept {
    const auto mine = lmdb::Bytes(octets_.data(), closed_at_);
    const auto [differs, unused] = std::ranges::mismatch(mine, other);
    const auto equal = static_cast<std::size_t>(differs - mine.begin());
    std::size_t count = 0;
    while (count < labels_ && ends_[count] <= equal) {
      ++count;
    }
    return count;
  }

 private:
  NameKey key_;
  std::array<std::uint8_t, NameKey::kMaxBytes + 1> octets_;
  std::array<std::uint16_t, DomainName::kMaxLabels> ends_;
  std::size_t labels_ = 0;
  std::size_t closed_at_ = 0;
  std::uint8_t covered_ = 0;
};

CategorySet read_value(lmdb::Bytes value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, value.data(), sizeof(bits));
  return CategorySet(bits);
}

struct Row {
  std::string key;
  std::uint64_t bits = 0;
};

std::vector<Row> rows_in_order(const NameSet& list) {
  std::vector<Row> rows;
  rows.reserve(list.size);
  for (std::uint64_t i = 0; i < list.size; ++i) {
    const DomainName name = list.name(i);
    const NameKey key(name);
    std::string octets(key.bytes().begin(), key.bytes().end());
    octets.push_back(static_cast<char>(kEnd));
    rows.push_back({.key = std::move(octets), .bits = list.category(i).bits()});
  }
  // char_traits compares as unsigned octets, like LMDB.
  std::ranges::sort(rows, {}, &Row::key);
  return rows;
}

}  // namespace

struct LmdbTable::Tables {
  lmdb::Environment environment;
  lmdb::Database names{};
  std::optional<lmdb::ReadTransaction> reader = std::nullopt;
};

LmdbTable::LmdbTable(const NameSet& list, const std::filesystem::path& directory) {
  tables_ = std::make_unique<Tables>(
      Tables{.environment = must(lmdb::Environment::open({.directory = directory,
                                                          .mode = lmdb::OpenMode::ReadWrite,
                                                          .map_bytes = std::size_t{4} << 30U}))});
  lmdb::WriteTransaction writer = must(tables_->environment.write());
  tables_->names = must(writer.create_database("names"));
  for (const Row& row : rows_in_order(list)) {
    std::array<std::uint8_t, sizeof(row.bits)> value;
    std::memcpy(value.data(), &row.bits, sizeof(row.bits));
    must(writer.append(tables_->names, lmdb::as_bytes(row.key), value));
  }
  must(writer.commit());
  memory_bytes_ = std::filesystem::file_size(directory / "data.mdb");
  tables_->reader.emplace(must(tables_->environment.read()));
}

LmdbTable::~LmdbTable() = default;

Lookup LmdbTable::walk() const {
  return [this](std::span<const DomainName* const> questions, std::span<CategorySet> found) {
    for (std::size_t i = 0; i < questions.size(); ++i) {
      found[i] = CategorySet();
      WalkKey key(*questions[i]);
      for (std::size_t labels = key.labels(); labels >= 2; --labels) {
        if (const auto value = tables_->reader->get(tables_->names, key.ancestor(labels))) {
          found[i] = read_value(*value);
          break;
        }
      }
    }
  };
}

Lookup LmdbTable::seek() const {
  auto cursor = std::make_shared<lmdb::DatabaseCursor>(*tables_->reader, tables_->names);
  return [cursor](std::span<const DomainName* const> questions, std::span<CategorySet> found) {
    for (std::size_t i = 0; i < questions.size(); ++i) {
      found[i] = CategorySet();
      WalkKey key(*questions[i]);
      for (std::size_t labels = key.labels(); labels >= 2;) {
        const lmdb::Bytes wanted = key.ancestor(labels);
        if (!cursor->seek(wanted)) {
          break;
        }
        const lmdb::Bytes next = cursor->key();
        const std::size_t common = key.common_labels(next);
        // An ancestor, or the name itself, is nothing but its labels and the end.
        if (common > 0 && next.size() == key.ancestor_bytes(common) && next.back() == kEnd) {
          found[i] = read_value(cursor->value());
          break;
        }
        // No listed ancestor has more labels than the neighbour shares.
        labels = std::min(common, labels - 1);
      }
    }
  };
}

}  // namespace luytre::bench
