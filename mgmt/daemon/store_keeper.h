// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/error.h"
#include "categories/store/category_store.h"
#include "categories/taxonomy.h"

namespace luytre::mgmt {

// What the keeper has done since the process started.
struct KeeperStatus {
  std::uint64_t expired = 0;  // statements whose end came
  std::uint64_t compiles = 0;
  std::uint64_t compile_failures = 0;
  double compile_seconds = 0;  // of the last one
  std::uint64_t index_serial = 0;
  std::uint64_t store_serial = 0;
};

// Keeps the store and the index in step with time, in a thread of its own: removes statements whose
// end has come within a second of it, and compiles the index when changes are too many for the
// gateway's overlay, or have been in it for long.
class StoreKeeper {
 public:
  struct Rules {
    std::filesystem::path index_dir;
    std::chrono::seconds compile_after{600};
    std::size_t compile_after_names = 5'000;
  };

  // All outlive the keeper. `writing` is held for each change of the store.
  StoreKeeper(const Rules& rules, const categories::Taxonomy& taxonomy,
              categories::CategoryStore& store, std::mutex& writing);
  StoreKeeper(const StoreKeeper&) = delete;
  StoreKeeper& operator=(const StoreKeeper&) = delete;
  ~StoreKeeper();

  // The store has changed; `whole`: so much that the index is due. From any thread.
  void changed(bool whole);
  void request_stop();
  [[nodiscard]] bool has_ended() const;
  [[nodiscard]] KeeperStatus status() const;

 private:
  using SteadyClock = std::chrono::steady_clock;

  void run(const std::stop_token& stop);
  void expire();
  void keep_index();
  [[nodiscard]] std::optional<std::uint64_t> serial_of_index();
  [[nodiscard]] bool is_due(categories::Serial serial);
  void compile();
  void say(const Error& error);

  Rules rules_;
  const categories::Taxonomy& taxonomy_;
  categories::CategoryStore& store_;
  std::mutex& writing_;

  std::optional<categories::Serial> looked_at_;  // by is_due()
  std::filesystem::path index_target_;           // of the link, when index_serial_ was read
  std::optional<std::uint64_t> index_serial_;
  std::optional<std::chrono::sys_seconds> next_expiry_;
  std::optional<categories::Serial> expiry_read_at_;
  std::optional<SteadyClock::time_point> behind_since_;
  SteadyClock::time_point not_before_;  // after a failure
  std::string said_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable_any wake_;
  bool whole_ = false;
  bool asked_ = false;
  bool ended_ = false;
  KeeperStatus status_;
  std::jthread thread_;
};

}  // namespace luytre::mgmt
