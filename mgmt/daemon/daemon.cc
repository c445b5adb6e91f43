// SPDX-License-Identifier: Apache-2.0
#include "daemon.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>
#include <thread>
#include <utility>

#include "daemon_metrics.h"

namespace luytre::mgmt {
namespace {

namespace fs = std::filesystem;
using categories::ListSubscriber;
using categories::SubscriberHost;

// As installed, or in a source tree.
Result<categories::Taxonomy> load_taxonomy(const fs::path& share_dir) {
  for (const fs::path& file :
       {share_dir / "taxonomy.toml", share_dir / "categories" / "data" / "taxonomy.toml"}) {
    if (std::error_code error; fs::exists(file, error)) {
      return categories::Taxonomy::load(file);
    }
  }
  return fail(ErrorCode::NotFound,
              fmt::format("There is no taxonomy.toml in {}; set share_dir to where the data files "
                          "are.",
                          share_dir.native()));
}

// Only a hash of it is ever compared with anything, so the machine's own id may be used.
std::string node_id_of(const Config& config) {
  if (!config.node_id.empty()) {
    return config.node_id;
  }
  std::string id;
  std::ifstream file("/etc/machine-id");
  if (std::getline(file, id) && !id.empty()) {
    return id;
  }
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : "luytre";
}

void say(SubscriberHost::Severity severity, const std::string& sentence) {
  if (severity == SubscriberHost::Severity::Warning) {
    spdlog::warn("{}", sentence);
  } else {
    spdlog::info("{}", sentence);
  }
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::start(const Config& config) {
  auto taxonomy = load_taxonomy(config.share_dir);
  if (!taxonomy) {
    return Unexpected(taxonomy.error());
  }
  auto lock = DaemonLock::take(config.data_dir);
  if (!lock) {
    return Unexpected(lock.error());
  }
  auto store =
      categories::CategoryStore::open(config.data_dir / "categories", lmdb::OpenMode::ReadWrite);
  if (!store) {
    return Unexpected(store.error());
  }
  std::unique_ptr<Daemon> daemon(
      new Daemon(config, *std::move(lock), *std::move(taxonomy), *std::move(store)));
  for (const auto step : {&Daemon::open_lists, &Daemon::serve_metrics}) {
    if (auto done = (daemon.get()->*step)(); !done) {
      return Unexpected(done.error());
    }
  }
  return daemon;
}

Daemon::Daemon(const Config& config, DaemonLock lock, categories::Taxonomy taxonomy,
               categories::CategoryStore store)
    : config_(config),
      lock_(std::move(lock)),
      taxonomy_(std::move(taxonomy)),
      store_(std::move(store)),
      fetcher_(config_.fetch),
      gate_(config_.data_dir, config_.share_dir, taxonomy_) {}

Daemon::~Daemon() = default;

Result<void> Daemon::open_lists() {
  keeper_.emplace(StoreKeeper::Rules{.index_dir = config_.data_dir / "index",
                                     .compile_after = config_.compile_after,
                                     .compile_after_names = config_.compile_after_names},
                  taxonomy_, store_, writing_);
  const std::string node_id = node_id_of(config_);
  std::vector<std::unique_ptr<ListSubscriber>> opened;
  for (const categories::Subscription& settings : config_.lists) {
    auto list = ListSubscriber::open(settings,
                                     {.data_dir = config_.data_dir,
                                      .node_id = node_id,
                                      .taxonomy = taxonomy_,
                                      .store = store_,
                                      .writing = writing_,
                                      .fetcher = fetcher_,
                                      .guard =
                                          [this](const categories::CandidateVersion& candidate) {
                                            return gate_.check(candidate);
                                          },
                                      .log = say,
                                      .activated = [this](bool whole) { keeper_->changed(whole); }},
                                     std::chrono::system_clock::now());
    if (!list) {
      return Unexpected(list.error());
    }
    opened.push_back(*std::move(list));
  }
  for (auto& list : opened) {
    lists_.push_back(std::make_unique<ListThread>(std::move(list)));
  }
  spdlog::info("{} signed {}, databases in {}.", lists_.size(),
               lists_.size() == 1 ? "list" : "lists", config_.data_dir.native());
  return {};
}

Result<void> Daemon::serve_metrics() {
  const auto started_at = std::chrono::system_clock::now();
  auto server = net::MetricsServer::listen(config_.metrics_listen, [this, started_at] {
    std::vector<categories::ListStatus> lists;
    for (const auto& list : lists_) {
      lists.push_back(list->status());
    }
    return daemon_metrics({.lists = lists,
                           .keeper = keeper_->status(),
                           .started_at = started_at,
                           .now = std::chrono::system_clock::now()});
  });
  if (!server) {
    return Unexpected(server.error());
  }
  metrics_.emplace(*std::move(server));
  return {};
}

void Daemon::poll_now() {
  for (const auto& list : lists_) {
    list->poll_now();
  }
}

bool Daemon::has_ended() const {
  return keeper_->has_ended() &&
         std::ranges::all_of(lists_, [](const auto& list) { return list->has_ended(); });
}

bool Daemon::stop(std::chrono::milliseconds patience) {
  for (const auto& list : lists_) {
    list->request_stop();
  }
  keeper_->request_stop();
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!has_ended() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return has_ended();
}

}  // namespace luytre::mgmt
