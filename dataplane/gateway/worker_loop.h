// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "dataplane/port/packet_buffers.h"
#include "dataplane/port/port_queue.h"
#include "dataplane/port/quiescence.h"
#include "dataplane/worker.h"
#include "naps.h"
#include "world_switch.h"

namespace luytre::gateway {

// What the loops of all workers share. Everything outlives the loops.
struct LoopContext {
  port::Quiescence& quiescence;
  const WorldSwitch& world;
  const std::atomic<bool>& stop;
  Idle idle = Idle::Sleep;
  Naps::Length longest_nap = Naps::kLongest;
};

using WorkerQueues = std::array<port::PortQueue*, 2>;  // by Side

// One worker on one core: receive, judge, send, in both directions, until it is told to stop; then
// it lets go of what it holds.
class WorkerLoop {
 public:
  WorkerLoop(unsigned number, const dataplane::WorkerOptions& options, port::PacketBuffers& buffers,
             const WorkerQueues& queues, const LoopContext& context);

  // For Eal::launch; `loop` is a WorkerLoop.
  static int run(void* loop) noexcept;

  [[nodiscard]] const dataplane::Counters& counters() const noexcept { return worker_.counters(); }

 private:
  void forward() noexcept;
  std::size_t one_burst(dataplane::Side from, dataplane::Worker::Clock::time_point now) noexcept;
  void send_egress() noexcept;
  void nap(Naps::Length length) noexcept;
  void let_go() noexcept;

  unsigned number_;  // also its reader number
  WorkerQueues queues_;
  LoopContext context_;
  Naps naps_;
  dataplane::Worker worker_;
  std::unique_ptr<dataplane::Egress> egress_;  // 131 KB: not on the stack
};

}  // namespace luytre::gateway
