// SPDX-License-Identifier: Apache-2.0
#include "daemon_metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace luytre::mgmt {
namespace {

using namespace std::chrono_literals;
using categories::ListStage;
using categories::ListStatus;

using Labels = std::vector<std::pair<std::string, std::string>>;

std::optional<double> value(const std::vector<net::Metric>& metrics, std::string_view name,
                            const Labels& labels) {
  for (const net::Metric& metric : metrics) {
    for (const net::MetricSample& sample : metric.samples) {
      if (metric.name == name && sample.labels == labels) {
        return sample.value;
      }
    }
  }
  return std::nullopt;
}

const Labels kList = {{"list", "vn-national"}};

TEST(DaemonMetricsTest, ShowsWhatIsInForceHowOldItIsAndWhatWasRefused) {
  const std::chrono::sys_seconds now(1'000'000s);
  const ListStatus list{.name = "vn-national",
                        .serial = 7,
                        .accepted_serial = 8,
                        .stage = ListStage::Waiting,
                        .entries = 1000,
                        .dropped = 3,
                        .issued = now - 60s,
                        .expires = now + 3600s,
                        .active_from = now + 30s,
                        .activated_at = now - 500s,
                        .last_success = now - 5s,
                        .last_refusal = {},
                        .polls = 12,
                        .received_bytes = 5000,
                        .activations_by_delta = 2,
                        .activations_by_snapshot = 1,
                        .activation_seconds = 0.5,
                        .failures = {{"timeout", 4}}};
  const ListStatus fresh{.name = "new"};
  const std::vector<ListStatus> lists = {list, fresh};
  const auto metrics = daemon_metrics({.lists = lists,
                                       .keeper = {.expired = 9,
                                                  .compiles = 2,
                                                  .compile_failures = 0,
                                                  .compile_seconds = 1.5,
                                                  .index_serial = 20,
                                                  .store_serial = 21},
                                       .started_at = now - 100s,
                                       .now = now});
  EXPECT_EQ(value(metrics, "luytre_list_serial", kList), 7);
  EXPECT_EQ(value(metrics, "luytre_list_accepted_serial", kList), 8);
  EXPECT_EQ(value(metrics, "luytre_list_entries", kList), 1000);
  EXPECT_EQ(value(metrics, "luytre_list_dropped_entries", kList), 3);
  EXPECT_EQ(value(metrics, "luytre_list_manifest_age_seconds", kList), 60);
  EXPECT_EQ(value(metrics, "luytre_list_expires_in_seconds", kList), 3600);
  EXPECT_EQ(value(metrics, "luytre_list_last_success_timestamp_seconds", kList), 999'995);
  EXPECT_EQ(value(metrics, "luytre_list_held", kList), 0);
  EXPECT_EQ(value(metrics, "luytre_list_stage", {{"list", "vn-national"}, {"stage", "waiting"}}),
            1);
  EXPECT_EQ(value(metrics, "luytre_list_stage", {{"list", "vn-national"}, {"stage", "active"}}), 0);
  EXPECT_EQ(value(metrics, "luytre_list_failures_total",
                  {{"list", "vn-national"}, {"reason", "timeout"}}),
            4);
  EXPECT_EQ(
      value(metrics, "luytre_list_activations_total", {{"list", "vn-national"}, {"by", "delta"}}),
      2);
  EXPECT_EQ(value(metrics, "luytre_list_received_bytes_total", kList), 5000);
  EXPECT_EQ(value(metrics, "luytre_store_expired_entries_total", {}), 9);
  EXPECT_EQ(value(metrics, "luytre_index_serial", {}), 20);
  // Of a list that nobody has answered for, only what is known.
  EXPECT_EQ(value(metrics, "luytre_list_serial", {{"list", "new"}}), 0);
  EXPECT_EQ(value(metrics, "luytre_list_expires_in_seconds", {{"list", "new"}}), std::nullopt);
  EXPECT_EQ(value(metrics, "luytre_list_stage", {{"list", "new"}, {"stage", "none"}}), 1);
}

TEST(DaemonMetricsTest, AStaleListHasLessThanNoTimeLeft) {
  const std::chrono::sys_seconds now(1'000'000s);
  ListStatus list{.name = "vn-national"};
  list.expires = now - 10s;
  const std::vector<ListStatus> lists = {list};
  const auto metrics =
      daemon_metrics({.lists = lists, .keeper = {}, .started_at = now, .now = now});
  EXPECT_EQ(value(metrics, "luytre_list_expires_in_seconds", kList), -10);
}

}  // namespace
}  // namespace luytre::mgmt
