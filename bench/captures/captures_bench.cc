// SPDX-License-Identifier: Apache-2.0
// The same captures through the gateway's own worker and through nDPI, in one run: how long does a packet take, and which
// names does each see?
//
//   luytre-bench-captures [--repeat N] FILE|FOLDER…
//
// Prints one object of JSON. Files that are no captures are left out.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <vector>

#include "common/must.h"
#include "reading.h"

namespace luytre::bench {
namespace {

double nanoseconds_a_packet(const Reading& reading) {
  return reading.seconds * 1e9 / static_cast<double>(reading.packets);
}

template <typename Read>
double median_of(Read read, unsigned repeat, const std::vector<Capture>& captures) {
  std::vector<double> figures;
  for (unsigned i = 0; i < repeat; ++i) {
    figures.push_back(nanoseconds_a_packet(read(captures, Names::Ignored)));
  }
  std::ranges::sort(figures);
  return figures[figures.size() / 2];
}

int run(const std::vector<std::filesystem::path>& roots, unsigned repeat) {
  const auto captures = load_captures(roots);
  if (captures.empty()) {
    give_up("There is no capture among these files.");
  }
  const Reading ours = read_with_luytre(captures, Names::Collected);
  const Reading theirs = read_with_ndpi(captures, Names::Collected);
  if (ours.names.empty()) {
    give_up("No name was seen: nothing worth measuring.");
  }
  std::vector<std::pair<std::string, std::string>> both;
  std::ranges::set_intersection(ours.names, theirs.names, std::back_inserter(both));
  const double our_time = median_of(read_with_luytre, repeat, captures);
  const double their_time = median_of(read_with_ndpi, repeat, captures);
  std::printf(
      "{\"captures\": %zu, \"packets\": %llu, \"luytre_ns\": %.1f, \"ndpi_ns\": %.1f, \"ratio\": "
      "%.2f, "
      "\"luytre_names\": %zu, \"ndpi_names\": %zu, \"both_names\": %zu, \"ndpi\": \"%s\"}\n",
      captures.size(), static_cast<unsigned long long>(ours.packets), our_time, their_time,
      their_time / our_time, ours.names.size(), theirs.names.size(), both.size(),
      ndpi_version().c_str());
  return 0;
}

}  // namespace
}  // namespace luytre::bench

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> roots;
  unsigned repeat = 9;
  CLI::App app("The same captures through Luytre and through nDPI.", "luytre-bench-captures");
  app.add_option("files", roots, "Captures, or folders of them")
      ->required()
      ->check(CLI::ExistingPath);
  app.add_option("--repeat", repeat, "Runs, of which the median is printed")
      ->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  return luytre::bench::run(roots, repeat);
}
