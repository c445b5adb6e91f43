// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "dataplane/gateway/worker_loop.h"
#include "dataplane/port/eal.h"
#include "spare_packets.h"
#include "tests/support/ring_device.h"

namespace luytre::bench {

// Two ports on ring devices. The wires are in this thread's hands.
class WiredPorts {
 public:
  WiredPorts(std::vector<std::unique_ptr<port::PacketBuffers>>& buffers, port::Spread spread,
             unsigned workers);

  [[nodiscard]] test::RingDevice& wire(Side side) { return *wires_[at(side)]; }
  [[nodiscard]] port::Port& port(Side side) { return *ports_[at(side)]; }
  // By causes that a ring device cannot have without a mistake of this program.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  static std::size_t at(Side side) { return static_cast<std::size_t>(side); }
  std::array<std::unique_ptr<test::RingDevice>, 2> wires_;
  std::array<std::optional<port::Port>, 2> ports_;
};

// The gateway's own ports and worker loop, on a core of its own, with this thread as generator; with
// Spread::Distributor, this thread is the distributor too.
class DevicePath final : public Path {
 public:
  DevicePath(port::Eal& eal, std::vector<std::unique_ptr<port::PacketBuffers>>& buffers,
             const dataplane::WorkerOptions& options, const dataplane::World& world,
             port::Spread spread);
  ~DevicePath() override;

  void pass(Side from, std::uint64_t packets, const Write& write) override;
  [[nodiscard]] std::uint64_t count(Outcome outcome) const override;

  // Seconds until the port has taken so many more packets, with the gateway busy before and after.
  [[nodiscard]] double run_window(Workload& workload, std::uint64_t packets);
  // Until all that was sent has its outcome and came out.
  void finish(Workload& workload);
  // Part of this thread's rounds in which the port's queue was full: above zero, the gateway was
  // the slower one.
  [[nodiscard]] double waited() const {
    return rounds_ == 0 ? 0 : static_cast<double>(full_rounds_) / static_cast<double>(rounds_);
  }

 private:
  static constexpr std::size_t kBurst = port::PortQueue::kBurst;
  [[nodiscard]] bool has_room();
  // Sends what is written, writes the next burst when that is gone. Returns how many were taken.
  std::size_t send(Side from, const Write& write);
  void take_out(const Workload* workload);
  void distribute();
  void await_outcomes(const Workload* workload);
  [[nodiscard]] std::uint64_t outcomes() const;

  port::Eal& eal_;
  SparePackets spare_;
  WiredPorts ports_;
  std::optional<port::WorkerSpread> spread_;
  port::Quiescence quiescence_;
  gateway::WorldSwitch world_;
  std::atomic<bool> stop_{false};
  std::unique_ptr<gateway::WorkerLoop> loop_;
  std::array<Packet, kBurst> written_;
  std::size_t unsent_ = 0;  // at the end of `written_`
  std::uint64_t sent_ = 0;
  std::uint64_t done_ = 0;  // of these had their outcome when it was last looked
  std::uint64_t rounds_ = 0;
  std::uint64_t full_rounds_ = 0;
};

}  // namespace luytre::bench
