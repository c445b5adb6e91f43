// SPDX-License-Identifier: Apache-2.0
#include "dataplane/worker.h"

#include "journey.h"

namespace luytre::dataplane {

struct Worker::State {
  Journey journey;
};

Worker::Worker(const WorkerOptions& options, PacketPool& pool, NameObserver* observer)
    : state_(std::make_unique<State>(Journey(options, pool, observer))) {}
Worker::Worker(Worker&&) noexcept = default;
Worker& Worker::operator=(Worker&&) noexcept = default;
Worker::~Worker() = default;

void Worker::process_burst(Side from, std::span<const Packet> burst, const World& world,
                           Clock::time_point now, Egress& egress) noexcept {
  state_->journey.run(from, burst, world, now, egress);
}

void Worker::expire(const World& /*world*/, Clock::time_point now, Egress& egress) noexcept {
  state_->journey.expire(now, egress);
}

bool Worker::drain(Egress& egress) noexcept { return state_->journey.drain(egress); }

const Counters& Worker::counters() const noexcept { return state_->journey.counters(); }

}  // namespace luytre::dataplane
