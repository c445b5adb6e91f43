// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "base/error.h"
#include "config.h"
#include "dataplane/port/eal.h"
#include "dataplane/port/packet_buffers.h"
#include "dataplane/port/port.h"
#include "dataplane/port/quiescence.h"
#include "distributor_loop.h"
#include "net/metrics/metrics_server.h"
#include "reloader.h"
#include "worker_loop.h"
#include "world_switch.h"

namespace luytre::gateway {

// The whole running program: ports, workers, and the one control thread that watches for changes.
// Owned by the thread that made it. Members are in the order of their dependencies, so that they
// are taken down in the opposite one.
class Gateway {
 public:
  // Packets flow when this returns. An error is a sentence that says what to do.
  [[nodiscard]] static Result<std::unique_ptr<Gateway>> start(const Config& config);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;
  ~Gateway();

  // Takes over what changed on disk; call it every 50 ms.
  void poll() { reloader_.poll(*world_); }
  // Receives no more, lets go of what is held, and waits for the workers. Once.
  void stop();
  // Totals for the log.
  void log_totals() const;

  [[nodiscard]] std::vector<net::Metric> metrics() const;
  [[nodiscard]] const Reloader& reloader() const noexcept { return reloader_; }

 private:
  Gateway(const Config& config, categories::Taxonomy taxonomy, port::Eal eal,
          port::Quiescence quiescence);
  void choose_spread();
  [[nodiscard]] Result<void> open_ports();
  [[nodiscard]] Result<void> launch_distributor();
  [[nodiscard]] Result<void> serve_metrics();
  [[nodiscard]] Result<void> launch_workers();

  Config config_;
  std::chrono::system_clock::time_point started_at_ = std::chrono::system_clock::now();
  port::Eal eal_;
  port::Quiescence quiescence_;
  Reloader reloader_;
  std::unique_ptr<WorldSwitch> world_;
  port::Spread spread_ = port::Spread::Device;
  std::vector<std::unique_ptr<port::PacketBuffers>> buffers_;  // by worker, or one for all
  std::array<std::optional<port::Port>, 2> ports_;             // by Side
  std::atomic<bool> stop_{false};
  std::vector<std::unique_ptr<WorkerLoop>> loops_;
  unsigned running_ = 0;                          // workers launched and not yet waited for
  std::unique_ptr<DistributorLoop> distributor_;  // while it runs
  std::optional<net::MetricsServer> metrics_;
};

}  // namespace luytre::gateway
