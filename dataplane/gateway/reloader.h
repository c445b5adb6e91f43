// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "categories/taxonomy.h"
#include "list_reloader.h"
#include "policy/snapshot.h"
#include "policy/store/line_store.h"
#include "reload_status.h"
#include "world_switch.h"

namespace luytre::gateway {

// Notices new lists and policies, builds them beside the data path and publishes them whole.
// What cannot be used is refused, said once and counted; what was in force stays. One thread calls
// poll(); status() may be called by any.
class Reloader {
 public:
  struct Places {
    std::filesystem::path data_dir;
    std::filesystem::path share_dir;
  };

  Reloader(Places places, categories::Taxonomy taxonomy);

  // What is there at start; nothing that is missing is an error. To be published by the caller.
  [[nodiscard]] std::unique_ptr<const LiveWorld> load();
  // Publishes to `target` what changed since. Cheap when nothing did; call it every 50 ms.
  void poll(WorldSwitch& target);

  [[nodiscard]] ReloadStatus status() const;
  // Words for categories, by bit.
  [[nodiscard]] std::span<const std::string> category_names() const noexcept {
    return category_names_;
  }

 private:
  bool refresh_policy();
  void open_lines(std::chrono::steady_clock::time_point now);
  [[nodiscard]] Result<std::unique_ptr<const policy::PolicySnapshot>> compile_policy() const;
  [[nodiscard]] std::unique_ptr<const LiveWorld> world() const;
  void show();

  Places places_;
  categories::Taxonomy taxonomy_;
  std::array<std::string, 64> category_names_;

  Refusals refusals_;
  ListReloader lists_;

  std::optional<policy::LineStore> lines_;
  std::shared_ptr<const policy::PolicySnapshot> policy_;
  std::optional<std::uint64_t> seen_version_;           // used or refused
  bool retry_ = false;                                  // seen_version_ was refused
  std::chrono::steady_clock::time_point next_attempt_;  // to open, or after a refusal

  ReloadStatus next_status_;  // of the thread that polls
  mutable std::mutex mutex_;  // guards status_
  ReloadStatus status_;
};

}  // namespace luytre::gateway
