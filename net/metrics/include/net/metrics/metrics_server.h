// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "net/metrics/metric.h"

namespace luytre::net {

// Serves the text exposition format of Prometheus at http://<address>/metrics until destroyed.
// Has threads of its own: signals that belong to somebody else are blocked before it is made.
class MetricsServer {
 public:
  // `address` is "127.0.0.1:9477" or "[::1]:9477"; port 0 takes any free one. System: the address
  // is not one of this machine, or somebody else listens there.
  [[nodiscard]] static Result<MetricsServer> listen(const std::string& address,
                                                    MetricSource source);
  MetricsServer(MetricsServer&&) noexcept;
  MetricsServer& operator=(MetricsServer&&) noexcept;
  // Waits for a scrape that is under way; `source` is not called any more afterwards.
  ~MetricsServer();

  [[nodiscard]] std::uint16_t port() const noexcept;

 private:
  struct State;
  explicit MetricsServer(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace luytre::net
