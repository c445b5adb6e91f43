// SPDX-License-Identifier: Apache-2.0
#include "net/metrics/metrics_server.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/support/http_get.h"

namespace luytre::net {
namespace {

using luytre::test::http_get;

std::vector<Metric> two_metrics() {
  return {{.name = "apples_total",
           .help = "Apples eaten.",
           .kind = MetricKind::Counter,
           .samples = {{.labels = {{"colour", "red"}}, .value = 3},
                       {.labels = {{"colour", "gr\"een"}}, .value = 5000000000}}},
          {.name = "trees",
           .help = "Trees.",
           .kind = MetricKind::Gauge,
           .samples = {{.labels = {}, .value = 2.5}}}};
}

TEST(MetricsServerTest, ServesNamesHelpLabelsAndValues) {
  const auto server = MetricsServer::listen("127.0.0.1:0", two_metrics);
  ASSERT_TRUE(server) << server.error().message;
  const std::string answer = http_get(server->port(), "/metrics");
  EXPECT_NE(answer.find("200 OK"), std::string::npos);
  for (const std::string_view line :
       {"# HELP apples_total Apples eaten.\n", "# TYPE apples_total counter\n",
        "apples_total{colour=\"red\"} 3\n", "apples_total{colour=\"gr\\\"een\"} 5000000000\n",
        "# TYPE trees gauge\n", "trees 2.5\n"}) {
    EXPECT_NE(answer.find(line), std::string::npos) << line << answer;
  }
}

TEST(MetricsServerTest, ReadsTheNumbersAtEachScrape) {
  std::atomic<int> scrapes{0};
  const auto server = MetricsServer::listen("127.0.0.1:0", [&] {
    return std::vector<Metric>{{.name = "scrapes",
                                .help = "",
                                .kind = MetricKind::Gauge,
                                .samples = {{.labels = {}, .value = double(++scrapes)}}}};
  });
  ASSERT_TRUE(server);
  EXPECT_NE(http_get(server->port(), "/metrics").find("scrapes 1\n"), std::string::npos);
  EXPECT_NE(http_get(server->port(), "/metrics").find("scrapes 2\n"), std::string::npos);
}

TEST(MetricsServerTest, IsSilentOnceItIsGone) {
  std::uint16_t port = 0;
  {
    const auto server = MetricsServer::listen("127.0.0.1:0", two_metrics);
    ASSERT_TRUE(server);
    port = server->port();
  }
  EXPECT_EQ(http_get(port, "/metrics"), "");
}

TEST(MetricsServerTest, AnAddressThatIsTakenIsRefusedWithASentence) {
  const auto first = MetricsServer::listen("127.0.0.1:0", two_metrics);
  ASSERT_TRUE(first);
  const std::string address = "127.0.0.1:" + std::to_string(first->port());
  const auto second = MetricsServer::listen(address, two_metrics);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(address), std::string::npos);
  EXPECT_NE(second.error().message.find("another program listens there"), std::string::npos);
}

TEST(MetricsServerTest, AnAddressOfAnotherMachineIsRefused) {
  EXPECT_FALSE(MetricsServer::listen("192.0.2.1:9477", two_metrics));
  EXPECT_FALSE(MetricsServer::listen("not an address", two_metrics));
}

}  // namespace
}  // namespace luytre::net
