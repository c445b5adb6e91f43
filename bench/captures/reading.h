// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "captures.h"

namespace luytre::bench {

// What one program made of all captures: the time that it took for the packets alone (files are read, flows of an
// earlier file forgotten and memory given back outside of it), and the names that it saw.
struct Reading {
  std::uint64_t packets = 0;
  double seconds = 0;
  std::set<std::pair<std::string, std::string>> names;  // file, name
};

// As the gateway does for a filtered line: bursts of 32, held until the name is known, judged. `with_names` also collects
// them, which costs time.
enum class Names : std::uint8_t { Ignored, Collected };
[[nodiscard]] Reading read_with_luytre(const std::vector<Capture>& captures, Names names);

// nDPI as its own reader does it: a table of flows by address and port; each flow's packets are given to it until it says
// that it has seen enough.
[[nodiscard]] Reading read_with_ndpi(const std::vector<Capture>& captures, Names names);
[[nodiscard]] std::string ndpi_version();

}  // namespace luytre::bench
