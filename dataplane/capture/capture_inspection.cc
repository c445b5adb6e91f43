// SPDX-License-Identifier: Apache-2.0
#include "capture_inspection.h"

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "capture_pool.h"
#include "captured_frame.h"
#include "dataplane/worker.h"
#include "policy/snapshot.h"

namespace luytre::dataplane {
namespace {

// A policy of its own, without data files: one band that allows everything, which every line has. A
// line without any profile would not be inspected at all.
Result<std::unique_ptr<const policy::PolicySnapshot>> policy_that_inspects_all() {
  policy::Preset preset;
  preset.id = "inspection";
  preset.name = "Inspection of captures";
  preset.bands.push_back({.id = "all", .name = "All", .age_from = 0, .age_to = 255, .actions = {}});
  return policy::PolicySnapshot::compile(preset, {}, {.band = "all"}, {});
}

// Room for as many flows as the file can have, so that no name is missed for want of it: each flow
// takes a packet, which is at least 16 bytes of record, 14 of Ethernet, 20 of IP and 20 of TCP.
// Twice that, because a bucket of the table fills before the table does. The bounds in time are the
// gateway's own.
WorkerOptions options_for(const std::filesystem::path& path) {
  constexpr std::uintmax_t kBytesPerFlow = 70;
  constexpr std::uintmax_t kMaxFlows = 1U << 22U;  // 256 MiB
  WorkerOptions options;
  options.quic_initials_per_second = 1'000'000;  // a capture's lines owe nothing to each other
  options.verify_checksums = false;  // a capturing host's network card may have had to compute them
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  if (!error && bytes != 0) {  // a pipe has no size; it gets what a gateway has
    const auto flows = std::clamp<std::uintmax_t>(2 * bytes / kBytesPerFlow, 16, kMaxFlows);
    options.max_flows = static_cast<std::uint32_t>(flows);
    options.max_collecting = std::min(options.max_collecting, options.max_flows);
  }
  return options;
}

// A worker and what surrounds it in a gateway, with a file as its port.
class Bench {
 public:
  Bench(std::unique_ptr<const policy::PolicySnapshot> policy, const WorkerOptions& options)
      : policy_(std::move(policy)),
        category_names_(64),
        world_{.index = nullptr, .policy = policy_.get(), .category_names = category_names_},
        worker_(options, pool_, &events_) {}

  void pass(std::span<const Packet> burst, Worker::Clock::time_point now) {
    worker_.process_burst(Side::Subscriber, burst, world_, now, *egress_);
    release_egress();
    worker_.expire(world_, now, *egress_);
    release_egress();
  }

  void finish() {
    while (!worker_.drain(*egress_)) {
      release_egress();
    }
    release_egress();
  }

  [[nodiscard]] CapturePool& pool() noexcept { return pool_; }
  [[nodiscard]] const NameEvents& events() const noexcept { return events_; }
  [[nodiscard]] const Counters& counters() const noexcept { return worker_.counters(); }

 private:
  void release_egress() {
    for (const Side side : {Side::Subscriber, Side::Internet}) {
      for (const Packet& packet : egress_->packets(side)) {
        pool_.release(packet);
      }
    }
    egress_->clear();
  }

  CapturePool pool_;
  NameEvents events_;
  std::unique_ptr<const policy::PolicySnapshot> policy_;
  std::vector<std::string> category_names_;
  World world_;
  std::unique_ptr<Egress> egress_ = std::make_unique<Egress>();  // 128 KB: not for the stack
  Worker worker_;
};

// The worker's clock, driven by a capture's: starts now, and never steps back.
class CaptureClock {
 public:
  Worker::Clock::time_point at(std::chrono::nanoseconds captured) {
    if (!started_) {
      first_ = captured;
      started_ = true;
    }
    now_ = std::max(now_, start_ + (captured - first_));
    return now_;
  }

 private:
  bool started_ = false;
  std::chrono::nanoseconds first_{};
  Worker::Clock::time_point start_ = Worker::Clock::now();
  Worker::Clock::time_point now_ = start_;
};

}  // namespace

Result<CaptureReport> inspect_capture(CaptureFile& capture, const std::filesystem::path& path,
                                      std::size_t burst) {
  auto policy = policy_that_inspects_all();
  if (!policy) {
    return Unexpected(policy.error());
  }
  Bench bench(std::move(*policy), options_for(path));
  CaptureReport report;
  report.path = path;
  CaptureClock clock;
  Worker::Clock::time_point now = Worker::Clock::now();
  std::vector<Packet> waiting;
  std::vector<std::uint8_t> ethernet;
  const LinkLayer link_layer = capture.link_layer().value_or(LinkLayer::Ethernet);
  const auto pass = [&] {
    bench.pass(waiting, now);
    waiting.clear();
  };
  for (CapturedFrame frame;;) {
    const Result<bool> more = capture.next(frame);
    if (!more) {
      report.damage = more.error().message;
      break;
    }
    if (!*more) {
      break;
    }
    ++report.packets;
    as_ethernet(link_layer, frame.bytes, ethernet);
    const Packet packet = bench.pool().copy(ethernet);
    restore_offloaded_length({packet.bytes, packet.size});
    const bool is_cut = frame.wire_size > frame.bytes.size();
    if (const auto cause = why_unread(packet.frame(), is_cut)) {
      ++report.unread[static_cast<std::size_t>(*cause)];
    }
    now = clock.at(frame.time);
    waiting.push_back(packet);
    if (waiting.size() == burst) {
      pass();
    }
  }
  pass();
  bench.finish();
  report.unreturned_packets = bench.pool().in_use();
  report.events = bench.events().all();
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    report.outcomes[i] = bench.counters().value(static_cast<Outcome>(i), Side::Subscriber);
  }
  return report;
}

}  // namespace luytre::dataplane
