// SPDX-License-Identifier: Apache-2.0
#include "prometheus_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace luytre::ctl {
namespace {

constexpr std::string_view kPage =
    "# HELP luytre_flows Flows in the table\n"
    "# TYPE luytre_flows gauge\n"
    "luytre_flows 12\n"
    "\n"
    "luytre_packets_total{outcome=\"forwarded\",direction=\"up\"} 1.5e+06 1788264000000\n"
    "luytre_odd{path=\"a\\\\b\\\"c\\nd\",} +Inf\n"
    "luytre_last -3";

TEST(PrometheusText, SamplesAreReadWithTheirLabels) {
  const auto samples = parse_prometheus(kPage);
  ASSERT_EQ(samples.size(), 4U);
  EXPECT_EQ(samples[0].name, "luytre_flows");
  EXPECT_TRUE(samples[0].labels.empty());
  EXPECT_EQ(samples[0].value, 12);
  EXPECT_EQ(samples[1].labels.at("outcome"), "forwarded");
  EXPECT_EQ(samples[1].labels.at("direction"), "up");
  EXPECT_EQ(samples[1].labels_text, "{outcome=\"forwarded\",direction=\"up\"}");
  EXPECT_EQ(samples[1].value, 1.5e6);
  EXPECT_EQ(samples[2].labels.at("path"), "a\\b\"c\nd");
  EXPECT_TRUE(std::isinf(samples[2].value));
  EXPECT_EQ(samples[3].value, -3);
}

TEST(PrometheusText, FindValueTakesTheNameAlone) {
  const auto samples = parse_prometheus(kPage);
  EXPECT_EQ(find_value(samples, "luytre_flows"), 12);
  EXPECT_EQ(find_value(samples, "luytre_flow"), std::nullopt);
}

TEST(PrometheusText, LinesThatAreNoSamplesAreSkipped) {
  EXPECT_TRUE(
      parse_prometheus("<html>\nname\nname{\nname{a}\nname{a=\"b} 1\nname{a=\"b\"}\n 1\n").empty());
}

TEST(PrometheusText, EveryTruncationAndFlippedByteIsReadWithoutHarm) {
  for (std::size_t size = 0; size < kPage.size(); ++size) {
    EXPECT_LE(parse_prometheus(kPage.substr(0, size)).size(), 4U);
  }
  for (std::size_t i = 0; i < kPage.size(); ++i) {
    std::string damaged(kPage);
    damaged[i] = static_cast<char>(damaged[i] ^ 0x5a);
    EXPECT_LE(parse_prometheus(damaged).size(), 6U);
  }
}

}  // namespace
}  // namespace luytre::ctl
