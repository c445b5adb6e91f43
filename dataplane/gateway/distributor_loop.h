// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "dataplane/port/port.h"
#include "dataplane/port/worker_spread.h"
#include "naps.h"

namespace luytre::gateway {

// The thread between two ports of one queue each and the workers, until it is told to stop. It
// reads addresses and nothing else: it holds no World and no packet.
class DistributorLoop {
 public:
  // `ports` were opened with Spread::Distributor and outlive the loop.
  DistributorLoop(std::array<port::Port*, 2> ports, const port::WorkerSpread& spread,
                  Idle idle) noexcept
      : ports_(ports), spread_(spread), naps_(idle, Naps::kLongestOfThree) {}

  // For Eal::launch; `loop` is a DistributorLoop.
  static int run(void* loop) noexcept;

  // By the control thread, in this order. Returns when the workers have taken everything that was
  // received, or after a second; what they send is carried on.
  void stop_receiving() noexcept;
  // When no worker runs any more: what they sent leaves, and the loop ends.
  void finish() noexcept { phase_.store(Phase::End, std::memory_order_release); }

 private:
  enum class Phase : std::uint8_t { Forward, Deliver, End };
  void forward() noexcept;
  std::size_t receive(Phase phase) noexcept;
  std::size_t send() noexcept;

  std::array<port::Port*, 2> ports_;
  port::WorkerSpread spread_;
  Naps naps_;
  std::atomic<Phase> phase_{Phase::Forward};
  std::atomic<bool> delivered_{false};
};

}  // namespace luytre::gateway
