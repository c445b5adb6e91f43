// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace luytre::net {

enum class MetricKind : std::uint8_t {
  Counter,  // only grows while the process lives; the name ends in _total
  Gauge,
};

// One value of a metric. Labels are (name, value) pairs; two samples of a metric differ in them.
struct MetricSample {
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
};

struct Metric {
  std::string name;  // [a-zA-Z_:][a-zA-Z0-9_:]*
  std::string help;  // one sentence for people
  MetricKind kind = MetricKind::Gauge;
  std::vector<MetricSample> samples;
};

// Reads all numbers, now. Called at each scrape from a thread of the server, one call at a time.
using MetricSource = std::function<std::vector<Metric>()>;

}  // namespace luytre::net
