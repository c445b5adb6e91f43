// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "categories/lmdb/environment.h"
#include "policy/line.h"

namespace luytre::policy {

// Lines and settings in the state database (LMDB). The schema stands above the code in
// line_store.cc. Threads: all const functions from any thread. Processes: one writer at a time, any
// number of readers.
class LineStore {
 public:
  // What preset() says as long as nobody chose one.
  static constexpr std::string_view kDefaultPreset = "vn";

  // ReadWrite makes the store where there is none. NotFound: ReadOnly, and nothing was ever stored.
  [[nodiscard]] static Result<LineStore> open(const std::filesystem::path& directory,
                                              lmdb::OpenMode mode);

  // Conflict if the id exists already, or if another line has one of the keys; the message names
  // that line. Invalid as policy::validate(), or if the line has one key twice. Overlapping
  // prefixes of different length are fine.
  [[nodiscard]] Result<void> add(const Line& line);
  // Replaces the line of this id; NotFound if there is none, Conflict and Invalid as above.
  [[nodiscard]] Result<void> update(const Line& line);
  // Reads the line of this id, lets `change` edit it and stores the result, in one transaction: two
  // commands at once lose nothing. An error of `change` changes nothing.
  [[nodiscard]] Result<Line> edit(const std::string& id,
                                  const std::function<Result<void>(Line&)>& change);
  [[nodiscard]] Result<void> remove(const std::string& id);
  [[nodiscard]] Result<std::optional<Line>> find(const std::string& id) const;
  [[nodiscard]] Result<std::vector<Line>> all() const;  // by id

  // Id of the preset in force ("vn"), and the band of unknown lines (empty: untouched).
  [[nodiscard]] Result<std::string> preset() const;
  [[nodiscard]] Result<void> set_preset(const std::string& id);
  [[nodiscard]] Result<std::string> unknown_band() const;
  [[nodiscard]] Result<void> set_unknown_band(const std::string& band);

  // Grows with every commit, by any process: readers poll it to notice a change, and then read what it announced.
  // 0: the database cannot be read; the next read says why.
  [[nodiscard]] std::uint64_t version() const { return environment_.last_transaction_id(); }

  // Number of the last change, and the ids of the lines that changed since `since` (an empty id: a
  // setting did). Nothing: the journal does not reach back so far; read everything again.
  [[nodiscard]] Result<std::uint64_t> serial() const;
  [[nodiscard]] Result<std::optional<std::vector<std::string>>> changes_since(
      std::uint64_t since) const;

 private:
  struct Tables {
    lmdb::Database meta{};
    lmdb::Database settings{};
    lmdb::Database lines{};
    lmdb::Database line_keys{};
    lmdb::Database journal{};
  };

  LineStore(lmdb::Environment environment, Tables tables)
      : environment_(std::move(environment)), tables_(tables) {}

  [[nodiscard]] Result<std::optional<Line>> read_line(const lmdb::ReadTransaction& transaction,
                                                      const std::string& id) const;
  [[nodiscard]] Result<void> write_line(lmdb::WriteTransaction& transaction, const Line* before,
                                        const Line& line) const;
  [[nodiscard]] Result<void> write_journal(lmdb::WriteTransaction& transaction,
                                           std::string_view id) const;
  [[nodiscard]] Result<std::string> setting(std::string_view key, std::string_view otherwise) const;
  [[nodiscard]] Result<void> set(std::string_view key, const std::string& value);

  lmdb::Environment environment_;
  Tables tables_;
};

}  // namespace luytre::policy
