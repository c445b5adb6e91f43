// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "categories/domain_name.h"
#include "categories/entry.h"
#include "categories/list_content.h"
#include "categories/lmdb/environment.h"
#include "categories/merged_entry.h"
#include "categories/name_match.h"
#include "categories/store/explanation.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

class JournalRecord;
struct Snapshot;

// The tables of the database, for the store's own parts.
struct StoreTables {
  lmdb::Database meta{};
  lmdb::Database sources{};
  lmdb::Database names{};
  lmdb::Database paths{};
  lmdb::Database prefixes{};
  lmdb::Database expiry{};
  lmdb::Database journal{};
};

// What everybody together says, for whoever compiles it. A function that is empty leaves its kind
// out. An error ends the walk.
struct MergedVisitor {
  std::function<Result<void>(const DomainName& name, const MergedEntry& entry)> name;
  // Paths and prefixes come with what shorter ones that cover them say already put in, per tier:
  // the longest one that covers a question decides alone, even if it comes without categories,
  // because an exception took them back.
  std::function<Result<void>(const HostPath& path, CategorySet categories,
                             std::uint8_t minimum_age)>
      path;
  std::function<Result<void>(const IpPrefix& prefix, CategorySet categories,
                             std::uint8_t minimum_age)>
      prefix;
};

// The durable category database (LMDB). The schema stands above the code in category_store.cc, the
// rules of merging in statement_merge.h. Threads: all const functions from any thread. Processes:
// one writer at a time, any number of readers.
class CategoryStore {
 public:
  static constexpr std::size_t kMaxSourceNameBytes = 128;
  // About 40 million names; more grows by itself.
  static constexpr std::size_t kInitialMapBytes = std::size_t{4} << 30U;

  // What a new version of a list adds and removes. What is removed is found by subject, reach,
  // polarity and terms; its categories and age are not looked at.
  struct ListChanges {
    ListContent added;
    ListContent removed;
  };

  // Subjects of which some source says something else than before.
  struct Changes {
    std::vector<DomainName> names;
    bool paths_or_prefixes = false;
  };

  // ReadWrite makes the store where there is none. NotFound: ReadOnly, and nothing was ever
  // imported. Invalid: another program version wrote it.
  [[nodiscard]] static Result<CategoryStore> open(const std::filesystem::path& directory,
                                                  lmdb::OpenMode mode,
                                                  std::size_t map_bytes = kInitialMapBytes);

  // Replaces everything that `source.name` said by `content`, in one transaction: readers see the
  // old list or the new one. What is said as before keeps the time since when it is said; the rest
  // gets `source.imported_at`, and what is over by then is left out. `content` need not be
  // normalised; `source.id` and `source.entry_count` are the store's to choose. Returns the new
  // serial. Invalid: a source or an entry that cannot be kept; the error names it.
  [[nodiscard]] Result<Serial> replace_source(const Source& source, ListContent content);
  // The same for a change of a list, in time proportional to the change; an entry that is there
  // already gets the new categories and age. NotFound: there is no such source. Conflict: something
  // removed is not there, and is not over either; nothing was changed then.
  [[nodiscard]] Result<Serial> update_source(const Source& source, ListChanges changes);
  // NotFound if there is no such source.
  [[nodiscard]] Result<Serial> remove_source(const std::string& source_name);

  // Removes the statements whose end has come, as one change; returns how many. Changes nothing,
  // the serial neither, if there are none.
  [[nodiscard]] Result<std::size_t> expire(std::chrono::sys_seconds now);
  // When the next statement ends; nothing: none ever does.
  [[nodiscard]] Result<std::optional<std::chrono::sys_seconds>> next_expiry() const;

  // By name.
  [[nodiscard]] Result<std::vector<Source>> sources() const;
  [[nodiscard]] Result<Serial> serial() const;
  // Differs after every change, without a transaction: for a reader that polls. 0: the database cannot
  // be read.
  [[nodiscard]] std::uint64_t version() const { return environment_.last_transaction_id(); }
  // Distinct names over all sources. Reads them all when there are several sources.
  [[nodiscard]] Result<std::uint64_t> name_count() const;
  // Secret for the index's keyed hash, made at random when the store is created.
  [[nodiscard]] Result<std::array<std::uint64_t, 2>> hash_key() const;

  // Everything that covers the question, the longest first, with the statements that apply to it,
  // exceptions among them: the trace behind an explanation. A name is covered by itself and by
  // every name above it that is said to reach down; a request by the paths of its own host; an
  // address by the ranges of its family. Not for the data path.
  [[nodiscard]] Result<std::vector<Entry>> covering(const DomainName& name) const;
  [[nodiscard]] Result<std::vector<PathEntry>> covering_paths(const DomainName& host,
                                                              std::string_view target) const;
  [[nodiscard]] Result<std::vector<PrefixEntry>> covering_prefixes(const IpAddress& address) const;
  // The same answer as the index gives, worked out from covering() and the rules alone; the
  // reference that the index is tested against.
  [[nodiscard]] Result<NameMatch> match(const DomainName& name, const Taxonomy& taxonomy) const;

  // covering() and match() told together: what becomes of each statement, and by whom.
  [[nodiscard]] Result<Explanation> explain(const DomainName& name, const Taxonomy& taxonomy) const;
  [[nodiscard]] Result<Explanation> explain_path(const DomainName& host, std::string_view target,
                                                 const Taxonomy& taxonomy) const;
  [[nodiscard]] Result<Explanation> explain_address(const IpAddress& address,
                                                    const Taxonomy& taxonomy) const;

  // Every entry, parents before their children (key order: labels reversed). One read transaction
  // for the whole scan; stops with the first error of `visit`.
  [[nodiscard]] Result<Serial> scan(
      const std::function<Result<void>(const Entry& entry)>& visit) const;
  // The other two kinds, in the order of ListContent::normalise().
  [[nodiscard]] Result<Serial> scan_paths(
      const std::function<Result<void>(const PathEntry& entry)>& visit) const;
  [[nodiscard]] Result<Serial> scan_prefixes(
      const std::function<Result<void>(const PrefixEntry& entry)>& visit) const;

  // Everything, merged by priority and exceptions: what an index is compiled from. In the order of
  // the scans; subjects that come to nothing are left out. The taxonomy says which categories are
  // mandatory.
  [[nodiscard]] Result<Serial> scan_merged(const Taxonomy& taxonomy,
                                           const MergedVisitor& visitor) const;
  // The same for the given names, all names above them and all listed names below them; paths and
  // prefixes, if they are asked for, come whole. Nothing if that is more than `max_names`; the
  // visitor has then seen some of them.
  [[nodiscard]] Result<std::optional<Serial>> scan_merged_around(
      const Taxonomy& taxonomy, std::span<const DomainName> names, std::size_t max_names,
      const MergedVisitor& visitor) const;

  // What changed since `since`, for a reader that has that serial and wants to catch up. Nothing:
  // the journal does not reach back so far, or too much changed; read everything again.
  [[nodiscard]] Result<std::optional<Changes>> changes_since(Serial since) const;

 private:
  CategoryStore(lmdb::Environment environment, StoreTables tables)
      : environment_(std::move(environment)), tables_(tables) {}

  [[nodiscard]] Result<Serial> commit(
      const std::function<Result<void>(lmdb::WriteTransaction& transaction,
                                       JournalRecord& journal)>& change);
  template <typename Value>
  [[nodiscard]] Result<Value> look(
      const std::function<Result<Value>(const Snapshot& snapshot)>& look) const;
  // Runs `walk` in one read transaction and returns the serial that it saw.
  [[nodiscard]] Result<Serial> walk_snapshot(
      const std::function<Result<void>(const lmdb::ReadTransaction& transaction,
                                       const std::vector<Source>& sources)>& walk) const;
  [[nodiscard]] Result<std::size_t> remove_all_ended(lmdb::WriteTransaction& transaction,
                                                     std::int64_t now,
                                                     JournalRecord& journal) const;
  [[nodiscard]] Result<std::vector<Source>> read_sources(
      const lmdb::ReadTransaction& transaction) const;
  [[nodiscard]] Result<Serial> read_serial(const lmdb::ReadTransaction& transaction) const;
  [[nodiscard]] Result<void> write_serial(lmdb::WriteTransaction& transaction, Serial serial) const;

  lmdb::Environment environment_;
  StoreTables tables_;
};

}  // namespace luytre::categories
