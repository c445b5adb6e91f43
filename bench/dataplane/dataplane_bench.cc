// SPDX-License-Identifier: Apache-2.0
// process_burst on packets in memory, without a port. What each bench reads and writes is checked
// after every batch.
//
//   luytre-bench-dataplane [--names=N] [--lines=N] [--flows=N] [Google Benchmark's options]
//   luytre-bench-dataplane --list=FILE --questions=FILE …
//
// The second form asks a list of your own the questions of a file, in their order (dns/given).

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/byte_order.h"
#include "bench_frames.h"
#include "bench_world.h"
#include "common/arguments.h"
#include "common/name_files.h"
#include "common/name_set.h"
#include "dataplane/worker.h"
#include "packet_ring.h"

namespace luytre::dataplane::bench {
namespace {

using luytre::test::Bytes;

constexpr std::size_t kBatch =
    2048;  // packets between two checks: the buffers of a port's two queues

std::unique_ptr<BenchWorld> shared_world;
std::uint32_t flow_count = 0;
luytre::bench::Questions given_questions;

// One worker and the batch that it works on.
struct Bench {
  explicit Bench(const WorkerOptions& options) : worker(options, ring) {}

  PacketRing ring{kBatch};
  std::vector<Packet> packets = std::vector<Packet>(kBatch);
  Worker worker;
  std::unique_ptr<Egress> egress = std::make_unique<Egress>();
  Worker::Clock::time_point now{std::chrono::hours(1)};
  std::size_t to_client = 0;
  std::size_t to_server = 0;

  void run(Side from) {
    const World world = shared_world->world();
    for (std::size_t at = 0; at < packets.size(); at += Worker::kBurst) {
      worker.process_burst(from, std::span(packets).subspan(at, Worker::kBurst), world, now,
                           *egress);
      to_client += egress->packets(Side::Subscriber).size();
      to_server += egress->packets(Side::Internet).size();
      egress->clear();
    }
  }
  [[nodiscard]] std::uint64_t count(Outcome outcome) const {
    return worker.counters().value(outcome, Side::Subscriber) +
           worker.counters().value(outcome, Side::Internet);
  }
};

// Nanoseconds a unit (packet or connection) of each batch. The median hardly sees what else the
// machine does.
class Samples {
 public:
  void add(std::chrono::duration<double, std::nano> batch, std::size_t units) {
    nanoseconds_.push_back(batch.count() / static_cast<double>(units));
  }
  void report(benchmark::State& state, double budget_millions) {
    if (nanoseconds_.empty()) {
      return;
    }
    std::ranges::sort(nanoseconds_);
    const double median = nanoseconds_[nanoseconds_.size() / 2];
    state.counters["median_ns"] = median;
    state.counters["best_ns"] =
        nanoseconds_[nanoseconds_.size() / 20];  // one batch in twenty is faster
    state.counters["M/s"] = 1e3 / median;
    state.counters["budget_M/s"] = budget_millions;
  }

 private:
  std::vector<double> nanoseconds_;
};

struct Plan {
  Side from = Side::Subscriber;
  std::size_t units = kBatch;  // of one batch
  double budget_millions = 0;
  std::function<void()> restore;  // writes the batch anew, outside the measured time
  std::vector<std::pair<Outcome, std::uint64_t>> expected;  // counts of one batch
};

void measure(benchmark::State& state, Bench& bench, const Plan& plan) {
  Samples samples;
  std::uint64_t batches = 0;
  for (auto _ : state) {
    plan.restore();
    const auto begin = std::chrono::steady_clock::now();
    bench.run(plan.from);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    state.SetIterationTime(elapsed.count());
    samples.add(elapsed, plan.units);
    ++batches;
    for (const auto& [outcome, count] : plan.expected) {
      if (bench.count(outcome) != batches * count) {
        state.SkipWithError("the packets did not end as they should");
        return;
      }
    }
  }
  samples.report(state, plan.budget_millions);
}

void unprofiled_64_bytes(benchmark::State& state) {
  Bench bench({.max_flows = 1024, .max_collecting = 16});
  const Bytes frame = unprofiled_frame();
  std::mt19937 random(1);
  for (std::size_t i = 0; i < kBatch; ++i) {
    bench.ring.write(i, frame);
    bench.packets[i] = bench.ring.packet(i, frame.size());
    store_be32(bench.packets[i].bytes + kSourceAt, 0x64400000U | (random() & 0x3fffffU));
  }
  measure(state, bench,
          {.budget_millions = 20, .restore = [] {}, .expected = {{Outcome::Unprofiled, kBatch}}});
}

// What the index answers for is drawn anew for every packet of the batch.
void dns(benchmark::State& state) {
  const auto blocked_percent = static_cast<std::uint64_t>(state.range(0));
  Bench bench({.max_flows = 1024, .max_collecting = 16});
  std::mt19937_64 random(2);
  std::vector<Bytes> queries;
  std::uint64_t blocked = 0;
  for (std::size_t i = 0; i < kBatch; ++i) {
    const bool is_blocked = random() % 100 < blocked_percent;
    blocked += is_blocked ? 1 : 0;
    const std::string name =
        is_blocked ? listed_name(random() % shared_world->name_count()) : unlisted_name(random());
    queries.push_back(query_frame(name, random() % shared_world->line_count()));
  }
  const auto restore = [&] {
    for (std::size_t i = 0; i < kBatch; ++i) {
      bench.ring.write(i, queries[i]);
      bench.packets[i] = bench.ring.packet(i, queries[i].size());
    }
  };
  measure(state, bench,
          {.budget_millions = 12.5,
           .restore = restore,
           .expected = {{Outcome::DnsBlocked, blocked}, {Outcome::DnsAllowed, kBatch - blocked}}});
}

// The file's questions in their order, batch by batch.
void dns_given(benchmark::State& state) {
  Bench bench({.max_flows = 1024, .max_collecting = 16});
  const std::size_t usable = given_questions.names.size() / kBatch * kBatch;
  std::mt19937_64 random(2);
  std::vector<Bytes> queries;
  for (std::size_t i = 0; i < usable; ++i) {
    queries.push_back(
        query_frame(given_questions.names[i].to_text(), random() % shared_world->line_count()));
  }
  std::size_t next = 0;
  const auto restore = [&] {
    for (std::size_t i = 0; i < kBatch; ++i) {
      const Bytes& query = queries[next + i];
      bench.ring.write(i, query);
      bench.packets[i] = bench.ring.packet(i, query.size());
    }
    next = (next + kBatch) % usable;
  };
  measure(state, bench, {.budget_millions = 12.5, .restore = restore, .expected = {}});
  std::uint64_t blocked = 0;
  const std::uint64_t asked = static_cast<std::uint64_t>(state.iterations()) * kBatch;
  for (std::uint64_t i = 0; i < asked; ++i) {
    blocked += given_questions.expected[i % usable].empty() ? 0 : 1;
  }
  if (bench.count(Outcome::DnsBlocked) != blocked ||
      bench.count(Outcome::DnsAllowed) != asked - blocked) {
    state.SkipWithError("the queries were not answered as they should");
  }
}

void decided_flow_64_bytes(benchmark::State& state) {
  const Side from = state.range(0) == 0 ? Side::Subscriber : Side::Internet;
  Bench bench({.max_flows = flow_count, .max_collecting = 64, .hash_seed = 7});
  const DecidedFlow flow;
  const auto write = [&](const Bytes& frame, std::uint32_t number, Side side) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      bench.ring.write(i, frame);
      bench.packets[i] = bench.ring.packet(i, frame.size());
      address_flow(bench.packets[i].bytes, (number + static_cast<std::uint32_t>(i)) % flow_count,
                   shared_world->line_count(), side);
      write_checksums(bench.packets[i]);
    }
    bench.run(side);
  };
  for (std::uint32_t number = 0; number < flow_count; number += kBatch) {
    write(flow.first, number, Side::Subscriber);
    write(flow.heard, number, Side::Internet);
  }
  const std::uint64_t flows = bench.worker.counters().flows();
  if (flows + bench.worker.counters().replaced_flows() < flow_count ||
      flows < flow_count * 99 / 100) {
    state.SkipWithError("the flows are not in the table");
    return;
  }
  std::mt19937 random(3);
  const auto restore = [&] {
    for (std::size_t i = 0; i < kBatch; ++i) {
      bench.ring.write(i, flow.later);
      bench.packets[i] = bench.ring.packet(i, flow.later.size());
      address_flow(bench.packets[i].bytes, static_cast<std::uint32_t>(random() % flow_count),
                   shared_world->line_count(), from);
    }
  };
  const std::uint64_t decided_before = bench.count(Outcome::TcpDecided);
  const std::uint64_t heard_before = bench.count(Outcome::TcpFromInternet);
  const std::uint64_t forwarded_before = bench.to_client + bench.to_server;
  measure(state, bench,
          {.from = from, .budget_millions = 14.9, .restore = restore, .expected = {}});
  const std::uint64_t forwarded = bench.to_client + bench.to_server - forwarded_before;
  const std::uint64_t decided = from == Side::Subscriber
                                    ? bench.count(Outcome::TcpDecided) - decided_before
                                    : bench.count(Outcome::TcpFromInternet) - heard_before;
  // A few in ten thousand flows lost their place while the table was filled to 95 %.
  if (forwarded != static_cast<std::uint64_t>(state.iterations()) * kBatch ||
      decided < forwarded * 99 / 100) {
    state.SkipWithError("the packets did not end as they should");
  }
}

// A hello of a current browser, 1.9 KB in two segments, on a new connection each time.
void tls_hello(benchmark::State& state) {
  const bool blocked = state.range(0) != 0;
  Bench bench({.max_flows = 1U << 20U, .max_collecting = 4096, .hash_seed = 7});
  const std::string name = blocked ? listed_name(1) : unlisted_name(1);
  const std::vector<Bytes> segments = hello_segments(name);
  std::uint32_t number = 0;
  const auto restore = [&] {
    for (std::size_t i = 0; i < kBatch; ++i) {
      // The two segments of a hello four packets apart, so that connections overlap as they do on a
      // wire.
      const std::size_t part = i / 4 % 2;
      bench.ring.write(i, segments[part]);
      bench.packets[i] = bench.ring.packet(i, segments[part].size());
      const std::uint32_t flow = number + static_cast<std::uint32_t>(i / 8 * 4 + i % 4);
      address_flow(bench.packets[i].bytes, flow, shared_world->line_count(), Side::Subscriber);
      store_be32(bench.packets[i].bytes + kSequenceAt,
                 flow * 5000 + static_cast<std::uint32_t>(part * kHelloCut));
      write_checksums(bench.packets[i]);
    }
    number += kBatch / 2;
  };
  measure(state, bench,
          {.units = kBatch / 2,
           .budget_millions = 3,
           .restore = restore,
           .expected = {{blocked ? Outcome::TlsBlocked : Outcome::TlsAllowed, kBatch}}});
}

// QUIC Initials from packet to verdict, on a new flow for each hello: in one datagram, or a current
// browser's in two. Units are Initials.
void quic_hello(benchmark::State& state) {
  const auto datagrams = static_cast<std::size_t>(state.range(0));
  const bool blocked = state.range(1) != 0;
  Bench bench({.max_flows = 1U << 20U,
               .max_collecting = 4096,
               .quic_initials_per_second = 1'000'000'000,  // the lines' own bound is not measured
               .hash_seed = 7});
  const std::string name = blocked ? listed_name(1) : unlisted_name(1);
  const std::vector<Bytes> frames = initial_datagrams(name, datagrams);
  std::uint32_t number = 0;
  const auto restore = [&] {
    for (std::size_t i = 0; i < kBatch; ++i) {
      // The datagrams of a hello four packets apart, so that flows overlap as they do on a wire.
      const std::size_t part = i / 4 % datagrams;
      bench.ring.write(i, frames[part]);
      bench.packets[i] = bench.ring.packet(i, frames[part].size());
      const std::uint32_t flow =
          number + static_cast<std::uint32_t>(i / (4 * datagrams) * 4 + i % 4);
      address_flow(bench.packets[i].bytes, flow, shared_world->line_count(), Side::Subscriber);
      store_be16(bench.packets[i].bytes + kDestinationPortAt, 443);
      write_checksums(bench.packets[i]);
    }
    number += static_cast<std::uint32_t>(kBatch / datagrams);
  };
  measure(state, bench,
          {.budget_millions = 0.6,
           .restore = restore,
           .expected = {{blocked ? Outcome::QuicBlocked : Outcome::QuicAllowed, kBatch}}});
}

void register_all() {
  const auto add = [](const char* name, void (*bench)(benchmark::State&)) {
    return benchmark::RegisterBenchmark(name, bench)->UseManualTime();
  };
  add("unprofiled_64_bytes", unprofiled_64_bytes);
  add("decided_flow_64_bytes/from_client", decided_flow_64_bytes)->Arg(0);
  add("decided_flow_64_bytes/from_server", decided_flow_64_bytes)->Arg(1);
  add("dns/blocked_percent", dns)->Arg(5)->Arg(50);
  add("tls_hello_two_segments/blocked", tls_hello)->Arg(0)->Arg(1);
  add("quic_initial_to_verdict/datagrams/blocked", quic_hello)
      ->Args({1, 0})
      ->Args({1, 1})
      ->Args({2, 0})
      ->Args({2, 1});
}

}  // namespace
}  // namespace luytre::dataplane::bench

int main(int argc, char** argv) {
  using namespace luytre::dataplane::bench;
  luytre::bench::Arguments arguments(argc, argv);
  const std::uint64_t names = arguments.take_number("--names=", 1'000'000);
  const auto lines = static_cast<std::uint32_t>(arguments.take_number("--lines=", 1'000'000));
  flow_count = static_cast<std::uint32_t>(arguments.take_number("--flows=", 1'000'000));
  const auto list = arguments.take("--list=");
  const auto questions = arguments.take("--questions=");
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  if (list && questions) {
    const auto listed = luytre::bench::read_names(*list);
    given_questions = luytre::bench::questions_of(listed, luytre::bench::read_names(*questions));
    shared_world = std::make_unique<BenchWorld>(luytre::bench::names_of(listed), lines);
    benchmark::RegisterBenchmark("dns/given", dns_given)->UseManualTime();
  } else {
    shared_world = std::make_unique<BenchWorld>(listed_names(names), lines);
    register_all();
  }
  std::fprintf(stderr, "%llu names, %u lines, %u flows, bursts of %zu\n",
               static_cast<unsigned long long>(shared_world->name_count()), lines, flow_count,
               luytre::dataplane::Worker::kBurst);
  benchmark::RunSpecifiedBenchmarks();
  shared_world.reset();
  return 0;
}
