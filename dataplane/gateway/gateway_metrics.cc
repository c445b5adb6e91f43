// SPDX-License-Identifier: Apache-2.0
#include "gateway_metrics.h"

#include <initializer_list>
#include <string_view>
#include <utility>

namespace luytre::gateway {
namespace {

using dataplane::Counters;
using dataplane::Side;
using net::Metric;
using net::MetricKind;
using net::MetricSample;

using Workers = std::span<const Counters* const>;

template <typename Read>
double sum(Workers workers, const Read& read) {
  std::uint64_t total = 0;
  for (const Counters* worker : workers) {
    total += read(*worker);
  }
  return static_cast<double>(total);
}

Metric one(std::string_view name, std::string_view help, MetricKind kind, double value) {
  return {.name = std::string(name),
          .help = std::string(help),
          .kind = kind,
          .samples = {{.labels = {}, .value = value}}};
}

double seconds(std::chrono::system_clock::duration length) {
  return std::chrono::duration<double>(length).count();
}

Metric outcomes(Workers workers) {
  Metric metric{.name = "luytre_packets_total",
                .help = "How the journey of packets ended; each received packet counts once.",
                .kind = MetricKind::Counter,
                .samples = {}};
  for (const dataplane::OutcomeRow& row : dataplane::outcome_rows()) {
    for (const auto& [from, direction] : {std::pair{Side::Subscriber, "from_subscriber"},
                                          std::pair{Side::Internet, "from_internet"}}) {
      metric.samples.push_back(
          {.labels = {{"outcome", std::string(row.counter)}, {"direction", direction}},
           .value = sum(workers, [&](const Counters& counters) {
             return counters.value(row.outcome, from);
           })});
    }
  }
  return metric;
}

Metric per_category(std::string_view name, std::string_view help, Workers workers,
                    std::span<const std::string> names,
                    std::uint64_t (Counters::*read)(std::uint8_t) const noexcept) {
  Metric metric{.name = std::string(name),
                .help = std::string(help),
                .kind = MetricKind::Counter,
                .samples = {}};
  for (std::size_t bit = 0; bit < names.size(); ++bit) {
    metric.samples.push_back({.labels = {{"category", names[bit]}},
                              .value = sum(workers, [&](const Counters& counters) {
                                return (counters.*read)(static_cast<std::uint8_t>(bit));
                              })});
  }
  return metric;
}

Metric per_port(std::string_view name, std::string_view help,
                std::span<const port::PortCounters, 2> ports,
                std::uint64_t port::PortCounters::*member) {
  Metric metric{.name = std::string(name),
                .help = std::string(help),
                .kind = MetricKind::Counter,
                .samples = {}};
  for (const auto& [side, label] :
       {std::pair{Side::Subscriber, "subscriber"}, std::pair{Side::Internet, "internet"}}) {
    const port::PortCounters& counters = ports[static_cast<std::size_t>(side)];
    metric.samples.push_back(
        {.labels = {{"port", label}}, .value = static_cast<double>(counters.*member)});
  }
  return metric;
}

Metric dropped(std::span<const port::PortCounters, 2> ports) {
  using port::PortCounters;
  constexpr std::pair<std::string_view, std::uint64_t PortCounters::*> kCauses[] = {
      {"send_full", &PortCounters::dropped_send_full},
      {"too_long", &PortCounters::dropped_too_long},
      {"segmented", &PortCounters::dropped_segmented},
      {"ring_full", &PortCounters::dropped_ring_full},
      {"no_buffer", &PortCounters::dropped_no_buffer},
      {"device", &PortCounters::dropped_device},
      {"worker_full", &PortCounters::dropped_worker_full},
      {"distributor_full", &PortCounters::dropped_distributor_full}};
  Metric metric{.name = "luytre_port_dropped_packets_total",
                .help = "Packets that a port could not receive or send, by cause.",
                .kind = MetricKind::Counter,
                .samples = {}};
  for (const auto& [cause, member] : kCauses) {
    Metric rows = per_port("", "", ports, member);
    for (MetricSample& sample : rows.samples) {
      sample.labels.emplace_back("cause", cause);
      metric.samples.push_back(std::move(sample));
    }
  }
  return metric;
}

void add_reload(const GatewayFigures& figures, std::vector<Metric>& metrics) {
  const ReloadStatus& reload = figures.reload;
  const auto gauge = [&metrics](std::string_view name, std::string_view help, double value) {
    metrics.push_back(one(name, help, MetricKind::Gauge, value));
  };
  gauge("luytre_index_loaded", "1 if there is an index; 0: no name is listed.",
        reload.index_loaded ? 1 : 0);
  gauge("luytre_index_serial", "Serial of the index in force.",
        static_cast<double>(reload.index_serial));
  gauge("luytre_index_names", "Names in the index in force.",
        static_cast<double>(reload.index_names));
  gauge("luytre_index_age_seconds", "Time since the index in force was compiled.",
        reload.index_loaded ? seconds(figures.now - reload.index_compiled_at) : 0);
  gauge("luytre_overlay_names", "Names that changed since that index and are in force.",
        static_cast<double>(reload.overlay_names));
  gauge("luytre_list_serial", "Serial of the lists up to which names are in force.",
        static_cast<double>(reload.list_serial));
  gauge("luytre_lists_behind", "1 if newer lists wait for an index to be compiled.",
        reload.lists_behind ? 1 : 0);
  gauge("luytre_policy_loaded", "1 if there is a policy; 0: no line is filtered.",
        reload.policy_loaded ? 1 : 0);
  gauge("luytre_policy_version", "Version of the policy in force.",
        static_cast<double>(reload.policy_version));
  gauge("luytre_lines", "Lines in the policy in force.", static_cast<double>(reload.lines));

  Metric failures{.name = "luytre_reload_failures_total",
                  .help = "New states that were refused; the last good one stayed in force.",
                  .kind = MetricKind::Counter,
                  .samples = {}};
  for (std::size_t part = 0; part < kReloadPartNames.size(); ++part) {
    failures.samples.push_back({.labels = {{"what", std::string(kReloadPartNames[part])}},
                                .value = static_cast<double>(reload.failures[part])});
  }
  metrics.push_back(std::move(failures));
}

}  // namespace

std::vector<Metric> gateway_metrics(const GatewayFigures& figures) {
  using port::PortCounters;
  std::vector<Metric> metrics;
  metrics.push_back(outcomes(figures.workers));
  metrics.push_back(per_category(
      "luytre_blocked_names_total", "Names that were refused, by the category that decided.",
      figures.workers, figures.category_names, &Counters::blocked_names));
  metrics.push_back(per_category(
      "luytre_blocked_views_total", "Refusals, each line and name once a second, by the category.",
      figures.workers, figures.category_names, &Counters::blocked_views));
  metrics.push_back(one("luytre_flows", "Connections that the flow tables know.", MetricKind::Gauge,
                        sum(figures.workers, [](const Counters& c) { return c.flows(); })));
  metrics.push_back(one("luytre_held_packets", "Packets that wait for a name.", MetricKind::Gauge,
                        sum(figures.workers, [](const Counters& c) { return c.held_packets(); })));
  metrics.push_back(per_port("luytre_port_rx_packets_total", "Packets received by a port.",
                             figures.ports, &PortCounters::received));
  metrics.push_back(per_port("luytre_port_tx_packets_total", "Packets sent by a port.",
                             figures.ports, &PortCounters::sent));
  metrics.push_back(dropped(figures.ports));
  add_reload(figures, metrics);
  metrics.push_back(one("luytre_start_time_seconds", "When the gateway started (Unix time).",
                        MetricKind::Gauge, seconds(figures.started_at.time_since_epoch())));
  return metrics;
}

}  // namespace luytre::gateway
