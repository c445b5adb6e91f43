// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "categories/subscribe/list_status.h"
#include "net/metrics/metric.h"
#include "store_keeper.h"

namespace luytre::mgmt {

// Everything that the endpoint shows, at one moment.
struct DaemonFigures {
  std::span<const categories::ListStatus> lists;
  KeeperStatus keeper;
  std::chrono::system_clock::time_point started_at;
  std::chrono::system_clock::time_point now;
};

[[nodiscard]] std::vector<net::Metric> daemon_metrics(const DaemonFigures& figures);

}  // namespace luytre::mgmt
