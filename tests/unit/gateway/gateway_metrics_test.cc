// SPDX-License-Identifier: Apache-2.0
#include "gateway_metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace luytre::gateway {
namespace {

using dataplane::Counters;
using dataplane::Outcome;
using dataplane::Side;

// The value of the one sample with all of these labels.
double value(const std::vector<net::Metric>& metrics, std::string_view name,
             const std::vector<std::pair<std::string, std::string>>& labels) {
  for (const net::Metric& metric : metrics) {
    for (const net::MetricSample& sample : metric.samples) {
      if (metric.name == name && sample.labels == labels) {
        return sample.value;
      }
    }
  }
  ADD_FAILURE() << "no " << name;
  return -1;
}

class GatewayMetricsTest : public ::testing::Test {
 protected:
  std::vector<net::Metric> metrics() {
    figures_.workers = workers_;
    figures_.category_names = names_;
    return gateway_metrics(figures_);
  }
  Counters first_;
  Counters second_;
  std::array<const Counters*, 2> workers_ = {&first_, &second_};
  std::vector<std::string> names_ = {"porn", "gambling"};
  GatewayFigures figures_;
};

TEST_F(GatewayMetricsTest, CountersOfAllWorkersAreAdded) {
  first_.count(Outcome::DnsBlocked, Side::Subscriber);
  second_.count(Outcome::DnsBlocked, Side::Subscriber);
  second_.count(Outcome::Unprofiled, Side::Internet);
  second_.add_blocked_name(1);
  second_.add_blocked_name(1);
  second_.add_blocked_view(1);
  first_.set_flows(3);
  second_.set_flows(4);
  const auto all = metrics();
  EXPECT_EQ(value(all, "luytre_packets_total",
                  {{"outcome", "dns_blocked"}, {"direction", "from_subscriber"}}),
            2);
  EXPECT_EQ(value(all, "luytre_packets_total",
                  {{"outcome", "unprofiled"}, {"direction", "from_internet"}}),
            1);
  EXPECT_EQ(value(all, "luytre_blocked_names_total", {{"category", "gambling"}}), 2);
  EXPECT_EQ(value(all, "luytre_blocked_views_total", {{"category", "gambling"}}), 1);
  EXPECT_EQ(value(all, "luytre_flows", {}), 7);
}

TEST_F(GatewayMetricsTest, PortsAreToldApart) {
  figures_.ports[0].received = 5;
  figures_.ports[1].sent = 6;
  figures_.ports[1].dropped_send_full = 7;
  const auto all = metrics();
  EXPECT_EQ(value(all, "luytre_port_rx_packets_total", {{"port", "subscriber"}}), 5);
  EXPECT_EQ(value(all, "luytre_port_tx_packets_total", {{"port", "internet"}}), 6);
  EXPECT_EQ(value(all, "luytre_port_dropped_packets_total",
                  {{"port", "internet"}, {"cause", "send_full"}}),
            7);
}

TEST_F(GatewayMetricsTest, WhatIsInForceIsShown) {
  figures_.reload = {
      .index_loaded = true,
      .index_serial = 9,
      .index_names = 100,
      .index_compiled_at = std::chrono::system_clock::time_point(std::chrono::hours(1)),
      .overlay_names = 12,
      .list_serial = 11,
      .lists_behind = true,
      .policy_loaded = false,
      .failures = {2, 3, 4}};
  figures_.now = std::chrono::system_clock::time_point(std::chrono::hours(2));
  const auto all = metrics();
  EXPECT_EQ(value(all, "luytre_index_serial", {}), 9);
  EXPECT_EQ(value(all, "luytre_index_age_seconds", {}), 3600);
  EXPECT_EQ(value(all, "luytre_overlay_names", {}), 12);
  EXPECT_EQ(value(all, "luytre_list_serial", {}), 11);
  EXPECT_EQ(value(all, "luytre_lists_behind", {}), 1);
  EXPECT_EQ(value(all, "luytre_policy_loaded", {}), 0);
  EXPECT_EQ(value(all, "luytre_reload_failures_total", {{"what", "index"}}), 2);
  EXPECT_EQ(value(all, "luytre_reload_failures_total", {{"what", "policy"}}), 3);
  EXPECT_EQ(value(all, "luytre_reload_failures_total", {{"what", "overlay"}}), 4);
}

TEST_F(GatewayMetricsTest, NamesFollowTheRulesOfPrometheus) {
  std::set<std::string> seen;
  for (const net::Metric& metric : metrics()) {
    EXPECT_TRUE(seen.insert(metric.name).second) << metric.name << " twice";
    EXPECT_TRUE(metric.name.starts_with("luytre_"));
    EXPECT_EQ(metric.kind == net::MetricKind::Counter, metric.name.ends_with("_total"))
        << metric.name;
    EXPECT_TRUE(metric.help.ends_with(".") || metric.help.ends_with(")")) << metric.help;
  }
}

}  // namespace
}  // namespace luytre::gateway
