// SPDX-License-Identifier: Apache-2.0
// The journey of bench/dataplane from memory, between two ring devices of DPDK, and behind a
// distributor, in one run; and what a distributor alone carries. One core generates, one core is
// the gateway.
//
//   luytre-bench-end-to-end [--names=N] [--lines=N] [--flows=N] [--windows=N] [--pages=huge]
//                           [Google Benchmark's options]

#include <benchmark/benchmark.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "bench_world.h"
#include "common/arguments.h"
#include "common/must.h"
#include "common/stopwatch.h"
#include "dataplane/gateway/distributor_loop.h"
#include "device_path.h"
#include "memory_path.h"
#include "workload.h"

namespace luytre::bench {
namespace {

constexpr unsigned kBuffers = 32767;
constexpr std::uint64_t kWindow = 131072;  // packets between two readings of the clock

// What all benchmarks share. Of main(): a program that gives up must not take it away from a worker
// that runs.
struct Surroundings {
  Sizes sizes;
  dataplane::bench::BenchWorld world;
  port::Eal eal;
  std::vector<std::unique_ptr<port::PacketBuffers>> buffers;
};

// The median hardly sees what else the machine does.
class Rates {
 public:
  explicit Rates(benchmark::State& state) : state_(state) {}
  void add(double seconds, std::uint64_t units) {
    state_.SetIterationTime(seconds);
    rates_.push_back(static_cast<double>(units) / seconds / 1e6);
  }
  void report() {
    std::ranges::sort(rates_);
    state_.counters["M/s"] = rates_[rates_.size() / 2];
    state_.counters["best_M/s"] = rates_[rates_.size() - 1 - rates_.size() / 20];
  }

 private:
  benchmark::State& state_;
  std::vector<double> rates_;
};

void require_right(const Workload& workload, const Path& path) {
  if (!workload.ended_right(path)) {
    give_up("The packets did not end as they should.");
  }
}

void from_memory(benchmark::State& state, Surroundings& around, const NamedWorkload& named) {
  const auto workload = named.make(around.sizes);
  MemoryPath path(workload->options(), *around.buffers[0], around.world.world());
  workload->prepare(path);
  Rates rates(state);
  for (auto _ : state) {
    double seconds = 0;
    for (std::uint64_t packets = 0; packets < kWindow; packets += MemoryPath::kBatch) {
      seconds += path.run_batch(*workload);
    }
    rates.add(seconds, kWindow / workload->packets_a_unit());
  }
  require_right(*workload, path);
  rates.report();
}

void through_devices(benchmark::State& state, Surroundings& around, const NamedWorkload& named,
                     port::Spread spread) {
  const auto workload = named.make(around.sizes);
  DevicePath path(around.eal, around.buffers, workload->options(), around.world.world(), spread);
  workload->prepare(path);
  static_cast<void>(path.run_window(*workload, kWindow));
  Rates rates(state);
  for (auto _ : state) {
    rates.add(path.run_window(*workload, kWindow), kWindow / workload->packets_a_unit());
  }
  path.finish(*workload);
  require_right(*workload, path);
  rates.report();
  state.counters["waited"] = path.waited();
}

// The generator is all workers as well: what it takes from a ring it puts into the one back.
void distributor_alone(benchmark::State& state, Surroundings& around) {
  const auto workers = static_cast<std::uint16_t>(state.range(0));
  SparePackets spare(*around.buffers[0]);
  WiredPorts ports(around.buffers, port::Spread::Distributor, workers);
  gateway::DistributorLoop loop({&ports.port(Side::Subscriber), &ports.port(Side::Internet)},
                                port::WorkerSpread(workers, 7), gateway::Idle::Busy);
  must(around.eal.launch(0, &gateway::DistributorLoop::run, &loop));
  const auto workload = workloads().front().make(around.sizes);
  std::array<Packet, port::PortQueue::kBurst> burst;
  std::uint64_t sent = 0;
  std::uint64_t returned = 0;
  const auto round = [&](bool sends) {
    for (Packet& packet : std::span(burst).first(sends ? burst.size() : 0)) {
      workload->write(packet, spare.take(packet));
    }
    for (std::size_t taken = 0; sends && taken < burst.size();) {
      taken += ports.wire(Side::Subscriber).put(std::span(burst).subspan(taken));
    }
    sent += sends ? burst.size() : 0;
    for (std::uint16_t worker = 0; worker < workers; ++worker) {
      std::array<Packet, port::PortQueue::kBurst> given;
      const std::size_t count = ports.port(Side::Subscriber).queue(worker).receive(given);
      ports.port(Side::Internet).queue(worker).send(std::span(given).first(count));
    }
    std::array<Packet, 2 * port::PortQueue::kBurst> left;
    const std::size_t count = ports.wire(Side::Internet).take(left);
    std::ranges::for_each(std::span(left).first(count),
                          [&](const Packet& packet) { spare.give(packet); });
    returned += count;
  };
  // In flight at most what a worker's ring holds, so that nothing is dropped if all were one's.
  const auto pass = [&](std::uint64_t packets) {
    for (const std::uint64_t end = returned + packets; returned < end;) {
      round(sent - returned + burst.size() < port::kRingToWorker);
    }
  };
  pass(kWindow);
  Rates rates(state);
  for (auto _ : state) {
    const auto begin = Stopwatch::Clock::now();
    pass(kWindow);
    rates.add(seconds_since(begin), kWindow);
  }
  while (returned < sent) {
    round(false);
  }
  loop.stop_receiving();
  loop.finish();
  around.eal.wait(0);
  if (ports.dropped() > 0) {
    give_up("A port dropped packets.");
  }
  rates.report();
}

// What the distance of the two cores costs: a virtual machine's may be near each other in one
// minute and far in the next.
struct EchoedNumber {
  static constexpr std::uint64_t kEnd = 0;
  alignas(64) std::atomic<std::uint64_t> call{1};
  alignas(64) std::atomic<std::uint64_t> answer{1};

  static int run(void* number) {
    auto& self = *static_cast<EchoedNumber*>(number);
    for (std::uint64_t called = 1; called != kEnd;
         called = self.call.load(std::memory_order_acquire)) {
      self.answer.store(called, std::memory_order_release);
    }
    return 0;
  }
};

void round_trip_between_cores(benchmark::State& state, Surroundings& around) {
  constexpr std::uint64_t kTrips = 100'000;
  EchoedNumber number;
  must(around.eal.launch(0, &EchoedNumber::run, &number));
  std::uint64_t called = 1;
  double seconds = 0;
  for (auto _ : state) {
    const auto begin = Stopwatch::Clock::now();
    for (const std::uint64_t end = called + kTrips; called < end;) {
      number.call.store(++called, std::memory_order_release);
      while (number.answer.load(std::memory_order_acquire) != called) {
      }
    }
    const double elapsed = seconds_since(begin);
    seconds += elapsed;
    state.SetIterationTime(elapsed);
  }
  number.call.store(EchoedNumber::kEnd, std::memory_order_release);
  around.eal.wait(0);
  state.counters["ns"] = seconds * 1e9 / static_cast<double>(state.iterations() * kTrips);
}

void register_all(Surroundings& around, std::int64_t windows) {
  const auto add = [windows](const std::string& name, const auto& bench) {
    return benchmark::RegisterBenchmark(name.c_str(), bench)->UseManualTime()->Iterations(windows);
  };
  for (const NamedWorkload& named : workloads()) {
    add("memory/" + named.name,
        [&](benchmark::State& state) { from_memory(state, around, named); });
    for (const auto& [words, spread] : {std::pair{"device/", port::Spread::Device},
                                        std::pair{"distributed/", port::Spread::Distributor}}) {
      add(words + named.name,
          [&, spread](benchmark::State& state) { through_devices(state, around, named, spread); });
    }
  }
  add("cores/round_trip",
      [&](benchmark::State& state) { round_trip_between_cores(state, around); });
  add("distributor/workers", [&](benchmark::State& state) { distributor_alone(state, around); })
      ->Arg(1)
      ->Arg(2)
      ->Arg(4)
      ->Arg(8);
}

// The first two that this process may use: the generator's and the gateway's.
std::array<unsigned, 2> two_cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  std::vector<unsigned> cores;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0) {
    for (unsigned core = 0; core < CPU_SETSIZE; ++core) {
      if (CPU_ISSET(core, &allowed)) {
        cores.push_back(core);
      }
    }
  }
  if (cores.size() < 2) {
    give_up("Two cores are needed: one generates, one is the gateway.");
  }
  return {cores[0], cores[1]};
}

port::Eal start_environment(port::Pages pages) {
  const auto [generator, gateway] = two_cores();
  port::Eal eal =
      must(port::Eal::start({.workers = 1, .cores = {gateway}, .memory_mb = 256, .pages = pages}));
  cpu_set_t own;
  CPU_ZERO(&own);
  CPU_SET(generator, &own);
  if (sched_setaffinity(0, sizeof(own), &own) != 0) {
    give_up("The generator cannot have a core of its own.");
  }
  return eal;
}

}  // namespace
}  // namespace luytre::bench

int main(int argc, char** argv) {
  using namespace luytre::bench;
  Arguments arguments(argc, argv);
  const Sizes sizes{
      .names = arguments.take_number("--names=", 1'000'000),
      .lines = static_cast<std::uint32_t>(arguments.take_number("--lines=", 1'000'000)),
      .flows = static_cast<std::uint32_t>(arguments.take_number("--flows=", 1'000'000))};
  const auto windows = static_cast<std::int64_t>(arguments.take_number("--windows=", 20));
  const bool huge = arguments.take("--pages=") == "huge";
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  Surroundings around{
      .sizes = sizes,
      .world = {luytre::dataplane::bench::listed_names(sizes.names), sizes.lines},
      .eal = start_environment(huge ? luytre::port::Pages::Huge : luytre::port::Pages::Normal),
      .buffers = {}};
  around.buffers.push_back(must(luytre::port::PacketBuffers::create("bench", {.count = kBuffers})));
  std::fprintf(stderr, "%llu names, %u lines, %u flows\n",
               static_cast<unsigned long long>(sizes.names), sizes.lines, sizes.flows);
  register_all(around, windows);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
