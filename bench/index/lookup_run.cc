// SPDX-License-Identifier: Apache-2.0
#include "lookup_run.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <vector>

#include "common/hardware_counters.h"
#include "common/stopwatch.h"

namespace luytre::bench {
namespace {

using categories::CategorySet;
using categories::DomainName;
using Clock = Stopwatch::Clock;

// Bursts of a second pass, with the processor's counters on: reading them costs more than a burst,
// so the first pass leaves them alone.
constexpr std::size_t kCountedBursts = 20'000;

// Names are unpacked before the clock starts, as a worker has just decoded them from packets.
class Burst {
 public:
  Burst(const Questions& questions, std::size_t size)
      : questions_(questions), size_(size), usable_(questions.names.size() / size * size) {
    for (std::size_t i = 0; i < size_; ++i) {
      pointers_[i] = &names_[i];
    }
  }

  void unpack_next() {
    begin_ = next_;
    for (std::size_t i = 0; i < size_; ++i) {
      names_[i] = questions_.names[begin_ + i];
    }
    next_ = begin_ + size_ == usable_ ? 0 : begin_ + size_;
  }
  void ask(const Lookup& lookup) {
    lookup(std::span(pointers_).first(size_), std::span(found_).first(size_));
  }
  // The name of the first wrong answer; empty if all are right.
  [[nodiscard]] std::string wrong() const {
    for (std::size_t i = 0; i < size_; ++i) {
      if (found_[i] != questions_.expected[begin_ + i]) {
        return names_[i].to_text();
      }
    }
    return {};
  }

 private:
  const Questions& questions_;
  std::size_t size_;
  std::size_t usable_;
  std::size_t begin_ = 0;
  std::size_t next_ = 0;
  std::array<DomainName, kMaxBurst> names_;
  std::array<const DomainName*, kMaxBurst> pointers_{};
  std::array<CategorySet, kMaxBurst> found_{};
};

double median(std::vector<std::uint32_t>& samples) {
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end());
  return *middle;
}

void count_hardware(benchmark::State& state, Burst& burst, const LookupRun& run,
                    const Lookup& lookup) {
  HardwareCounters counters;
  for (std::size_t i = 0; counters.available() && i < kCountedBursts; ++i) {
    burst.unpack_next();
    counters.resume();
    burst.ask(lookup);
    counters.pause();
  }
  const auto counts = counters.counts();
  if (!counts) {
    state.SetLabel("cycles, cache misses: not counted here");
    return;
  }
  const auto lookups = static_cast<double>(kCountedBursts * run.burst);
  state.counters["cycles"] = static_cast<double>(counts->cycles) / lookups;
  state.counters["cache_misses"] = static_cast<double>(counts->cache_misses) / lookups;
}

void compare(benchmark::State& state, const LookupRun& run, double median_ns) {
  static std::map<std::string, double> measures;
  if (run.compared_as.empty()) {
    return;
  }
  if (run.role == LookupRun::Role::Measure) {
    measures[run.compared_as] = median_ns;
  } else if (const auto measure = measures.find(run.compared_as); measure != measures.end()) {
    state.counters["times_index"] = median_ns / measure->second;
  }
}

}  // namespace

void time_lookups(benchmark::State& state, const LookupRun& run, const Lookup& lookup) {
  Burst burst(run.questions, run.burst);
  std::vector<std::uint32_t> burst_ns;
  burst_ns.reserve(std::size_t{1} << 22U);
  for (auto _ : state) {
    burst.unpack_next();
    const Clock::time_point begin = Clock::now();
    burst.ask(lookup);
    const double seconds = seconds_since(begin);
    state.SetIterationTime(seconds);
    burst_ns.push_back(static_cast<std::uint32_t>(seconds * 1e9));
    if (const std::string wrong = burst.wrong(); !wrong.empty()) {
      state.SkipWithError(("wrong answer for " + wrong).c_str());
      return;
    }
  }
  const auto lookups = static_cast<double>(state.iterations()) * static_cast<double>(run.burst);
  // On a machine with other work the mean counts what others take; the median does not.
  const double median_ns = median(burst_ns) / static_cast<double>(run.burst);
  state.counters["median_ns"] = median_ns;
  state.counters["mean"] =
      benchmark::Counter(lookups, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["bytes/name"] = run.bytes_per_name;
  compare(state, run, median_ns);
  count_hardware(state, burst, run, lookup);
}

}  // namespace luytre::bench
