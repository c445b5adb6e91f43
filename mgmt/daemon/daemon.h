// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/store/category_store.h"
#include "categories/taxonomy.h"
#include "config.h"
#include "daemon_lock.h"
#include "list_thread.h"
#include "net/metrics/metrics_server.h"
#include "store_keeper.h"
#include "version_gate.h"
#include "web_fetcher.h"

namespace luytre::mgmt {

// Everything that luytre-mgmt runs, in the order of dependencies.
class Daemon {
 public:
  // Block the signals that belong to the caller before: threads start here.
  [[nodiscard]] static Result<std::unique_ptr<Daemon>> start(const Config& config);
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon();

  // Asks every mirror of every list now.
  void poll_now();

  // Ends all threads. False: one is in the middle of a change of the database and was not waited
  // for; the process may end at once, and the change is undone by that.
  [[nodiscard]] bool stop(std::chrono::milliseconds patience);

 private:
  Daemon(const Config& config, DaemonLock lock, categories::Taxonomy taxonomy,
         categories::CategoryStore store);
  [[nodiscard]] Result<void> open_lists();
  [[nodiscard]] Result<void> serve_metrics();
  [[nodiscard]] bool has_ended() const;

  Config config_;
  DaemonLock lock_;
  categories::Taxonomy taxonomy_;
  categories::CategoryStore store_;
  std::mutex writing_;
  WebFetcher fetcher_;
  VersionGate gate_;
  std::optional<StoreKeeper> keeper_;
  std::vector<std::unique_ptr<ListThread>> lists_;
  std::optional<net::MetricsServer> metrics_;
};

}  // namespace luytre::mgmt
