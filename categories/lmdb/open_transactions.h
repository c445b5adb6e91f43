// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace luytre::lmdb {

// Counts this process's open transactions of one environment: LMDB may change the size of its map
// only while there are none. Every transaction reaches its counter through mdb_env_get_userctx().
class OpenTransactions {
 public:
  void add() {
    const std::scoped_lock lock(mutex_);
    ++count_;
  }
  void remove() {
    const std::scoped_lock lock(mutex_);
    if (--count_ == 0) {
      none_.notify_all();
    }
  }
  // Runs `action` while none is open and none can begin; nothing if that does not happen within
  // `timeout`.
  template <typename Action>
  std::optional<int> when_none(std::chrono::milliseconds timeout, const Action& action) {
    std::unique_lock lock(mutex_);
    if (!none_.wait_for(lock, timeout, [this] { return count_ == 0; })) {
      return std::nullopt;
    }
    return action();
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  unsigned count_ = 0;
};

}  // namespace luytre::lmdb
