// SPDX-License-Identifier: Apache-2.0
#include "distributor_loop.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace luytre::gateway {

using namespace std::chrono_literals;

int DistributorLoop::run(void* loop) noexcept {
  auto& self = *static_cast<DistributorLoop*>(loop);
  self.forward();
  // What the workers let go of last; they have ended, so it becomes no more.
  while (self.send() > 0) {
  }
  return 0;
}

void DistributorLoop::forward() noexcept {
  for (Phase phase = Phase::Forward; phase != Phase::End;
       phase = phase_.load(std::memory_order_acquire)) {
    const std::size_t moved = receive(phase) + send();
    if (const auto nap = naps_.after(moved); nap > Naps::Length::zero()) {
      std::this_thread::sleep_for(nap);
    }
  }
}

std::size_t DistributorLoop::receive(Phase phase) noexcept {
  if (phase == Phase::Deliver) {
    if (std::ranges::all_of(ports_, [](const auto* port) { return port->is_delivered(); })) {
      delivered_.store(true, std::memory_order_release);
    }
    return 0;
  }
  std::size_t received = 0;
  for (port::Port* port : ports_) {
    received += port->distribute(spread_);
  }
  return received;
}

std::size_t DistributorLoop::send() noexcept {
  std::size_t sent = 0;
  for (port::Port* port : ports_) {
    sent += port->collect();
  }
  return sent;
}

void DistributorLoop::stop_receiving() noexcept {
  const auto end = std::chrono::steady_clock::now() + 1s;
  phase_.store(Phase::Deliver, std::memory_order_release);
  while (!delivered_.load(std::memory_order_acquire) && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(1ms);
  }
}

}  // namespace luytre::gateway
