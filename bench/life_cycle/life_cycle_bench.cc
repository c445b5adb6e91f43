// SPDX-License-Identifier: Apache-2.0
// A list from its import to its index in force, and a small change of it: seconds and peak memory of
// each step, every step in a process of its own.
//
//   luytre-bench-life-cycle [--names=N] [--folder=FOLDER] [Google Benchmark's options]
//
// The folder, empty or not there yet, is on the disk to be measured; by default a temporary one.

#include <benchmark/benchmark.h>

#include <functional>
#include <string>

#include "common/arguments.h"
#include "steps.h"
#include "tests/support/scratch_directory.h"

namespace luytre::bench {
namespace {

void add(const char* name, const std::function<Taken()>& step,
         const std::function<void(benchmark::State&, const Taken&)>& show) {
  benchmark::RegisterBenchmark(name,
                               [=](benchmark::State& state) {
                                 for (auto _ : state) {
                                   const Taken taken = in_child(step);
                                   state.SetIterationTime(taken.seconds);
                                   state.counters["processor_s"] = taken.processor_seconds;
                                   state.counters["peak_MB"] = taken.peak_bytes / 1e6;
                                   show(state, taken);
                                 }
                               })
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

void show_result(benchmark::State& state, const Taken& taken) {
  state.counters["list_MB"] = taken.before_bytes / 1e6;
  state.counters["result_MB"] = taken.result_bytes / 1e6;
}

// Old and new together, as a multiple of one.
void show_swap(benchmark::State& state, const Taken& taken) {
  state.counters["times_index"] = 1 + taken.added_bytes / taken.result_bytes;
}

void show_overlay(benchmark::State& state, const Taken& taken) {
  state.counters["commit_ms"] = taken.seconds * 1e3;
  state.counters["build_ms"] = taken.second_part * 1e3;
  state.counters["overlay_KB"] = taken.result_bytes / 1e3;
  state.counters["names"] = taken.names;  // all that changed since the index was compiled
}

void register_all(const LifeCycle& life) {
  add(
      "import", [&life] { return life.import(); }, show_result);
  add(
      "compile", [&life] { return life.compile(); }, show_result);
  add(
      "open", [&life] { return life.open(); }, show_result);
  add(
      "swap", [&life] { return life.swap(); }, show_swap);
  for (const std::uint64_t changed : {1U, 100U, 1000U}) {
    const std::string name = "overlay/names:" + std::to_string(changed);
    add(
        name.c_str(), [&life, changed] { return life.overlay(changed); }, show_overlay);
  }
}

}  // namespace
}  // namespace luytre::bench

int main(int argc, char** argv) {
  using namespace luytre::bench;
  Arguments arguments(argc, argv);
  const std::uint64_t names = arguments.take_number("--names=", 1'000'000);
  const auto folder = arguments.take("--folder=");
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  const luytre::test::ScratchDirectory scratch;
  const LifeCycle life(folder ? std::filesystem::path(*folder) : scratch.path(), names);
  register_all(life);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
