// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/lmdb/environment.h"
#include "policy/line.h"

namespace luytre::policy {

// Lines and settings in the state database (LMDB). The schema stands above the code in line_store.cc.
class LineStore {
 public:
  [[nodiscard]] static Result<LineStore> open(const std::filesystem::path& directory,
                                              lmdb::OpenMode mode);

  // Conflict if the id exists already, or if another line has one of the keys; the message names that line.
  [[nodiscard]] Result<void> add(const Line& line);
  // Replaces the line of this id; NotFound if there is none, Conflict as above.
  [[nodiscard]] Result<void> update(const Line& line);
  [[nodiscard]] Result<void> remove(const std::string& id);
  [[nodiscard]] Result<std::optional<Line>> find(const std::string& id) const;
  [[nodiscard]] Result<std::vector<Line>> all() const;

  // Id of the preset in force ("vn"), and the band of unknown lines (empty: untouched).
  [[nodiscard]] Result<std::string> preset() const;
  [[nodiscard]] Result<void> set_preset(const std::string& id);
  [[nodiscard]] Result<std::string> unknown_band() const;
  [[nodiscard]] Result<void> set_unknown_band(const std::string& band);

  // Grows with every commit, by any process: readers poll it to notice a change.
  [[nodiscard]] std::uint64_t version() const noexcept { return environment_.last_transaction_id(); }

 private:
  explicit LineStore(lmdb::Environment environment) : environment_(std::move(environment)) {}
  lmdb::Environment environment_;
};

}  // namespace luytre::policy
