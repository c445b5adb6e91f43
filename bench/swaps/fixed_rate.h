// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/latencies.h"
#include "dataplane/port/quiescence.h"
#include "dataplane/worker.h"
#include "packet_ring.h"
#include "questions.h"
#include "world_switch.h"

namespace luytre::bench {

// Which list may be in force: what is published and not yet waited for counts as either. Serials
// alternate, so the number of a swap says which list it brings.
struct SwapProgress {
  std::atomic<std::uint64_t> begun{0};
  std::atomic<std::uint64_t> ended{0};
  std::atomic<bool> worker_runs{false};
};

struct FixedRateReport {
  std::uint64_t offered = 0;
  std::uint64_t refused = 0;
  std::uint64_t forwarded = 0;
  std::uint64_t overrun = 0;     // came while a port's ring was full: lost on a wire
  std::uint64_t wrong = 0;       // not what the list says that was in force for the burst
  std::uint64_t wrong_list = 0;  // bursts judged by a list that was not in force
  Latencies latencies;           // from when a query is due to when its burst is judged
};

// A worker like that of luytre-gateway, and in place of its port a schedule: query k is due at k /
// rate, whether or not the worker has time for it.
class FixedRate {
 public:
  // Frames that a packet socket's ring of the gateway holds.
  static constexpr std::uint64_t kRing = 4096;

  FixedRate(const std::vector<Question>& questions, double queries_per_second);

  // Until `stop`; the calling thread is reader 0 of `quiescence`.
  FixedRateReport run(const gateway::WorldSwitch& world, port::Quiescence& quiescence,
                      SwapProgress& progress, const std::atomic<bool>& stop);

 private:
  using Clock = dataplane::Worker::Clock;

  // The burst that waits at `now`; also counts what had no room.
  std::size_t receive(Clock::time_point now, FixedRateReport& report);
  void check(std::size_t count, std::uint64_t serial, FixedRateReport& report);

  const std::vector<Question>& questions_;
  double nanoseconds_a_query_;
  std::uint64_t arrived_ = 0;                  // queries taken or lost
  std::uint64_t asked_ = 0;                    // where the questions go on
  std::vector<std::uint64_t> burst_arrivals_;  // numbers of the burst's queries
  std::vector<const Question*> burst_;
  Clock::time_point begin_;

  dataplane::bench::PacketRing ring_{dataplane::Worker::kBurst};
  std::vector<dataplane::Packet> packets_{dataplane::Worker::kBurst};
  dataplane::Worker worker_;
  std::unique_ptr<dataplane::Egress> egress_ = std::make_unique<dataplane::Egress>();
};

}  // namespace luytre::bench
