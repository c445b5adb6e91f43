// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "categories/domain_name.h"
#include "categories/entry.h"
#include "categories/lmdb/environment.h"
#include "categories/name_list.h"
#include "categories/name_match.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

class SourceChanges;

// The durable category database (LMDB). The schema stands above the code in category_store.cc.
// Threads: all const functions from any thread. Processes: one writer at a time, any number of
// readers.
class CategoryStore {
 public:
  static constexpr std::size_t kMaxSourceNameBytes = 128;
  // About 40 million names; more grows by itself.
  static constexpr std::size_t kInitialMapBytes = std::size_t{4} << 30U;

  // ReadWrite makes the store where there is none. NotFound: ReadOnly, and nothing was ever
  // imported.
  [[nodiscard]] static Result<CategoryStore> open(const std::filesystem::path& directory,
                                                  lmdb::OpenMode mode,
                                                  std::size_t map_bytes = kInitialMapBytes);

  // Replaces everything that `source.name` said by `names`, in one transaction: readers see the old
  // list or the new one. `names` need not be normalised; `source.id` and `source.entry_count` are
  // the store's to choose. Returns the new serial. Invalid: a source name that is empty, too long
  // or has unprintable characters.
  [[nodiscard]] Result<Serial> replace_source(const Source& source, NameList names);
  // NotFound if there is no such source.
  [[nodiscard]] Result<Serial> remove_source(const std::string& source_name);

  // By name.
  [[nodiscard]] Result<std::vector<Source>> sources() const;
  [[nodiscard]] Result<Serial> serial() const;
  // Distinct names over all sources. Reads them all when there are several sources.
  [[nodiscard]] Result<std::uint64_t> name_count() const;
  // Secret for the index's keyed hash, made at random when the store is created.
  [[nodiscard]] Result<std::array<std::uint64_t, 2>> hash_key() const;

  // Every listed name that covers `name` (itself, or an ancestor by Subtree), the longest first,
  // with the statements that apply to `name`: the trace behind an explanation. Not for the data
  // path.
  [[nodiscard]] Result<std::vector<Entry>> covering(const DomainName& name) const;
  // The same answer as the index gives, computed label by label from LMDB; the reference that the
  // index is tested against.
  [[nodiscard]] Result<NameMatch> match(const DomainName& name, const Taxonomy& taxonomy) const;

  // Every entry, parents before their children (key order: labels reversed). One read transaction
  // for the whole scan; stops with the first error of `visit`.
  [[nodiscard]] Result<Serial> scan(
      const std::function<Result<void>(const Entry& entry)>& visit) const;

  // The names of which any source says something else than at `since`, for a reader that has that
  // serial and wants to catch up. Nothing: the journal does not reach back so far, or too much
  // changed; read everything again.
  [[nodiscard]] Result<std::optional<std::vector<DomainName>>> changes_since(Serial since) const;

 private:
  struct Tables {
    lmdb::Database meta{};
    lmdb::Database sources{};
    lmdb::Database names{};
    lmdb::Database journal{};
  };

  CategoryStore(lmdb::Environment environment, Tables tables)
      : environment_(std::move(environment)), tables_(tables) {}

  [[nodiscard]] Result<Serial> write_source(lmdb::WriteTransaction& transaction,
                                            const Source& source, const NameList& names);
  [[nodiscard]] Result<Serial> commit_changes(lmdb::WriteTransaction& transaction,
                                              const SourceChanges& changes);
  [[nodiscard]] Result<std::vector<Source>> read_sources(
      const lmdb::ReadTransaction& transaction) const;
  [[nodiscard]] Result<Serial> read_serial(const lmdb::ReadTransaction& transaction) const;

  lmdb::Environment environment_;
  Tables tables_;
};

}  // namespace luytre::categories
