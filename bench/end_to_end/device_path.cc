// SPDX-License-Identifier: Apache-2.0
#include "device_path.h"

#include <rte_pause.h>

#include <string>

#include "common/must.h"
#include "common/stopwatch.h"

namespace luytre::bench {
namespace {

constexpr std::array kSides = {Side::Subscriber, Side::Internet};

// A card's receive queue; and more room for what comes out than there can be on the way, so that
// nothing is dropped while this thread has no core.
constexpr test::RingDevice::Slots kSlots{.arriving = 1024, .leaving = 16384};

constexpr double kPatienceSeconds = 30;

std::unique_ptr<const gateway::LiveWorld> live_world(const dataplane::World& world) {
  const std::shared_ptr<const void> nobody;  // the world outlives the path
  return std::make_unique<gateway::LiveWorld>(
      std::shared_ptr<const categories::LayeredIndex>(nobody, world.index),
      std::shared_ptr<const policy::PolicySnapshot>(nobody, world.policy), world.category_names);
}

}  // namespace

WiredPorts::WiredPorts(std::vector<std::unique_ptr<port::PacketBuffers>>& buffers,
                       port::Spread spread, unsigned workers) {
  static unsigned number = 0;  // a name is used once in a process
  for (const Side side : kSides) {
    wires_[at(side)] =
        std::make_unique<test::RingDevice>("wire" + std::to_string(number++), kSlots);
    ports_[at(side)].emplace(must(port::Port::open({.driver = port::Driver::Vdev,
                                                    .device = wires_[at(side)]->device(),
                                                    .queues = static_cast<std::uint16_t>(workers),
                                                    .spread = spread},
                                                   buffers)));
  }
}

std::uint64_t WiredPorts::dropped() const {
  std::uint64_t sum = 0;
  for (const auto& port : ports_) {
    const port::PortCounters counters = port->counters();
    sum += counters.dropped_send_full + counters.dropped_worker_full +
           counters.dropped_distributor_full;
  }
  return sum;
}

DevicePath::DevicePath(port::Eal& eal, std::vector<std::unique_ptr<port::PacketBuffers>>& buffers,
                       const dataplane::WorkerOptions& options, const dataplane::World& world,
                       port::Spread spread)
    : eal_(eal),
      spare_(*buffers[0]),
      ports_(buffers, spread, 1),
      quiescence_(must(port::Quiescence::create(1))),
      world_(quiescence_, live_world(world)) {
  if (spread == port::Spread::Distributor) {
    spread_.emplace(1, 7);
  }
  loop_ = std::make_unique<gateway::WorkerLoop>(
      0, options, *buffers[0],
      gateway::WorkerQueues{&ports_.port(Side::Subscriber).queue(0),
                            &ports_.port(Side::Internet).queue(0)},
      gateway::LoopContext{
          .quiescence = quiescence_, .world = world_, .stop = stop_, .idle = gateway::Idle::Busy});
  must(eal_.launch(0, &gateway::WorkerLoop::run, loop_.get()));
}

DevicePath::~DevicePath() {
  stop_.store(true, std::memory_order_relaxed);
  eal_.wait(0);
}

// Before a device that is full a wire would wait; the distributor drops.
bool DevicePath::has_room() {
  constexpr std::uint64_t kMost = port::kRingToWorker - 2 * kBurst;
  if (!spread_ || sent_ - done_ < kMost) {
    return true;
  }
  done_ = outcomes();
  return sent_ - done_ < kMost;
}

std::size_t DevicePath::send(Side from, const Write& write) {
  if (unsent_ == 0) {
    for (Packet& packet : written_) {
      write(packet, spare_.take(packet));
    }
    unsent_ = kBurst;
  }
  const std::size_t taken =
      has_room() ? ports_.wire(from).put(std::span(written_).last(unsent_)) : 0;
  unsent_ -= taken;
  sent_ += taken;
  ++rounds_;
  full_rounds_ += taken == 0 ? 1 : 0;
  return taken;
}

void DevicePath::take_out(const Workload* workload) {
  std::array<Packet, 2 * kBurst> packets;
  for (const Side side : kSides) {
    const std::size_t count = ports_.wire(side).take(packets);
    for (const Packet& packet : std::span(packets).first(count)) {
      if (workload != nullptr && !workload->is_right(side, packet)) {
        give_up("A packet came out that should not have.");
      }
      spare_.give(packet);
    }
  }
}

void DevicePath::distribute() {
  if (spread_) {
    for (const Side side : kSides) {
      ports_.port(side).distribute(*spread_);
      ports_.port(side).collect();
    }
  }
}

std::uint64_t DevicePath::outcomes() const {
  std::uint64_t sum = 0;
  for (const dataplane::OutcomeRow& row : dataplane::outcome_rows()) {
    sum += count(row.outcome);
  }
  return sum;
}

void DevicePath::await_outcomes(const Workload* workload) {
  const auto begin = Stopwatch::Clock::now();
  while (outcomes() < sent_) {
    distribute();
    take_out(workload);
    if (seconds_since(begin) > kPatienceSeconds) {
      give_up("Packets were lost on the way.");
    }
  }
  // What had its outcome last may still be on its way out.
  for (int round = 0; round < 1000; ++round) {
    distribute();
    take_out(workload);
    rte_pause();
  }
}

void DevicePath::pass(Side from, std::uint64_t packets, const Write& write) {
  for (std::uint64_t left = packets; left > 0;) {
    left -= send(from, write);
    distribute();
    take_out(nullptr);
  }
  await_outcomes(nullptr);
  spare_.forget();
}

double DevicePath::run_window(Workload& workload, std::uint64_t packets) {
  const Write write = [&workload](Packet& packet, Content content) {
    workload.write(packet, content);
  };
  const auto begin = Stopwatch::Clock::now();
  for (const std::uint64_t end = sent_ + packets; sent_ < end;) {
    send(Side::Subscriber, write);
    distribute();
    take_out(&workload);
  }
  return seconds_since(begin);
}

void DevicePath::finish(Workload& workload) {
  while (unsent_ > 0) {
    send(Side::Subscriber, [](Packet&, Content) {});
    distribute();
    take_out(&workload);
  }
  await_outcomes(&workload);
  if (ports_.dropped() > 0) {
    give_up("A port dropped packets.");
  }
}

std::uint64_t DevicePath::count(Outcome outcome) const {
  return loop_->counters().value(outcome, Side::Subscriber) +
         loop_->counters().value(outcome, Side::Internet);
}

}  // namespace luytre::bench
