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
#include "categories/index/index.h"
#include "categories/taxonomy.h"
#include "policy/snapshot.h"
#include "policy/store/line_store.h"
#include "world_switch.h"

namespace luytre::gateway {

// What a reload may fail on; a label of luytre_reload_failures_total.
enum class ReloadPart : std::uint8_t { Index, Policy };
inline constexpr std::array<std::string_view, 2> kReloadPartNames = {"index", "policy"};

// What is in force, for metrics and the log.
struct ReloadStatus {
  bool index_loaded = false;
  std::uint64_t index_serial = 0;
  std::uint64_t index_names = 0;
  std::chrono::system_clock::time_point index_compiled_at;  // when the file was written
  bool policy_loaded = false;
  std::uint64_t policy_version = 0;
  std::uint64_t lines = 0;
  std::array<std::uint64_t, kReloadPartNames.size()> failures{};  // by ReloadPart
};

// Notices new indexes and policies, builds them beside the data path and publishes them whole.
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
  // Tells two files apart, also when one took the other's place.
  struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t modified_ns = 0;
    std::uint64_t size = 0;
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
  };

  [[nodiscard]] static std::optional<FileIdentity> identify(const std::filesystem::path& file);
  bool refresh_index();  // true: there is a new one
  bool refresh_policy();
  void open_lines(std::chrono::steady_clock::time_point now);
  [[nodiscard]] Result<std::unique_ptr<const policy::PolicySnapshot>> compile_policy() const;
  void refuse(ReloadPart part, const Error& error);
  [[nodiscard]] std::unique_ptr<const LiveWorld> world() const;
  void show();

  Places places_;
  categories::Taxonomy taxonomy_;
  std::array<std::string, 64> category_names_;

  std::shared_ptr<const categories::Index> index_;
  std::optional<FileIdentity> seen_index_;  // used or refused

  std::optional<policy::LineStore> lines_;
  std::shared_ptr<const policy::PolicySnapshot> policy_;
  std::optional<std::uint64_t> seen_version_;           // used or refused
  bool retry_ = false;                                  // seen_version_ was refused
  std::chrono::steady_clock::time_point next_attempt_;  // to open, or after a refusal

  std::array<std::string, kReloadPartNames.size()> last_refusal_;  // said already
  ReloadStatus next_status_;                                       // of the thread that polls
  mutable std::mutex mutex_;                                       // guards status_
  ReloadStatus status_;
};

}  // namespace luytre::gateway
