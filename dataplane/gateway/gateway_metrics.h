// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "dataplane/outcome.h"
#include "dataplane/port/port.h"
#include "net/metrics/metric.h"
#include "reloader.h"

namespace luytre::gateway {

// Everything that the endpoint shows, at one moment.
struct GatewayFigures {
  std::span<const dataplane::Counters* const> workers;
  std::array<port::PortCounters, 2> ports;      // by Side
  std::span<const std::string> category_names;  // by bit
  ReloadStatus reload;
  std::chrono::system_clock::time_point started_at;
  std::chrono::system_clock::time_point now;
};

// Sums over the workers. Aggregates only: no line, no address, no name that anybody asked for.
[[nodiscard]] std::vector<net::Metric> gateway_metrics(const GatewayFigures& figures);

}  // namespace luytre::gateway
