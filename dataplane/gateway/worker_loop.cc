// SPDX-License-Identifier: Apache-2.0
#include "worker_loop.h"

#include <thread>

namespace luytre::gateway {

using dataplane::Packet;
using dataplane::Side;
using dataplane::Worker;

WorkerLoop::WorkerLoop(unsigned number, const dataplane::WorkerOptions& options,
                       port::PacketBuffers& buffers, const WorkerQueues& queues,
                       const LoopContext& context)
    : number_(number),
      queues_(queues),
      context_(context),
      naps_(context.idle, context.longest_nap),
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
  while (!context_.stop.load(std::memory_order_relaxed)) {
    const auto now = Worker::Clock::now();
    const std::size_t received = one_burst(Side::Subscriber, now) + one_burst(Side::Internet, now);
    worker_.expire(context_.world.current(), now, *egress_);
    send_egress();
    context_.quiescence.quiescent(number_);
    if (const auto length = naps_.after(received); length > Naps::Length::zero()) {
      nap(length);
    }
  }
}

std::size_t WorkerLoop::one_burst(Side from, Worker::Clock::time_point now) noexcept {
  std::array<Packet, Worker::kBurst> packets;
  const std::size_t count = queues_[static_cast<std::size_t>(from)]->receive(packets);
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
      queues_[static_cast<std::size_t>(side)]->send(packets);
    }
  }
  egress_->clear();
}

void WorkerLoop::nap(Naps::Length length) noexcept {
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
