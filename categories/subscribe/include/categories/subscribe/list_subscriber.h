// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/store/category_store.h"
#include "categories/subscribe/list_fetcher.h"
#include "categories/subscribe/list_status.h"
#include "categories/subscribe/subscription.h"
#include "categories/subscribe/version_guard.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// What all subscribers of one process share; outlives them.
struct SubscriberHost {
  std::filesystem::path data_dir;  // lists/<name>/ belongs to the subscriber
  std::string node_id;             // decides which canary share this node is in
  const Taxonomy& taxonomy;
  CategoryStore& store;
  std::mutex& writing;  // held for each change of the store
  ListFetcher& fetcher;
  VersionGuard guard;  // empty: every version may come into force

  enum class Severity : std::uint8_t { Info, Warning };
  // A sentence for the log. The same one is not said twice in a row.
  std::function<void(Severity severity, const std::string& sentence)> log;
  // A version came into force; true: as a whole, so that an index had better be compiled anew.
  std::function<void(bool whole)> activated;
};

// Brings one signed list into the store and keeps it there: asks mirrors, believes signatures only,
// prefers deltas, waits where a version comes in stages. What counts after a crash is the source's
// version in the store; files are caches. Whatever is refused leaves the version in force, is counted
// and said.
// Threads: one calls poll(); status() may be called by any.
class ListSubscriber {
 public:
  using Clock = std::chrono::system_clock;

  // Invalid: the pinned root is none, or another list's.
  [[nodiscard]] static Result<std::unique_ptr<ListSubscriber>> open(const Subscription& settings,
                                                                    SubscriberHost host,
                                                                    Clock::time_point now);
  ListSubscriber(const ListSubscriber&) = delete;
  ListSubscriber& operator=(const ListSubscriber&) = delete;
  ~ListSubscriber();

  // Does what is due at `now`: asks mirrors, begins with a version whose time has come.
  void poll(Clock::time_point now, const std::stop_token& stop);
  // When poll() has something to do again.
  [[nodiscard]] Clock::time_point next_poll() const;
  // The next poll() asks every mirror, also those that failed lately. From any thread.
  void poll_now();

  [[nodiscard]] ListStatus status() const;

 private:
  class Work;
  explicit ListSubscriber(std::unique_ptr<Work> work);
  std::unique_ptr<Work> work_;
};

}  // namespace luytre::categories
