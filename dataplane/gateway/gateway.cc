// SPDX-License-Identifier: Apache-2.0
#include "gateway.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "dataplane/port/interface.h"
#include "gateway_metrics.h"
#include "share_files.h"

namespace luytre::gateway {

using dataplane::Side;

namespace {

constexpr std::array kSides = {Side::Subscriber, Side::Internet};

// What can be found out about an interface before DPDK starts, in words that name the remedy.
Result<void> prepare(const Config& config, Side side) {
  const std::string name = config.port(side).device;
  const auto state = port::inspect_interface(name);
  if (!state) {
    return Unexpected(state.error());
  }
  if (state->mtu > config.mtu) {
    return fail(
        ErrorCode::Invalid,
        fmt::format("Interface {} has an MTU of {} and ports.mtu is {}: longer frames would "
                    "be lost. Set ports.mtu = {}, or lower the interface's.",
                    name, state->mtu, config.mtu, state->mtu));
  }
  const auto notes = port::prepare_interface(name);
  if (!notes) {
    return Unexpected(notes.error());
  }
  for (const std::string& note : *notes) {
    spdlog::warn("{}", note);
  }
  return {};
}

Result<void> prepare_interfaces(const Config& config) {
  if (config.driver != port::Driver::AfPacket && config.driver != port::Driver::AfXdp) {
    return {};
  }
  for (const Side side : kSides) {
    if (auto prepared = prepare(config, side); !prepared) {
      return prepared;
    }
  }
  return port::may_open_packet_sockets();
}

std::uint64_t random_seed() {
  std::random_device random;
  return (std::uint64_t{random()} << 32U) | random();
}

}  // namespace

Result<std::unique_ptr<Gateway>> Gateway::start(const Config& config) {
  auto taxonomy = categories::Taxonomy::load(taxonomy_file(config.share_dir));
  if (!taxonomy) {
    return Unexpected(taxonomy.error());
  }
  if (auto prepared = prepare_interfaces(config); !prepared) {
    return Unexpected(prepared.error());
  }
  auto quiescence = port::Quiescence::create(config.workers);
  if (!quiescence) {
    return Unexpected(quiescence.error());
  }
  auto eal = port::Eal::start(config.eal());
  if (!eal) {
    return Unexpected(eal.error());
  }
  std::unique_ptr<Gateway> gateway(
      new Gateway(config, std::move(*taxonomy), std::move(*eal), std::move(*quiescence)));
  gateway->world_ = std::make_unique<WorldSwitch>(gateway->quiescence_, gateway->reloader_.load());
  for (const auto step : {&Gateway::open_ports, &Gateway::launch_workers,
                          &Gateway::launch_distributor, &Gateway::serve_metrics}) {
    if (auto done = (gateway.get()->*step)(); !done) {
      return Unexpected(done.error());
    }
  }
  spdlog::info("Packets flow between {} (subscribers) and {} (internet), {} {}{}, {}.",
               config.subscriber, config.internet, config.workers,
               config.workers == 1 ? "worker" : "workers",
               gateway->distributor_ ? " behind a distributor" : "", port::Eal::version());
  return gateway;
}

Gateway::Gateway(const Config& config, categories::Taxonomy taxonomy, port::Eal eal,
                 port::Quiescence quiescence)
    : config_(config),
      eal_(std::move(eal)),
      quiescence_(std::move(quiescence)),
      reloader_({.data_dir = config.data_dir, .share_dir = config.share_dir}, std::move(taxonomy)) {
}

Gateway::~Gateway() { stop(); }

// Both ports have the same spread: a connection shows itself on either.
void Gateway::choose_spread() {
  const bool by_device =
      config_.spread == SpreadChoice::Device ||
      (config_.spread == SpreadChoice::Auto && std::ranges::all_of(kSides, [this](Side side) {
         return port::can_spread(config_.port(side));
       }));
  spread_ = by_device ? port::Spread::Device : port::Spread::Distributor;
}

Result<void> Gateway::open_ports() {
  choose_spread();
  const BufferPlan plan = config_.buffers(spread_);
  for (unsigned pool = 0; pool < plan.pools; ++pool) {
    auto buffers = port::PacketBuffers::create(fmt::format("packets{}", pool), plan.each);
    if (!buffers) {
      return Unexpected(buffers.error());
    }
    buffers_.push_back(std::move(*buffers));
  }
  for (const Side side : kSides) {
    auto port = port::Port::open(config_.port(side, spread_), buffers_);
    if (!port) {
      return Unexpected(port.error());
    }
    ports_[static_cast<std::size_t>(side)].emplace(std::move(*port));
  }
  return {};
}

Result<void> Gateway::launch_workers() {
  const bool distributed = spread_ == port::Spread::Distributor;
  const LoopContext context{.quiescence = quiescence_,
                            .world = *world_,
                            .stop = stop_,
                            .idle = config_.idle,
                            .longest_nap = distributed ? Naps::kLongestOfThree : Naps::kLongest};
  dataplane::WorkerOptions options = config_.worker;
  options.hash_seed = random_seed();
  for (unsigned worker = 0; worker < config_.workers; ++worker) {
    const auto queue = static_cast<std::uint16_t>(worker);
    const WorkerQueues queues = {&ports_[0]->queue(queue), &ports_[1]->queue(queue)};
    loops_.push_back(std::make_unique<WorkerLoop>(
        worker, options, *buffers_[distributed ? 0 : worker], queues, context));
  }
  for (const auto& loop : loops_) {
    if (auto launched = eal_.launch(running_, &WorkerLoop::run, loop.get()); !launched) {
      return launched;
    }
    ++running_;
  }
  return {};
}

Result<void> Gateway::launch_distributor() {
  if (spread_ == port::Spread::Device) {
    return {};
  }
  auto loop = std::make_unique<DistributorLoop>(std::array{&*ports_[0], &*ports_[1]},
                                                port::WorkerSpread(config_.workers, random_seed()),
                                                config_.idle);
  if (auto launched = eal_.launch(config_.workers, &DistributorLoop::run, loop.get()); !launched) {
    return launched;
  }
  distributor_ = std::move(loop);
  return {};
}

Result<void> Gateway::serve_metrics() {
  auto server = net::MetricsServer::listen(config_.metrics_listen, [this] { return metrics(); });
  if (!server) {
    return Unexpected(server.error());
  }
  metrics_.emplace(std::move(*server));
  return {};
}

void Gateway::stop() {
  metrics_.reset();  // takes a second or two, in which packets still flow
  if (distributor_) {
    distributor_->stop_receiving();
  }
  stop_.store(true, std::memory_order_relaxed);
  while (running_ > 0) {
    eal_.wait(--running_);
  }
  if (distributor_) {
    distributor_->finish();
    eal_.wait(config_.workers);
    distributor_.reset();
  }
}

std::vector<net::Metric> Gateway::metrics() const {
  std::vector<const dataplane::Counters*> workers;
  workers.reserve(loops_.size());
  for (const auto& loop : loops_) {
    workers.push_back(&loop->counters());
  }
  return gateway_metrics({.workers = workers,
                          .ports = {ports_[0]->counters(), ports_[1]->counters()},
                          .category_names = reloader_.category_names(),
                          .reload = reloader_.status(),
                          .started_at = started_at_,
                          .now = std::chrono::system_clock::now()});
}

void Gateway::log_totals() const {
  for (const Side side : kSides) {
    const port::PortCounters counters = ports_[static_cast<std::size_t>(side)]->counters();
    spdlog::info("{}: {} packets received, {} sent, {} dropped.", config_.port(side).device,
                 counters.received, counters.sent,
                 counters.dropped_send_full + counters.dropped_too_long +
                     counters.dropped_segmented + counters.dropped_ring_full +
                     counters.dropped_no_buffer + counters.dropped_device +
                     counters.dropped_worker_full + counters.dropped_distributor_full);
  }
  std::string outcomes;
  for (const dataplane::OutcomeRow& row : dataplane::outcome_rows()) {
    std::uint64_t total = 0;
    for (const auto& loop : loops_) {
      for (const Side from : kSides) {
        total += loop->counters().value(row.outcome, from);
      }
    }
    if (total > 0) {
      outcomes += fmt::format("{}{} {}", outcomes.empty() ? "" : ", ", row.counter, total);
    }
  }
  spdlog::info("Outcomes: {}.", outcomes.empty() ? "none" : outcomes);
}

}  // namespace luytre::gateway
