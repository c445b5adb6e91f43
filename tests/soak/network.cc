// SPDX-License-Identifier: Apache-2.0
#include "network.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace luytre::dataplane::soak {
namespace {

constexpr milliseconds kTick{1};
constexpr milliseconds kTransit{5};

}  // namespace

void require(bool holds, const char* what) {
  if (!holds) {
    std::fflush(stdout);
    std::fprintf(stderr, "FAILED: %s\n", what);
    std::abort();
  }
}

Network::Network(const WorkerOptions& options, Weather weather, std::uint64_t seed, Arrival arrival)
    : weather_(weather),
      random_(seed),
      arrival_(std::move(arrival)),
      worker_(std::make_unique<Worker>(options, pool_)) {}

void Network::after(milliseconds delay, std::function<void()> action) {
  events_.push({.at = now_ + delay, .number = next_number_++, .action = std::move(action)});
}

// One link: a packet arrives never, once or twice, sooner or later.
void Network::carry(Bytes frame, const std::function<void(Bytes)>& deliver) {
  const auto happens = [this](unsigned thousandths) { return below(1000) < thousandths; };
  const int copies = (happens(weather_.lost) ? 0 : 1) + (happens(weather_.repeated) ? 1 : 0);
  for (int copy = 0; copy < copies; ++copy) {
    const milliseconds late{happens(weather_.late) ? below(40) : 0};
    after(kTransit + late, [deliver, frame] { deliver(frame); });
  }
}

void Network::send(Side from, Bytes frame) {
  carry(std::move(frame), [this, from](Bytes arrived) {
    waiting_[static_cast<std::size_t>(from)].push_back(std::move(arrived));
  });
}

// What arrived within a tick is a burst, as it would be at a busy port.
void Network::pass_to_gateway() {
  for (const Side from : {Side::Subscriber, Side::Internet}) {
    const auto frames = std::exchange(waiting_[static_cast<std::size_t>(from)], {});
    for (std::size_t at = 0; at < frames.size(); at += Worker::kBurst) {
      std::vector<Packet> burst;
      for (std::size_t i = at; i < std::min(frames.size(), at + Worker::kBurst); ++i) {
        burst.push_back(pool_.load(frames[i]));
      }
      worker_->process_burst(from, burst, world_, now_, *egress_);
      received_ += burst.size();
      collect();
    }
  }
  worker_->expire(world_, now_, *egress_);
  collect();
}

void Network::collect() {
  for (const Side to : {Side::Subscriber, Side::Internet}) {
    for (const Packet& packet : egress_->packets(to)) {
      carry(Bytes(packet.frame().begin(), packet.frame().end()),
            [this, to](const Bytes& arrived) { arrival_(to, arrived); });
      pool_.release(packet);
    }
  }
  egress_->clear();
}

void Network::run_until(Time end) {
  while (now_ < end) {
    now_ += kTick;
    while (!events_.empty() && events_.top().at <= now_) {
      const auto action = events_.top().action;
      events_.pop();
      action();
    }
    pass_to_gateway();
  }
}

std::uint64_t Network::count(Outcome outcome) const noexcept {
  return worker_->counters().value(outcome, Side::Subscriber) +
         worker_->counters().value(outcome, Side::Internet);
}

void Network::check() const {
  std::uint64_t total = worker_->counters().held_packets();
  for (const OutcomeRow& row : outcome_rows()) {
    total += count(row.outcome);
  }
  require(total == received_, "every packet is held or was counted exactly once");
  require(pool_.in_use() == worker_->counters().held_packets(), "only held packets are in use");
}

void Network::check_empty() {
  check();
  require(worker_->counters().held_packets() == 0, "no packet is held for ever");
  require(pool_.in_use() == 0, "every buffer was given back");
  require(worker_->counters().flows() == 0, "no flow is stuck in the table");
}

}  // namespace luytre::dataplane::soak
