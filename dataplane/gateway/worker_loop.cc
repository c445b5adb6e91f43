// SPDX-License-Identifier: Apache-2.0
#include "worker_loop.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace luytre::gateway {

using dataplane::Packet;
using dataplane::Side;
using dataplane::Worker;

namespace {

// A worker that finds nothing this many times in a row takes its first nap: some 100 µs after the
// last packet, longer than the gaps inside a page load.
constexpr unsigned kEmptyLoopsBeforeNap = 256;
// Naps double up to this. Half a millisecond costs a person nothing, an idle worker 2,000 wake-ups
// a second, and the ring of a packet socket holds 4,096 frames meanwhile.
constexpr std::chrono::microseconds kShortestNap{16};
constexpr std::chrono::microseconds kLongestNap{500};

}  // namespace

WorkerLoop::WorkerLoop(unsigned number, const dataplane::WorkerOptions& options,
                       port::PacketBuffers& buffers, const LoopContext& context)
    : number_(number),
      context_(context),
      worker_(options, buffers),
      egress_(std::make_unique<dataplane::Egress>()) {}

int WorkerLoop::run(void* loop) noexcept {
  auto& self = *static_cast<WorkerLoop*>(loop);
  self.context_.quiescence.join(self.number_);
  self.forward();
  self.context_.quiescence.leave(self.number_);
  self.let_go();
  return 0;
}

void WorkerLoop::forward() noexcept {
  unsigned empty_loops = 0;
  while (!context_.stop.load(std::memory_order_relaxed)) {
    const auto now = Worker::Clock::now();
    const std::size_t received = one_burst(Side::Subscriber, now) + one_burst(Side::Internet, now);
    worker_.expire(context_.world.current(), now, *egress_);
    send_egress();
    context_.quiescence.quiescent(number_);
    empty_loops = received == 0 ? empty_loops + 1 : 0;
    if (empty_loops >= kEmptyLoopsBeforeNap && context_.idle == Idle::Sleep) {
      nap(empty_loops - kEmptyLoopsBeforeNap);
    }
  }
}

std::size_t WorkerLoop::one_burst(Side from, Worker::Clock::time_point now) noexcept {
  std::array<Packet, Worker::kBurst> packets;
  port::Port& port = *context_.ports[static_cast<std::size_t>(from)];
  const std::size_t count = port.receive(static_cast<std::uint16_t>(number_), packets);
  if (count > 0) {
    worker_.process_burst(from, std::span(packets).first(count), context_.world.current(), now,
                          *egress_);
    send_egress();
  }
  return count;
}

void WorkerLoop::send_egress() noexcept {
  for (const Side side : {Side::Subscriber, Side::Internet}) {
    const auto packets = egress_->packets(side);
    if (!packets.empty()) {
      context_.ports[static_cast<std::size_t>(side)]->send(static_cast<std::uint16_t>(number_),
                                                           packets);
    }
  }
  egress_->clear();
}

void WorkerLoop::nap(unsigned naps_before) noexcept {
  const auto length = std::min(kShortestNap * (1U << std::min(naps_before, 5U)), kLongestNap);
  context_.quiescence.offline(number_);  // a sleeping worker must not keep an old world alive
  std::this_thread::sleep_for(length);
  context_.quiescence.online(number_);
}

void WorkerLoop::let_go() noexcept {
  bool all = false;
  while (!all) {
    all = worker_.drain(*egress_);
    send_egress();
  }
}

}  // namespace luytre::gateway
