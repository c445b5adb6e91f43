// SPDX-License-Identifier: Apache-2.0
#include "fixed_rate.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <chrono>

#include "base/byte_order.h"

namespace luytre::bench {
namespace {

using dataplane::Packet;
using dataplane::Side;
using dataplane::Worker;

// Where the identifier stands: behind Ethernet (14), IPv4 (20) and UDP (8). Each query of a burst
// carries its place in the burst.
constexpr std::size_t kIdAt = 42;

using Places = std::bitset<Worker::kBurst>;

// The places of all queries in `packets`; nothing if one is there twice or is no place.
bool places_of(std::span<const Packet> packets, Places& places) {
  for (const Packet& packet : packets) {
    const std::size_t place = load_be16(packet.bytes + kIdAt);
    if (place >= places.size() || places.test(place)) {
      return false;
    }
    places.set(place);
  }
  return true;
}

}  // namespace

FixedRate::FixedRate(const std::vector<Question>& questions, double queries_per_second)
    : questions_(questions),
      nanoseconds_a_query_(1e9 / queries_per_second),
      burst_arrivals_(Worker::kBurst),
      burst_(Worker::kBurst),
      worker_({.max_flows = 1024, .max_collecting = 16}, ring_) {}

std::size_t FixedRate::receive(Clock::time_point now, FixedRateReport& report) {
  const auto elapsed = std::chrono::duration<double, std::nano>(now - begin_).count();
  const auto due = static_cast<std::uint64_t>(elapsed / nanoseconds_a_query_);
  report.offered = std::max(report.offered, due);
  if (due > arrived_ + kRing) {
    report.overrun += due - arrived_ - kRing;
    arrived_ = due - kRing;
  }
  const std::size_t count = std::min<std::uint64_t>(due - arrived_, Worker::kBurst);
  for (std::size_t i = 0; i < count; ++i) {
    const Question& question = questions_[asked_++ % questions_.size()];
    burst_[i] = &question;
    burst_arrivals_[i] = ++arrived_;
    ring_.write(i, question.frame);
    packets_[i] = ring_.packet(i, question.frame.size());
    store_be16(packets_[i].bytes + kIdAt, static_cast<std::uint16_t>(i));
  }
  return count;
}

void FixedRate::check(std::size_t count, std::uint64_t serial, FixedRateReport& report) {
  Places refused;
  Places forwarded;
  if (!places_of(egress_->packets(Side::Subscriber), refused) ||
      !places_of(egress_->packets(Side::Internet), forwarded)) {
    report.wrong += count;
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const bool refuse = burst_[i]->refused_by[serial];
    report.wrong += refused.test(i) == refuse && forwarded.test(i) != refuse ? 0 : 1;
  }
  report.refused += refused.count();
  report.forwarded += forwarded.count();
}

FixedRateReport FixedRate::run(const gateway::WorldSwitch& world, port::Quiescence& quiescence,
                               SwapProgress& progress, const std::atomic<bool>& stop) {
  FixedRateReport report;
  quiescence.join(0);
  progress.worker_runs.store(true, std::memory_order_release);
  progress.worker_runs.notify_one();
  begin_ = Clock::now();
  while (!stop.load(std::memory_order_relaxed)) {
    const auto now = Clock::now();
    if (const std::size_t count = receive(now, report); count > 0) {
      const std::uint64_t ended = progress.ended.load(std::memory_order_acquire);
      const dataplane::World& current = world.current();
      const std::uint64_t serial = current.index->main().serial();
      worker_.process_burst(Side::Subscriber, std::span(packets_).first(count), current, now,
                            *egress_);
      const auto judged = std::chrono::duration<double, std::nano>(Clock::now() - begin_).count();
      const std::uint64_t begun = progress.begun.load(std::memory_order_acquire);
      // With a swap in between it may be either list; otherwise only that of the last swap.
      report.wrong_list += ended != begun || ended % kLists == serial ? 0 : 1;
      for (std::size_t i = 0; i < count; ++i) {
        const double due = static_cast<double>(burst_arrivals_[i]) * nanoseconds_a_query_;
        report.latencies.add(static_cast<std::uint64_t>(std::max(judged - due, 0.0)));
      }
      check(count, serial, report);
      egress_->clear();
    }
    worker_.expire(world.current(), now, *egress_);
    quiescence.quiescent(0);
  }
  report.offered = arrived_;  // what came due after the last burst was never offered
  quiescence.leave(0);
  return report;
}

}  // namespace luytre::bench
