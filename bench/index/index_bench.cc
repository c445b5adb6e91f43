// SPDX-License-Identifier: Apache-2.0
// How long is a lookup, how big an index, how long its making and opening?
//
// Lists are made by NameGenerator; with LUYTRE_SHARED also the real ones there. Questions are 1
// million different names (2 million at 10 million listed), so that no cache holds what they touch.
// Names are unpacked into the burst before the clock starts, as a worker has just decoded them from
// packets. Every answer is compared with what is expected.

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "categories/index/index.h"
#include "categories/index/index_builder.h"
#include "name_generator.h"
#include "real_names.h"

namespace luytre::categories {
namespace {

using Clock = std::chrono::steady_clock;

// Wall and processor time together: on a shared machine they differ.
class Stopwatch {
 public:
  void start() {
    wall_begin_ = Clock::now();
    processor_begin_ = std::clock();
  }
  void stop() {
    wall_ += std::chrono::duration<double>(Clock::now() - wall_begin_).count();
    processor_ += static_cast<double>(std::clock() - processor_begin_) / CLOCKS_PER_SEC;
  }
  [[nodiscard]] double wall() const { return wall_; }
  [[nodiscard]] double processor() const { return processor_; }

 private:
  Clock::time_point wall_begin_;
  std::clock_t processor_begin_ = 0;
  double wall_ = 0;
  double processor_ = 0;
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

DomainName to_name(const std::string& text) {
  const auto parsed = DomainName::from_hostname(text);
  if (!parsed) {
    std::fprintf(stderr, "not a name: %s\n", text.c_str());
    std::exit(1);
  }
  return *parsed;
}

// Many names in little memory.
class PackedNames {
 public:
  void add(const DomainName& added) {
    begins_.push_back(wire_.size());
    wire_.insert(wire_.end(), added.wire().begin(), added.wire().end());
  }
  [[nodiscard]] std::size_t size() const { return begins_.size(); }
  [[nodiscard]] DomainName operator[](std::size_t i) const {
    return *DomainName::from_wire(std::span(wire_).subspan(begins_[i]));
  }

 private:
  std::vector<std::uint64_t> begins_;
  std::vector<std::uint8_t> wire_;
};

struct Questions {
  PackedNames names;
  std::vector<CategorySet> expected;
};

// A list, its index file and what making them took.
struct Subject {
  std::filesystem::path file;
  std::uint64_t names = 0;
  Stopwatch compile;
  Stopwatch open;
  std::unique_ptr<Index> index;
};

CategorySet category_of(std::uint64_t number) {
  return CategorySet(std::uint64_t{1} << (number % 61));
}

void finish(Subject& subject, IndexBuilder& builder) {
  subject.compile.start();
  if (const auto written = builder.write(subject.file, 1); !written) {
    std::fprintf(stderr, "%s\n", written.error().message.c_str());
    std::exit(1);
  }
  subject.compile.stop();
  subject.open.start();
  Result<Index> opened = Index::open(subject.file);
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().message.c_str());
    std::exit(1);
  }
  subject.open.stop();
  subject.index = std::make_unique<Index>(std::move(*opened));
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  std::printf("%llu names: compile %.2f s (processor %.2f s), open %.3f s (%.3f s), ",
              static_cast<unsigned long long>(subject.names), subject.compile.wall(),
              subject.compile.processor(), subject.open.wall(), subject.open.processor());
  std::printf(
      "%.2f bytes a name, process peak %ld MB\n",
      static_cast<double>(subject.index->memory_bytes()) / static_cast<double>(subject.names),
      usage.ru_maxrss / 1024);
}

std::filesystem::path folder() {
  static const std::filesystem::path made = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "luytre-bench-XXXXXX").string();
    return std::filesystem::path(::mkdtemp(pattern.data()) != nullptr ? pattern : "/tmp");
  }();
  return made;
}

const NameGenerator kGenerator(20260824);

// Names are made ready in batches, outside the clock: making up a name costs more than listing it.
constexpr std::size_t kBatch = 4096;

template <typename CategoryOf>
void add_batch(Subject& subject, IndexBuilder& builder, const std::vector<DomainName>& batch,
               CategoryOf category) {
  subject.compile.start();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const CategorySet set = category(i);
    builder.add(batch[i], {.exact = set, .subtree = set});
  }
  subject.compile.stop();
}

Subject& generated(std::uint64_t names) {
  static std::map<std::uint64_t, Subject> subjects;
  Subject& subject = subjects[names];
  if (subject.index) {
    return subject;
  }
  subject.file = folder() / ("index-" + std::to_string(names));
  subject.names = names;
  IndexBuilder builder(Taxonomy(), {0x243f6a8885a308d3U, 0x13198a2e03707344U});
  std::vector<DomainName> batch;
  for (std::uint64_t first = 0; first < names; first += batch.size()) {
    batch.clear();
    while (batch.size() < kBatch && first + batch.size() < names) {
      batch.push_back(to_name(kGenerator.listed(first + batch.size())));
    }
    add_batch(subject, builder, batch, [&](std::size_t i) { return category_of(first + i); });
  }
  finish(subject, builder);
  return subject;
}

const Questions& questions(std::uint64_t names, unsigned hit_percent) {
  static std::map<std::pair<std::uint64_t, unsigned>, Questions> made;
  Questions& questions = made[{names, hit_percent}];
  const std::uint64_t count = names >= 10'000'000 ? 2'000'000 : 1'000'000;
  for (std::uint64_t i = questions.names.size(); i < count; ++i) {
    // Multiplying by a number without common factor with `names` visits the list in scattered
    // order.
    const std::uint64_t number = i * 7'919'999 % names;
    const bool hit = i * 61 % 100 < hit_percent;
    questions.names.add(to_name(hit ? kGenerator.hit(number) : kGenerator.miss(i)));
    questions.expected.push_back(hit ? category_of(number) : CategorySet());
  }
  return questions;
}

void ask(benchmark::State& state, const Index& index, const Questions& questions,
         std::size_t burst) {
  std::vector<DomainName> names(burst);
  std::vector<const DomainName*> pointers;
  for (const DomainName& each : names) {
    pointers.push_back(&each);
  }
  std::vector<NameMatch> matches(burst);
  std::vector<std::uint32_t> burst_ns;
  burst_ns.reserve(std::size_t{1} << 24U);
  const std::size_t usable = questions.names.size() / burst * burst;
  std::size_t next = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < burst; ++i) {
      names[i] = questions.names[next + i];
    }
    const Clock::time_point begin = Clock::now();
    if (burst == 1) {
      matches[0] = index.lookup(names[0]);
    } else {
      index.lookup(pointers, matches);
    }
    const double seconds = seconds_since(begin);
    state.SetIterationTime(seconds);
    burst_ns.push_back(static_cast<std::uint32_t>(seconds * 1e9));
    for (std::size_t i = 0; i < burst; ++i) {
      if (matches[i].categories != questions.expected[next + i]) {
        state.SkipWithError(("wrong answer for " + names[i].to_text()).c_str());
        return;
      }
    }
    next = next + burst == usable ? 0 : next + burst;
  }
  const auto lookups = static_cast<double>(state.iterations()) * static_cast<double>(burst);
  // On a machine with other work the mean counts what others take; the median does not.
  std::nth_element(burst_ns.begin(),
                   burst_ns.begin() + static_cast<std::ptrdiff_t>(burst_ns.size() / 2),
                   burst_ns.end());
  state.counters["median_ns"] = burst_ns[burst_ns.size() / 2] / static_cast<double>(burst);
  state.counters["mean"] =
      benchmark::Counter(lookups, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["M/s"] = benchmark::Counter(lookups / 1e6, benchmark::Counter::kIsRate);
}

void report(benchmark::State& state, const Subject& subject) {
  state.counters["bytes/name"] =
      static_cast<double>(subject.index->memory_bytes()) / static_cast<double>(subject.names);
  state.counters["compile_s"] = subject.compile.wall();
  state.counters["open_s"] = subject.open.wall();
}

// Arguments: listed names, names a burst, percent of questions that hit.
void lookup(benchmark::State& state) {
  const auto names = static_cast<std::uint64_t>(state.range(0));
  const Subject& subject = generated(names);
  ask(state, *subject.index, questions(names, static_cast<unsigned>(state.range(2))),
      static_cast<std::size_t>(state.range(1)));
  report(state, subject);
}
BENCHMARK(lookup)
    ->ArgNames({"names", "burst", "hit%"})
    ->ArgsProduct({{1000, 1'000'000, 10'000'000}, {32, 1}, {5, 50}})
    ->UseManualTime();

// Whether `listed` holds the name or one above it.
bool covered(const std::unordered_set<std::string>& listed, std::string question) {
  while (!listed.contains(question)) {
    const std::size_t dot = question.find('.');
    if (dot == std::string::npos) {
      return false;
    }
    question.erase(0, dot + 1);
  }
  return true;
}

// All names of the shared lists, asked for popular and crawled names. Argument: names a burst.
void real_lookup(benchmark::State& state) {
  static Subject subject;
  static Questions questions;
  const auto shared = shared_folder();
  if (!shared) {
    state.SkipWithError("skipped: no shared lists (LUYTRE_SHARED)");
    return;
  }
  if (!subject.index) {
    const CategorySet set = category_of(0);
    const std::vector<std::string> names =
        read_names(*shared / "lists/categories", "*.domains.zst");
    subject.file = folder() / "index-real";
    subject.names = names.size();
    IndexBuilder builder(Taxonomy(), {1, 2});
    std::vector<DomainName> batch;
    for (const std::string& text : names) {
      batch.push_back(to_name(text));
      if (batch.size() == kBatch || &text == &names.back()) {
        add_batch(subject, builder, batch, [&](std::size_t) { return set; });
        batch.clear();
      }
    }
    finish(subject, builder);
    const std::unordered_set<std::string> listed(names.begin(), names.end());
    std::size_t hits = 0;
    for (const std::string& text : read_names(*shared / "lists", "*.names.zst")) {
      questions.names.add(to_name(text));
      questions.expected.push_back(covered(listed, text) ? set : CategorySet());
      hits += questions.expected.back().empty() ? 0U : 1U;
    }
    std::printf("%zu questions, %zu of them listed\n", questions.names.size(), hits);
  }
  ask(state, *subject.index, questions, static_cast<std::size_t>(state.range(0)));
  report(state, subject);
}
BENCHMARK(real_lookup)->ArgName("burst")->Arg(32)->Arg(1)->UseManualTime();

// What two readings of the clock cost, once per burst: part of every figure above.
void clock_overhead(benchmark::State& state) {
  for (auto _ : state) {
    const Clock::time_point begin = Clock::now();
    state.SetIterationTime(seconds_since(begin));
  }
}
BENCHMARK(clock_overhead)->UseManualTime();

}  // namespace
}  // namespace luytre::categories

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  std::error_code ignored;
  std::filesystem::remove_all(luytre::categories::folder(), ignored);
  return 0;
}
