// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>

#include "capture_pool.h"
#include "common/must.h"
#include "common/stopwatch.h"
#include "dataplane/worker.h"
#include "policy/snapshot.h"
#include "reading.h"

namespace luytre::bench {
namespace {

using dataplane::Packet;
using dataplane::Side;
using dataplane::Worker;

// Every line has a profile that allows everything: without one nothing would be inspected.
std::unique_ptr<const policy::PolicySnapshot> inspect_everything() {
  policy::Preset preset;
  preset.id = "captures";
  preset.name = "Captures";
  preset.bands.push_back({.id = "all", .name = "All", .age_from = 0, .age_to = 255, .actions = {}});
  return must(policy::PolicySnapshot::compile(preset, {}, {.band = "all"}, {}));
}

class Collector final : public dataplane::NameObserver {
 public:
  explicit Collector(Reading& reading) : reading_(reading) {}
  void begin(const std::string& file) { file_ = file; }
  void on_inspection(const dataplane::PacketView&, const dataplane::Inspection& inspection,
                     std::span<const std::uint8_t>) noexcept override {
    if (inspection.finding == dataplane::Finding::Name) {
      reading_.names.emplace(file_, inspection.name.to_text());
    }
  }

 private:
  Reading& reading_;
  std::string file_;
};

class Gateway {
 public:
  Gateway(const dataplane::World& world, dataplane::NameObserver* observer)
      : world_(world), worker_(options(), pool_, observer) {}

  // Seconds for the packets of the capture.
  double pass(const Capture& capture) {
    Stopwatch watch;
    std::vector<Packet> burst;
    for (std::size_t at = 0; at < capture.frames.size(); at += Worker::kBurst) {
      const std::size_t end = std::min(capture.frames.size(), at + Worker::kBurst);
      burst.clear();
      for (std::size_t i = at; i < end; ++i) {
        burst.push_back(pool_.copy(capture.frames[i].bytes));
      }
      const auto now = start_ + capture.frames[end - 1].time;
      watch.start();
      worker_.process_burst(Side::Subscriber, burst, world_, now, *egress_);
      worker_.expire(world_, now, *egress_);
      watch.stop();
      release();
    }
    while (!worker_.drain(*egress_)) {
      release();
    }
    release();
    start_ += capture.frames.back().time;
    forget_flows();
    return watch.wall();
  }

 private:
  static dataplane::WorkerOptions options() {
    dataplane::WorkerOptions options;
    options.max_flows = 1U << 14U;
    // As luytre-inspect: some captures were taken before a network card wrote the checksums, and all are of one line.
    options.verify_checksums = false;
    options.quic_initials_per_second = 1'000'000;
    return options;
  }
  // Until no flow of this capture is left for the next one to meet: an hour passes, in steps that sweep a part each.
  void forget_flows() {
    for (int step = 0; step < 360; ++step) {
      start_ += std::chrono::seconds(10);
      worker_.expire(world_, start_, *egress_);
    }
  }
  void release() {
    for (const Side side : {Side::Subscriber, Side::Internet}) {
      for (const Packet& packet : egress_->packets(side)) {
        pool_.release(packet);
      }
    }
    egress_->clear();
  }

  dataplane::CapturePool pool_;
  const dataplane::World& world_;
  std::unique_ptr<dataplane::Egress> egress_ = std::make_unique<dataplane::Egress>();
  Worker worker_;
  Worker::Clock::time_point start_ = Worker::Clock::now();
};

}  // namespace

Reading read_with_luytre(const std::vector<Capture>& captures, Names names) {
  const auto policy = inspect_everything();
  const std::vector<std::string> words(64);
  const dataplane::World world{.index = nullptr, .policy = policy.get(), .category_names = words};
  Reading reading;
  Collector collector(reading);
  Gateway gateway(world, names == Names::Collected ? &collector : nullptr);
  for (const Capture& capture : captures) {
    collector.begin(capture.path);
    reading.seconds += gateway.pass(capture);
    reading.packets += capture.frames.size();
  }
  return reading;
}

}  // namespace luytre::bench
