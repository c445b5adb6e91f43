// SPDX-License-Identifier: Apache-2.0
#include "memory_path.h"

#include <chrono>

namespace luytre::bench {

using dataplane::Worker;

// One Egress has room for what a batch becomes.
double MemoryPath::process(Side from) {
  const auto begin = Worker::Clock::now();
  for (std::size_t at = 0; at < batch_.size(); at += Worker::kBurst) {
    worker_.process_burst(from, std::span(batch_).subspan(at, Worker::kBurst), world_, begin,
                          *egress_);
  }
  return std::chrono::duration<double>(Worker::Clock::now() - begin).count();
}

void MemoryPath::take_out(const Workload* workload) {
  for (const Side side : {Side::Subscriber, Side::Internet}) {
    for (const Packet& packet : egress_->packets(side)) {
      if (workload != nullptr && !workload->is_right(side, packet)) {
        give_up("A packet came out that should not have.");
      }
      spare_.give(packet);
    }
  }
  egress_->clear();
}

void MemoryPath::pass(Side from, std::uint64_t packets, const Write& write) {
  batch_.resize(packets);
  for (Packet& packet : batch_) {
    write(packet, spare_.take(packet));
  }
  static_cast<void>(process(from));
  take_out(nullptr);
  spare_.forget();
}

double MemoryPath::run_batch(Workload& workload) {
  batch_.resize(kBatch);
  for (Packet& packet : batch_) {
    workload.write(packet, spare_.take(packet));
  }
  const double seconds = process(Side::Subscriber);
  take_out(&workload);
  return seconds;
}

std::uint64_t MemoryPath::count(Outcome outcome) const {
  return worker_.counters().value(outcome, Side::Subscriber) +
         worker_.counters().value(outcome, Side::Internet);
}

}  // namespace luytre::bench
