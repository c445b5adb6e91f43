// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "categories/compile/overlay.h"
#include "categories/index/index.h"
#include "categories/index/layered_index.h"
#include "categories/store/category_store.h"
#include "categories/taxonomy.h"
#include "file_identity.h"
#include "reload_status.h"

namespace luytre::gateway {

// Follows the lists: the compiled index, and in an overlay what changed in the category database
// since. What cannot be used is refused and what was in force stays. One thread.
class ListReloader {
 public:
  // Both outlive this object.
  ListReloader(std::filesystem::path data_dir, const categories::Taxonomy& taxonomy,
               Refusals& refusals)
      : data_dir_(std::move(data_dir)), taxonomy_(taxonomy), refusals_(refusals) {}

  // Looks for something new; true if in_force() changed. Cheap when there is nothing.
  [[nodiscard]] bool refresh();
  // nullptr: no index was ever there.
  [[nodiscard]] const std::shared_ptr<const categories::LayeredIndex>& in_force() const noexcept {
    return in_force_;
  }
  void show(ReloadStatus& status) const;

 private:
  using Clock = std::chrono::steady_clock;

  // Changes since a main index. They also fit a newer main index, as long as that is older than
  // they are.
  struct Changes {
    std::shared_ptr<const categories::Index> index;  // nullptr: no name changed
    categories::Index::HashKey hash_key{};           // of the main index
    std::uint64_t since = 0;                         // serial of the main index
    std::uint64_t serial = 0;
    std::uint64_t names = 0;

    [[nodiscard]] bool fit(const categories::Index& main) const noexcept {
      return hash_key == main.hash_key() && since <= main.serial() && main.serial() <= serial;
    }
  };

  [[nodiscard]] bool refresh_index();
  [[nodiscard]] bool refresh_changes(bool is_new_index);
  void open_store(Clock::time_point now);
  [[nodiscard]] bool take(categories::Overlay overlay);
  void stay_behind(categories::CompileNeeded cause);
  [[nodiscard]] bool drop_changes_that_do_not_fit();

  std::filesystem::path data_dir_;
  const categories::Taxonomy& taxonomy_;
  Refusals& refusals_;

  std::shared_ptr<const categories::Index> index_;
  std::chrono::system_clock::time_point index_compiled_at_;
  std::optional<FileIdentity> seen_index_;  // used or refused

  std::optional<categories::CategoryStore> store_;
  std::optional<FileIdentity> store_file_;     // that store_ has open
  std::optional<std::uint64_t> seen_version_;  // of store_, used or refused
  Clock::time_point next_attempt_;             // to open or read it, after a refusal
  std::optional<Changes> changes_;
  bool is_behind_ = false;

  std::shared_ptr<const categories::LayeredIndex> in_force_;
};

}  // namespace luytre::gateway
