// SPDX-License-Identifier: Apache-2.0
#include "daemon_metrics.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace luytre::mgmt {
namespace {

using categories::ListStage;
using categories::ListStatus;
using net::Metric;
using net::MetricKind;

double seconds(std::chrono::system_clock::duration length) {
  return std::chrono::duration<double>(length).count();
}

Metric one(std::string_view name, std::string_view help, MetricKind kind, double value) {
  return {.name = std::string(name),
          .help = std::string(help),
          .kind = kind,
          .samples = {{.labels = {}, .value = value}}};
}

// One sample a list; lists for which `read` has nothing have none.
template <typename Read>
Metric per_list(std::string_view name, std::string_view help, MetricKind kind,
                std::span<const ListStatus> lists, const Read& read) {
  Metric metric{.name = std::string(name), .help = std::string(help), .kind = kind, .samples = {}};
  for (const ListStatus& list : lists) {
    if (const std::optional<double> value = read(list)) {
      metric.samples.push_back({.labels = {{"list", list.name}}, .value = *value});
    }
  }
  return metric;
}

Metric stages(std::span<const ListStatus> lists) {
  Metric metric{.name = "luytre_list_stage",
                .help = "1 for the stage in which the newest accepted version is on this node.",
                .kind = MetricKind::Gauge,
                .samples = {}};
  for (const ListStatus& list : lists) {
    for (std::size_t stage = 0; stage < categories::kListStageCount; ++stage) {
      metric.samples.push_back(
          {.labels = {{"list", list.name},
                      {"stage", std::string(describe(static_cast<ListStage>(stage)))}},
           .value = static_cast<std::size_t>(list.stage) == stage ? 1.0 : 0.0});
    }
  }
  return metric;
}

Metric failures(std::span<const ListStatus> lists) {
  Metric metric{.name = "luytre_list_failures_total",
                .help = "What was not fetched or not taken; the version in force stayed.",
                .kind = MetricKind::Counter,
                .samples = {}};
  for (const ListStatus& list : lists) {
    for (const auto& [reason, count] : list.failures) {
      metric.samples.push_back({.labels = {{"list", list.name}, {"reason", reason}},
                                .value = static_cast<double>(count)});
    }
  }
  return metric;
}

Metric activations(std::span<const ListStatus> lists) {
  Metric metric{.name = "luytre_list_activations_total",
                .help = "Versions that came into force, by how they came.",
                .kind = MetricKind::Counter,
                .samples = {}};
  for (const ListStatus& list : lists) {
    for (const auto& [by, count] : {std::pair{"delta", list.activations_by_delta},
                                    std::pair{"snapshot", list.activations_by_snapshot}}) {
      metric.samples.push_back(
          {.labels = {{"list", list.name}, {"by", by}}, .value = static_cast<double>(count)});
    }
  }
  return metric;
}

void add_versions(const DaemonFigures& figures, std::vector<Metric>& metrics) {
  const auto gauge = [&](std::string_view name, std::string_view help, const auto& read) {
    metrics.push_back(per_list(name, help, MetricKind::Gauge, figures.lists, read));
  };
  using Value = std::optional<double>;
  const auto since = [&](const std::optional<std::chrono::sys_seconds>& time) {
    return time ? Value(seconds(figures.now - *time)) : Value();
  };
  gauge("luytre_list_serial", "Serial of the version in force; 0: none is.",
        [](const ListStatus& list) { return Value(static_cast<double>(list.serial)); });
  gauge("luytre_list_accepted_serial", "Newest serial with good signatures.",
        [](const ListStatus& list) { return Value(static_cast<double>(list.accepted_serial)); });
  gauge("luytre_list_entries", "Entries of the version in force.",
        [](const ListStatus& list) { return Value(static_cast<double>(list.entries)); });
  gauge("luytre_list_dropped_entries",
        "Entries in force whose categories the list's scope may not state, in part or in whole.",
        [](const ListStatus& list) { return Value(static_cast<double>(list.dropped)); });
  gauge("luytre_list_manifest_age_seconds", "Time since the newest accepted manifest was issued.",
        [&](const ListStatus& list) { return since(list.issued); });
  gauge("luytre_list_expires_in_seconds",
        "Time until the newest accepted manifest expires; below 0 the list is stale.",
        [&](const ListStatus& list) {
          const Value age = since(list.expires);
          return age ? Value(-*age) : Value();
        });
  gauge("luytre_list_last_success_timestamp_seconds",
        "When a mirror last gave an acceptable manifest (Unix time).", [](const ListStatus& list) {
          return list.last_success
                     ? Value(static_cast<double>(list.last_success->time_since_epoch().count()))
                     : Value();
        });
  gauge("luytre_list_held", "1 if a version waits for a second person to decide.",
        [](const ListStatus& list) { return Value(list.stage == ListStage::Held ? 1 : 0); });
  gauge("luytre_list_activation_seconds", "How long the last version took to come into force.",
        [](const ListStatus& list) { return Value(list.activation_seconds); });
}

void add_keeper(const KeeperStatus& keeper, std::vector<Metric>& metrics) {
  const auto add = [&](std::string_view name, std::string_view help, MetricKind kind,
                       double value) { metrics.push_back(one(name, help, kind, value)); };
  add("luytre_store_serial", "Serial of the category database.", MetricKind::Gauge,
      static_cast<double>(keeper.store_serial));
  add("luytre_store_expired_entries_total", "Entries that left because their end had come.",
      MetricKind::Counter, static_cast<double>(keeper.expired));
  add("luytre_index_serial", "Serial of the newest index.", MetricKind::Gauge,
      static_cast<double>(keeper.index_serial));
  add("luytre_index_compiles_total", "Indexes compiled.", MetricKind::Counter,
      static_cast<double>(keeper.compiles));
  add("luytre_index_compile_failures_total", "Indexes that could not be compiled or written.",
      MetricKind::Counter, static_cast<double>(keeper.compile_failures));
  add("luytre_index_compile_seconds", "How long the last index took to compile.", MetricKind::Gauge,
      keeper.compile_seconds);
}

}  // namespace

std::vector<Metric> daemon_metrics(const DaemonFigures& figures) {
  std::vector<Metric> metrics;
  add_versions(figures, metrics);
  metrics.push_back(stages(figures.lists));
  metrics.push_back(activations(figures.lists));
  metrics.push_back(failures(figures.lists));
  const auto counter = [&](std::string_view name, std::string_view help,
                           std::uint64_t ListStatus::*member) {
    metrics.push_back(
        per_list(name, help, MetricKind::Counter, figures.lists, [member](const ListStatus& list) {
          return std::optional(static_cast<double>(list.*member));
        }));
  };
  counter("luytre_list_polls_total", "Times that the mirrors were asked.", &ListStatus::polls);
  counter("luytre_list_received_bytes_total", "Octets fetched from mirrors.",
          &ListStatus::received_bytes);
  add_keeper(figures.keeper, metrics);
  metrics.push_back(one("luytre_start_time_seconds", "When luytre-mgmt started (Unix time).",
                        MetricKind::Gauge, seconds(figures.started_at.time_since_epoch())));
  return metrics;
}

}  // namespace luytre::mgmt
