// SPDX-License-Identifier: Apache-2.0
// How long is a lookup, how big an index, and what would others take for the same answers?
//
//   luytre-bench-index [--sizes=N,N,…] [--list=FILE --questions=FILE] [--bursts=N]
//                      [Google Benchmark's options]
//
// Lists of the given sizes are made up; with LUYTRE_SHARED also the real ones there; `list` and
// `questions` are text files with a name a line. Made-up questions are 1 million different names (2
// million at 10 million listed), so that no cache holds what they touch. `bursts` is how many bursts
// are measured: a number, not a time, so that a median is one of as many on a busy machine too.

#include <benchmark/benchmark.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "categories/index/index.h"
#include "categories/index/index_builder.h"
#include "common/arguments.h"
#include "common/must.h"
#include "common/name_files.h"
#include "common/name_set.h"
#include "common/stopwatch.h"
#include "lookup_run.h"
#include "rivals.h"
#include "tests/support/scratch_directory.h"

namespace luytre::bench {
namespace {

using categories::CategorySet;
using categories::DomainName;
using categories::Index;
using categories::IndexBuilder;
using categories::NameMatch;

struct Options {
  std::vector<std::uint64_t> sizes;
  std::filesystem::path list;
  std::filesystem::path questions;
  std::uint64_t bursts = 50'000;
};

const std::filesystem::path& folder() {
  static const test::ScratchDirectory scratch;
  return scratch.path();
}

// Names are made ready in batches, outside the clock: making up a name costs more than listing it.
constexpr std::uint64_t kBatch = 4096;

std::unique_ptr<Index> make_index(const NameSet& list) {
  Stopwatch compile;
  IndexBuilder builder(categories::Taxonomy(), {0x243f6a8885a308d3U, 0x13198a2e03707344U});
  std::vector<DomainName> batch;
  for (std::uint64_t first = 0; first < list.size; first += batch.size()) {
    batch.clear();
    while (batch.size() < kBatch && first + batch.size() < list.size) {
      batch.push_back(list.name(first + batch.size()));
    }
    compile.start();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const CategorySet set = list.category(first + i);
      builder.add(batch[i], {.exact = set, .subtree = set});
    }
    compile.stop();
  }
  const std::filesystem::path file = folder() / "index";
  compile.start();
  must(builder.write(file, 1));
  compile.stop();
  Stopwatch open;
  open.start();
  auto index = std::make_unique<Index>(must(Index::open(file)));
  open.stop();
  std::fprintf(stderr, "%llu names: compile %.2f s (processor %.2f s), open %.3f s (%.3f s)\n",
               static_cast<unsigned long long>(list.size), compile.wall(), compile.processor(),
               open.wall(), open.processor());
  return index;
}

// Everything that is made of one list, each when it is first asked for. One list at a time: the
// last one's memory is given back first.
struct Tables {
  explicit Tables(NameSet names) : list(std::move(names)) {}

  NameSet list;
  std::unique_ptr<Index> index;
  std::unique_ptr<HashMap> map;
  std::unique_ptr<LmdbTable> lmdb;
};

std::unique_ptr<Tables> made_up;

Tables& tables_of(std::uint64_t names) {
  if (!made_up || made_up->list.size != names) {
    made_up.reset();
    made_up = std::make_unique<Tables>(made_up_names(names));
  }
  return *made_up;
}

const Index& index_of(Tables& tables) {
  if (!tables.index) {
    tables.index = make_index(tables.list);
  }
  return *tables.index;
}

Lookup index_lookup(const Index& index) {
  return [&index](std::span<const DomainName* const> names, std::span<CategorySet> found) {
    std::array<NameMatch, kMaxBurst> matches;
    if (names.size() == 1) {
      matches[0] = index.lookup(*names[0]);
    } else {
      index.lookup(names, std::span(matches).first(names.size()));
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      found[i] = matches[i].categories;
    }
  };
}

double per_name(std::size_t bytes, const NameSet& list) {
  return static_cast<double>(bytes) / static_cast<double>(list.size);
}

void run_index(benchmark::State& state, Tables& tables, LookupRun run) {
  const Index& index = index_of(tables);
  run.bytes_per_name = per_name(index.memory_bytes(), tables.list);
  run.role = run.burst == kMaxBurst ? LookupRun::Role::Measure : LookupRun::Role::Rival;
  time_lookups(state, run, index_lookup(index));
}

void run_map(benchmark::State& state, Tables& tables, LookupRun run) {
  if (!tables.map) {
    tables.map = std::make_unique<HashMap>(tables.list);
  }
  run.bytes_per_name = per_name(tables.map->memory_bytes(), tables.list);
  time_lookups(state, run, tables.map->walk());
}

LmdbTable& lmdb_of(Tables& tables) {
  if (!tables.lmdb) {
    static unsigned number = 0;
    tables.lmdb =
        std::make_unique<LmdbTable>(tables.list, folder() / ("lmdb" + std::to_string(++number)));
  }
  return *tables.lmdb;
}

void run_lmdb_walk(benchmark::State& state, Tables& tables, LookupRun run) {
  const LmdbTable& lmdb = lmdb_of(tables);
  run.bytes_per_name = per_name(lmdb.memory_bytes(), tables.list);
  time_lookups(state, run, lmdb.walk());
}

void run_lmdb_seek(benchmark::State& state, Tables& tables, LookupRun run) {
  const LmdbTable& lmdb = lmdb_of(tables);
  run.bytes_per_name = per_name(lmdb.memory_bytes(), tables.list);
  time_lookups(state, run, lmdb.seek());
}

using Runner = void (*)(benchmark::State&, Tables&, LookupRun);
struct Contender {
  const char* name;
  std::size_t burst;
  Runner run;
};
// The index first: the others are compared with it.
constexpr std::array<Contender, 5> kContenders = {{{"index", kMaxBurst, run_index},
                                                   {"index", 1, run_index},
                                                   {"unordered_map", kMaxBurst, run_map},
                                                   {"lmdb_walk", kMaxBurst, run_lmdb_walk},
                                                   {"lmdb_seek", kMaxBurst, run_lmdb_seek}}};

benchmark::IterationCount iterations(const Contender& contender, const Options& options) {
  return static_cast<benchmark::IterationCount>(options.bursts * kMaxBurst / contender.burst);
}

void add_made_up(std::uint64_t names, const Contender& contender, unsigned hit_percent,
                 const Options& options) {
  const std::string list = "names:" + std::to_string(names);
  const std::string hits = "hit%:" + std::to_string(hit_percent);
  const std::string burst = "burst:" + std::to_string(contender.burst);
  const std::string name = std::string(contender.name) + "/" + list + "/" + burst + "/" + hits;
  const auto run = [=](benchmark::State& state) {
    contender.run(state, tables_of(names),
                  {.questions = made_up_questions(names, hit_percent),
                   .burst = contender.burst,
                   .compared_as = list + hits});
  };
  benchmark::RegisterBenchmark(name.c_str(), run)
      ->Iterations(iterations(contender, options))
      ->UseManualTime();
}

// A list in text and questions about it, with all that is made of them.
struct TextList {
  explicit TextList(const std::vector<std::string>& listed, const std::vector<std::string>& asked)
      : tables(names_of(listed)), questions(questions_of(listed, asked)) {
    std::size_t hits = 0;
    for (const CategorySet set : questions.expected) {
      hits += set.empty() ? 0U : 1U;
    }
    std::fprintf(stderr, "%zu names, %zu questions, %zu of them listed\n", listed.size(),
                 asked.size(), hits);
  }

  Tables tables;
  Questions questions;
};

using MakeTextList = std::unique_ptr<TextList> (*)(const Options& options);

void add_text_list(const std::string& name, const Options& options, MakeTextList make) {
  const auto list = std::make_shared<std::unique_ptr<TextList>>();
  for (const Contender& contender : kContenders) {
    benchmark::RegisterBenchmark(
        (std::string(contender.name) + "/" + name + "/burst:" + std::to_string(contender.burst))
            .c_str(),
        [=](benchmark::State& state) {
          if (!*list) {
            *list = make(options);
          }
          contender.run(
              state, (*list)->tables,
              {.questions = (*list)->questions, .burst = contender.burst, .compared_as = name});
        })
        ->Iterations(iterations(contender, options))
        ->UseManualTime();
  }
}

std::unique_ptr<TextList> make_given(const Options& options) {
  return std::make_unique<TextList>(read_names(options.list), read_names(options.questions));
}

// All names of the shared lists, asked for popular and crawled names.
std::unique_ptr<TextList> make_shared_lists(const Options& /*options*/) {
  const std::filesystem::path lists = *shared_folder() / "lists";
  return std::make_unique<TextList>(read_compressed_names(lists / "categories", "*.domains.zst"),
                                    read_compressed_names(lists, "*.names.zst"));
}

// What two readings of the clock cost, once per burst: part of every figure above.
void clock_overhead(benchmark::State& state) {
  for (auto _ : state) {
    const Stopwatch::Clock::time_point begin = Stopwatch::Clock::now();
    state.SetIterationTime(seconds_since(begin));
  }
}
BENCHMARK(clock_overhead)->UseManualTime();

void register_all(const Options& options) {
  for (const std::uint64_t names : options.sizes) {
    for (const Contender& contender : kContenders) {
      for (const unsigned hit_percent : {5U, 50U}) {
        add_made_up(names, contender, hit_percent, options);
      }
    }
  }
  if (!options.list.empty()) {
    add_text_list("given", options, make_given);
  }
  if (shared_folder()) {
    add_text_list("shared_lists", options, make_shared_lists);
  }
}

}  // namespace
}  // namespace luytre::bench

int main(int argc, char** argv) {
  luytre::bench::Arguments arguments(argc, argv);
  const luytre::bench::Options options = {
      .sizes = arguments.take_numbers("--sizes=", {100'000, 1'000'000, 10'000'000}),
      .list = arguments.take("--list=").value_or(""),
      .questions = arguments.take("--questions=").value_or(""),
      .bursts = arguments.take_number("--bursts=", 50'000)};
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  luytre::bench::register_all(options);
  benchmark::RunSpecifiedBenchmarks();
  // Databases are closed here, while what keeps account of them still exists.
  benchmark::ClearRegisteredBenchmarks();
  luytre::bench::made_up.reset();
  return 0;
}
