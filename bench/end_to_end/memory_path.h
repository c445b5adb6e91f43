// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "spare_packets.h"

namespace luytre::bench {

// The journey without devices: a worker in this thread, batch by batch, in buffers of the same
// pool. What is sent is written before the clock runs.
class MemoryPath final : public Path {
 public:
  static constexpr std::size_t kBatch = 2048;

  MemoryPath(const dataplane::WorkerOptions& options, port::PacketBuffers& buffers,
             const dataplane::World& world)
      : world_(world), spare_(buffers), worker_(options, buffers) {}

  void pass(Side from, std::uint64_t packets, const Write& write) override;
  [[nodiscard]] std::uint64_t count(Outcome outcome) const override;

  // Seconds of one batch in the worker alone. Gives up if something came out that should not.
  [[nodiscard]] double run_batch(Workload& workload);

 private:
  [[nodiscard]] double process(Side from);
  void take_out(const Workload* workload);

  dataplane::World world_;
  SparePackets spare_;
  dataplane::Worker worker_;
  std::unique_ptr<dataplane::Egress> egress_ = std::make_unique<dataplane::Egress>();
  std::vector<Packet> batch_;
};

}  // namespace luytre::bench
