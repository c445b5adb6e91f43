// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "command.h"
#include "http_get.h"
#include "output.h"
#include "prometheus_text.h"

namespace luytre::ctl {
namespace {

constexpr const char* kDefaultUrl = "http://127.0.0.1:9477/metrics";
constexpr std::string_view kPackets = "luytre_packets_total";

// What the head of the view says in words; everything else is listed by its name.
constexpr std::array<std::string_view, 13> kInHead = {
    "luytre_start_time_seconds", "luytre_lines",         "luytre_policy_version",
    "luytre_policy_loaded",      "luytre_flows",         "luytre_index_loaded",
    "luytre_index_serial",       "luytre_index_names",   "luytre_index_age_seconds",
    "luytre_list_serial",        "luytre_overlay_names", "luytre_lists_behind",
    "luytre_packets_total"};

std::string number_text(double value) {
  const bool whole = std::nearbyint(value) == value && value >= 0 && value < 1e18;
  return whole ? grouped(static_cast<std::uint64_t>(value)) : fmt::format("{:g}", value);
}

void print_packets(const std::vector<Sample>& samples) {
  // By outcome, a column for each direction.
  std::map<std::string, std::map<std::string, double>> rows;
  std::set<std::string> directions;
  for (const Sample& sample : samples) {
    if (sample.name != kPackets || sample.value == 0) {
      continue;
    }
    const auto label = [&](const char* name) {
      const auto found = sample.labels.find(name);
      return found == sample.labels.end() ? std::string("all") : found->second;
    };
    rows[label("outcome")][label("direction")] += sample.value;
    directions.insert(label("direction"));
  }
  if (rows.empty()) {
    fmt::print("\nNo packet yet.\n");
    return;
  }
  std::vector<std::pair<double, std::string>> order;
  for (const auto& [outcome, by_direction] : rows) {
    double sum = 0;
    for (const auto& [direction, count] : by_direction) {
      sum += count;
    }
    order.emplace_back(-sum, outcome);
  }
  std::ranges::sort(order);
  fmt::print("\n  {:<36}", "packets");
  for (const std::string& direction : directions) {
    fmt::print("{:>20}", direction);
  }
  fmt::print("\n");
  for (const auto& [sum, outcome] : order) {
    fmt::print("  {:<36}", cut(outcome, 36));
    for (const std::string& direction : directions) {
      const auto& counts = rows[outcome];
      const auto count = counts.find(direction);
      fmt::print("{:>20}", count == counts.end() ? "-" : number_text(count->second));
    }
    fmt::print("\n");
  }
}

void print_head(const std::vector<Sample>& samples) {
  const auto row = [&](std::string_view label, const std::string& text) {
    fmt::print("  {:<10}{}\n", label, text);
  };
  const auto text_of = [&](std::string_view metric) {
    const auto value = find_value(samples, metric);
    return value ? number_text(*value) : std::string("unknown");
  };
  if (const auto start = find_value(samples, "luytre_start_time_seconds")) {
    const double up = static_cast<double>(std::time(nullptr)) - *start;
    row("gateway", fmt::format("up {}", duration_text(std::max(0.0, up))));
  } else {
    row("gateway", "up");
  }
  const auto is_missing = [&](std::string_view loaded) {
    return find_value(samples, loaded).value_or(1) == 0;
  };
  if (is_missing("luytre_index_loaded")) {
    row("index", "none: no name is listed; run luytrectl categories import");
  } else {
    const auto age = find_value(samples, "luytre_index_age_seconds");
    row("index", fmt::format("serial {}, {} names{}", text_of("luytre_index_serial"),
                             text_of("luytre_index_names"),
                             age ? fmt::format(", {} old", duration_text(*age)) : ""));
  }
  if (find_value(samples, "luytre_overlay_names").value_or(0) != 0) {
    row("changes", fmt::format("serial {}, {} names changed since that index",
                               text_of("luytre_list_serial"), text_of("luytre_overlay_names")));
  }
  if (find_value(samples, "luytre_lists_behind").value_or(0) != 0) {
    row("behind", "newer lists wait; run luytrectl categories compile");
  }
  row("lines", is_missing("luytre_policy_loaded")
                   ? "none: no line is filtered; run luytrectl line add"
                   : fmt::format("{}, policy version {}", text_of("luytre_lines"),
                                 text_of("luytre_policy_version")));
  row("flows", text_of("luytre_flows"));
}

void print_others(const std::vector<Sample>& samples) {
  bool titled = false;
  for (const Sample& sample : samples) {
    if (std::ranges::find(kInHead, sample.name) != kInHead.end() || sample.value == 0 ||
        !sample.name.starts_with("luytre_")) {
      continue;
    }
    if (!titled) {
      fmt::print("\n  other figures\n");
      titled = true;
    }
    const std::string label = sample.name.substr(sizeof("luytre_") - 1) + sample.labels_text;
    fmt::print("  {:<66}{:>20}\n", cut(label, 65), number_text(sample.value));
  }
}

nlohmann::ordered_json number(double value) {
  const bool exact = std::nearbyint(value) == value && value >= 0 && value < 9e15;
  return exact ? nlohmann::ordered_json(static_cast<std::uint64_t>(value))
               : nlohmann::ordered_json(value);
}

// Flat: the sample as the gateway writes it, and for each counter with labels its sum under the
// bare name.
nlohmann::ordered_json to_json(const std::vector<Sample>& samples) {
  auto json = nlohmann::ordered_json::object();
  std::map<std::string, double> sums;
  for (const Sample& sample : samples) {
    json[sample.name + sample.labels_text] = number(sample.value);
    if (!sample.labels.empty() && sample.name.ends_with("_total")) {
      sums[sample.name] += sample.value;
    }
  }
  for (const auto& [name, sum] : sums) {
    json[name] = number(sum);
  }
  return json;
}

Result<int> status(const Command& command, const std::string& url) {
  const auto text = http_get(url);
  if (!text) {
    return Unexpected<Error>(text.error());
  }
  const std::vector<Sample> samples = parse_prometheus(*text);
  if (command.json) {
    print_json(to_json(samples));
    return kExitDone;
  }
  if (!find_value(samples, "luytre_index_serial") && !find_value(samples, kPackets)) {
    return fail(ErrorCode::Invalid,
                fmt::format("{} is not a Luytre gateway's; say where it is: --metrics URL.", url));
  }
  print_head(samples);
  print_packets(samples);
  print_others(samples);
  return kExitDone;
}

}  // namespace

void add_status_command(CLI::App& app, Command& command) {
  const auto url = std::make_shared<std::string>(kDefaultUrl);
  add_command(app, command, "status", "What the running gateway does",
              [&command, url] { return status(command, *url); })
      ->add_option("--metrics", *url, "The gateway's Prometheus endpoint")
      ->capture_default_str()
      ->type_name("URL");
}

}  // namespace luytre::ctl
