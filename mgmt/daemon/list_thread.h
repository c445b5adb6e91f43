// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "categories/subscribe/list_subscriber.h"

namespace luytre::mgmt {

// Polls one list when it is due. One slow mirror delays nobody else's urgent change.
class ListThread {
 public:
  explicit ListThread(std::unique_ptr<categories::ListSubscriber> list);
  ListThread(const ListThread&) = delete;
  ListThread& operator=(const ListThread&) = delete;
  ~ListThread();

  void poll_now();
  // The thread ends at its next step; a transfer at once.
  void request_stop();
  [[nodiscard]] bool has_ended() const;

  [[nodiscard]] categories::ListStatus status() const { return list_->status(); }

 private:
  void run(const std::stop_token& stop);

  std::unique_ptr<categories::ListSubscriber> list_;
  mutable std::mutex mutex_;  // guards ended_; poll_now() wakes under it, so that no call is lost
  std::condition_variable_any wake_;
  bool ended_ = false;
  std::jthread thread_;
};

}  // namespace luytre::mgmt
