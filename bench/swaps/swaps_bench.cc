// SPDX-License-Identifier: Apache-2.0
// DNS queries at a fixed rate through a worker, while one index after another takes the last one's
// place: is every query answered, by the list in force, and how much later than without a change?
//
//   luytre-bench-swaps [--names=N] [--swaps=N] [--rate=N] [--seconds=N] [Google Benchmark's options]
//
// `seconds` is how long the run without swaps takes. The worker has the second processor for
// itself, as far as the system grants it; the swaps run on the first.

#include <benchmark/benchmark.h>
#include <sched.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench_world.h"
#include "categories/index/layered_index.h"
#include "common/arguments.h"
#include "common/process_memory.h"
#include "common/stopwatch.h"
#include "fixed_rate.h"
#include "tests/support/scratch_directory.h"

namespace luytre::bench {
namespace {

constexpr std::size_t kQuestions = 65'536;

struct Options {
  std::uint64_t names = 1'000'000;
  std::uint64_t swaps = 100;
  std::uint64_t rate = 500'000;  // queries a second
  std::uint64_t seconds = 10;
};

// The two index files and the questions about them.
struct Fixture {
  explicit Fixture(const Options& chosen)
      : options(chosen), questions(make_questions(chosen.names, kQuestions)) {
    for (std::uint64_t serial = 0; serial < kLists; ++serial) {
      policy.write_index(list_of(serial, options.names), file(serial), serial);
    }
  }

  [[nodiscard]] std::filesystem::path file(std::uint64_t serial) const {
    return folder.path() / ("index-" + std::to_string(serial));
  }
  [[nodiscard]] std::unique_ptr<const gateway::LiveWorld> open(std::uint64_t serial) const {
    auto index = std::make_shared<const categories::LayeredIndex>(
        std::make_shared<const categories::Index>(must(categories::Index::open(file(serial)))));
    return std::make_unique<const gateway::LiveWorld>(std::move(index), policy.snapshot(),
                                                      policy.category_names());
  }

  Options options;
  test::ScratchDirectory folder;
  dataplane::bench::BenchPolicy policy{1000};
  std::vector<Question> questions;
};

std::unique_ptr<const Fixture> fixture;

void pin_to(unsigned processor) {
  if (std::thread::hardware_concurrency() > processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    static_cast<void>(::sched_setaffinity(0, sizeof(set), &set));
  }
}

struct SwapTimes {
  Stopwatch open;     // read and verify
  Latencies publish;  // until no worker can hold the old index
};

SwapTimes swap(gateway::WorldSwitch& world, SwapProgress& progress, std::uint64_t times) {
  SwapTimes taken;
  for (std::uint64_t number = 1; number <= times; ++number) {
    taken.open.start();
    auto next = fixture->open(number % kLists);
    taken.open.stop();
    progress.begun.store(number, std::memory_order_release);
    const auto begin = Stopwatch::Clock::now();
    world.publish(std::move(next));
    taken.publish.add(static_cast<std::uint64_t>(seconds_since(begin) * 1e9));
    progress.ended.store(number, std::memory_order_release);
  }
  return taken;
}

void show(benchmark::State& state, const FixedRateReport& report) {
  state.counters["offered"] = static_cast<double>(report.offered);
  state.counters["refused"] = static_cast<double>(report.refused);
  state.counters["forwarded"] = static_cast<double>(report.forwarded);
  state.counters["lost"] = static_cast<double>(report.overrun);
  state.counters["wrong"] = static_cast<double>(report.wrong);
  state.counters["p50_us"] = static_cast<double>(report.latencies.percentile(0.5)) / 1e3;
  state.counters["p99_us"] = static_cast<double>(report.latencies.percentile(0.99)) / 1e3;
  state.counters["p99.9_us"] = static_cast<double>(report.latencies.percentile(0.999)) / 1e3;
  state.counters["max_us"] = static_cast<double>(report.latencies.largest()) / 1e3;
  if (report.wrong > 0 || report.wrong_list > 0) {
    state.SkipWithError("queries were not answered by the list in force");
  } else if (report.refused + report.forwarded + report.overrun != report.offered) {
    state.SkipWithError("queries are not accounted for");
  }
}

// Argument: swaps.
void fixed_rate(benchmark::State& state) {
  const auto swaps = static_cast<std::uint64_t>(state.range(0));
  for (auto _ : state) {
    port::Quiescence quiescence = must(port::Quiescence::create(1));
    auto first = fixture->open(0);
    const double index_bytes = static_cast<double>(first->world().index->main().memory_bytes());
    gateway::WorldSwitch world(quiescence, std::move(first));
    SwapProgress progress;
    std::atomic<bool> stop{false};
    FixedRateReport report;
    FixedRate traffic(fixture->questions, static_cast<double>(fixture->options.rate));
    const auto before = static_cast<double>(resident_bytes());
    forget_peak();
    const auto begin = Stopwatch::Clock::now();
    std::thread worker([&] {
      pin_to(1);
      report = traffic.run(world, quiescence, progress, stop);
    });
    pin_to(0);
    progress.worker_runs.wait(false, std::memory_order_acquire);
    if (swaps == 0) {
      std::this_thread::sleep_for(std::chrono::seconds(fixture->options.seconds));
    }
    const SwapTimes taken = swap(world, progress, swaps);
    stop.store(true, std::memory_order_relaxed);
    worker.join();
    state.SetIterationTime(seconds_since(begin));
    show(state, report);
    if (swaps > 0) {
      state.counters["open_ms"] = taken.open.wall() * 1e3 / static_cast<double>(swaps);
      state.counters["publish_p50_us"] = static_cast<double>(taken.publish.percentile(0.5)) / 1e3;
      state.counters["publish_max_us"] = static_cast<double>(taken.publish.largest()) / 1e3;
      state.counters["times_index"] =
          1 + (static_cast<double>(peak_resident_bytes()) - before) / index_bytes;
    }
  }
}

}  // namespace
}  // namespace luytre::bench

int main(int argc, char** argv) {
  using namespace luytre::bench;
  Arguments arguments(argc, argv);
  Options options;
  options.names = arguments.take_number("--names=", options.names);
  options.swaps = arguments.take_number("--swaps=", options.swaps);
  options.rate = arguments.take_number("--rate=", options.rate);
  options.seconds = arguments.take_number("--seconds=", options.seconds);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  fixture = std::make_unique<Fixture>(options);
  benchmark::RegisterBenchmark("fixed_rate/swaps", fixed_rate)
      ->Arg(0)
      ->Arg(static_cast<std::int64_t>(options.swaps))
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kSecond);
  benchmark::RunSpecifiedBenchmarks();
  fixture.reset();
  return 0;
}
