// SPDX-License-Identifier: Apache-2.0
#include "journal.h"

#include <algorithm>
#include <array>
#include <string>

#include "statement_codec.h"

namespace luytre::categories {
namespace {

// A reader that is further behind, or sees a larger change, reads everything again: at this size
// that is no slower.
constexpr std::size_t kMaxNames = 10'000;
constexpr std::uint64_t kSerials = 1'000;

constexpr std::uint8_t kEverything = 0;
constexpr std::uint8_t kNames = 1;
constexpr std::uint8_t kPathsOrPrefixes = 2;

std::array<std::uint8_t, 8> key_of(std::uint64_t serial) noexcept {
  std::array<std::uint8_t, 8> bytes{};
  store_be64(bytes.data(), serial);
  return bytes;
}

}  // namespace

void JournalRecord::note(SubjectKind kind, lmdb::Bytes subject) {
  if (kind != SubjectKind::Name) {
    paths_or_prefixes_ = true;
    return;
  }
  if (++names_ > kMaxNames) {
    everything_ = true;
  }
  if (everything_) {
    return;
  }
  if (const auto name = NameKey::decode(subject)) {
    wires_.insert(wires_.end(), name->wire().begin(), name->wire().end());
  }
}

Result<void> JournalRecord::write(lmdb::WriteTransaction& transaction, lmdb::Database journal,
                                  std::uint64_t serial) const {
  std::vector<std::uint8_t> value = {kEverything};
  if (!everything_) {
    value.front() = paths_or_prefixes_ ? kNames | kPathsOrPrefixes : kNames;
    value.insert(value.end(), wires_.begin(), wires_.end());
  }
  if (auto done = transaction.append(journal, key_of(serial), value); !done) {
    return done;
  }
  return serial > kSerials ? transaction.erase(journal, key_of(serial - kSerials)) : Result<void>{};
}

Result<std::optional<CategoryStore::Changes>> read_journal(const lmdb::ReadTransaction& transaction,
                                                           lmdb::Database journal,
                                                           std::uint64_t first,
                                                           std::uint64_t last) {
  if (last - first >= kSerials) {
    return std::nullopt;
  }
  CategoryStore::Changes changes;
  for (std::uint64_t serial = first; serial <= last; ++serial) {
    const auto record = transaction.get(journal, key_of(serial));
    if (!record || record->empty() || record->front() == kEverything) {
      return std::nullopt;
    }
    changes.paths_or_prefixes =
        changes.paths_or_prefixes || (record->front() & kPathsOrPrefixes) != 0;
    for (lmdb::Bytes wires = record->subspan(1); !wires.empty();) {
      const auto name = DomainName::from_wire(wires);
      if (!name) {
        return fail(ErrorCode::Corrupt, std::string(kDamaged));
      }
      wires = wires.subspan(name->wire().size());
      changes.names.push_back(*name);
    }
  }
  std::ranges::sort(changes.names, [](const auto& a, const auto& b) { return a < b; });
  changes.names.erase(std::unique(changes.names.begin(), changes.names.end()), changes.names.end());
  return changes;
}

}  // namespace luytre::categories
