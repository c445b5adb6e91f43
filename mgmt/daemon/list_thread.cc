// SPDX-License-Identifier: Apache-2.0
#include "list_thread.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace luytre::mgmt {
namespace {

// The clock may be set meanwhile: look at it now and then.
constexpr std::chrono::seconds kLongestNap{60};

}  // namespace

ListThread::ListThread(std::unique_ptr<categories::ListSubscriber> list)
    : list_(std::move(list)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

ListThread::~ListThread() = default;  // stops and joins

void ListThread::poll_now() {
  list_->poll_now();
  const std::lock_guard lock(mutex_);
  wake_.notify_all();
}

void ListThread::request_stop() { thread_.request_stop(); }

bool ListThread::has_ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

void ListThread::run(const std::stop_token& stop) {
  using Clock = categories::ListSubscriber::Clock;
  while (!stop.stop_requested()) {
    if (list_->next_poll() <= Clock::now()) {
      list_->poll(Clock::now(), stop);
    }
    std::unique_lock lock(mutex_);
    const auto left = list_->next_poll() - Clock::now();
    if (left > left.zero()) {
      wake_.wait_for(lock, stop, std::min<Clock::duration>(left, kLongestNap),
                     [this] { return list_->next_poll() <= Clock::now(); });
    }
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
}

}  // namespace luytre::mgmt
