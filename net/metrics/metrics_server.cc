// SPDX-License-Identifier: Apache-2.0
#include "net/metrics/metrics_server.h"

#include <fmt/format.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

#include <exception>
#include <mutex>
#include <utility>
#include <vector>

namespace luytre::net {
namespace {

prometheus::ClientMetric to_prometheus(const MetricSample& sample, MetricKind kind) {
  prometheus::ClientMetric metric;
  metric.label.reserve(sample.labels.size());
  for (const auto& [name, value] : sample.labels) {
    metric.label.push_back({.name = name, .value = value});
  }
  if (kind == MetricKind::Counter) {
    metric.counter.value = sample.value;
  } else {
    metric.gauge.value = sample.value;
  }
  return metric;
}

prometheus::MetricFamily to_prometheus(const Metric& metric) {
  prometheus::MetricFamily family;
  family.name = metric.name;
  family.help = metric.help;
  family.type = metric.kind == MetricKind::Counter ? prometheus::MetricType::Counter
                                                   : prometheus::MetricType::Gauge;
  family.metric.reserve(metric.samples.size());
  for (const MetricSample& sample : metric.samples) {
    family.metric.push_back(to_prometheus(sample, metric.kind));
  }
  return family;
}

class SourceCollectable final : public prometheus::Collectable {
 public:
  explicit SourceCollectable(MetricSource source) : source_(std::move(source)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    const std::lock_guard guard(mutex_);  // two scrapers at once; the source needs no lock then
    std::vector<prometheus::MetricFamily> families;
    for (const Metric& metric : source_()) {
      families.push_back(to_prometheus(metric));
    }
    return families;
  }

 private:
  mutable std::mutex mutex_;
  MetricSource source_;
};

}  // namespace

// Members die in reverse order: the exposer joins its threads before the source goes.
struct MetricsServer::State {
  std::shared_ptr<SourceCollectable> collectable;
  prometheus::Exposer exposer;

  State(const std::string& address, MetricSource source)
      : collectable(std::make_shared<SourceCollectable>(std::move(source))), exposer(address, 1) {
    exposer.RegisterCollectable(collectable);
  }
};

Result<MetricsServer> MetricsServer::listen(const std::string& address, MetricSource source) {
  try {
    return MetricsServer(std::make_unique<State>(address, std::move(source)));
  } catch (const std::exception&) {  // the library's text says only that its server did not start
    return fail(ErrorCode::System,
                fmt::format("Metrics cannot be served on {}: the address is not one of this "
                            "machine, or another program listens there. Choose another one.",
                            address));
  }
}

MetricsServer::MetricsServer(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
MetricsServer::MetricsServer(MetricsServer&&) noexcept = default;
MetricsServer& MetricsServer::operator=(MetricsServer&&) noexcept = default;
MetricsServer::~MetricsServer() = default;

std::uint16_t MetricsServer::port() const noexcept {
  const std::vector<int> ports = state_->exposer.GetListeningPorts();
  return ports.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(ports.front());
}

}  // namespace luytre::net
