// SPDX-License-Identifier: Apache-2.0
#pragma once

// A worker for fuzz targets that turn bytes into frames: each packet has exactly one outcome, none is lost or released
// twice, and nothing stays held for ever.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "dataplane/worker.h"
#include "support/packet_builder.h"
#include "unit/dataplane/test_pool.h"

namespace luytre::dataplane::test {

inline void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "%s\n", what);
    std::abort();
  }
}

class ScriptedWorker {
 public:
  ScriptedWorker(const WorkerOptions& options, TestPool& pool, const World& world)
      : pool_(pool), world_(world), worker_(options, pool) {}

  // Everything that is still in the burst or held has its outcome then.
  void finish() {
    flush();
    pass(std::chrono::seconds(1));
    check();
    require(worker_.counters().held_packets() == 0, "a packet is held for ever");
  }

 protected:
  // Into the burst of its side; a burst that is full, or of the other side, goes to the worker first.
  void add(Side from, const luytre::test::Bytes& frame) {
    if (from != burst_from_ || burst_.size() == Worker::kBurst) {
      flush();
    }
    burst_from_ = from;
    burst_.push_back(pool_.load(frame));
  }
  void flush() {
    worker_.process_burst(burst_from_, burst_, world_, now_, *egress_);
    received_ += burst_.size();
    burst_.clear();
    collect();
    check();
  }
  void pass(std::chrono::milliseconds time) {
    now_ += time;
    worker_.expire(world_, now_, *egress_);
    collect();
  }
  [[nodiscard]] std::uint64_t frames() const { return received_ + burst_.size(); }

 private:
  void collect() {
    for (const Side side : {Side::Subscriber, Side::Internet}) {
      for (const Packet& left : egress_->packets(side)) {
        pool_.release(left);
      }
    }
    egress_->clear();
  }
  void check() {
    std::uint64_t outcomes = 0;
    for (const OutcomeRow& row : outcome_rows()) {
      outcomes += worker_.counters().value(row.outcome, Side::Subscriber) +
                  worker_.counters().value(row.outcome, Side::Internet);
    }
    require(outcomes + worker_.counters().held_packets() == received_,
            "a packet without one outcome");
    require(pool_.in_use() == worker_.counters().held_packets(), "a packet was lost");
  }

  TestPool& pool_;
  World world_;
  Worker worker_;
  std::unique_ptr<Egress> egress_ = std::make_unique<Egress>();
  Worker::Clock::time_point now_{std::chrono::hours(1)};
  std::vector<Packet> burst_;
  Side burst_from_ = Side::Subscriber;
  std::uint64_t received_ = 0;
};

}  // namespace luytre::dataplane::test
