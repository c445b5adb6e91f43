// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/error.h"
#include "dataplane/port/port_queue.h"
#include "dataplane/port/worker_spread.h"
#include "device_queue.h"
#include "mbuf_ring.h"
#include "queue_counts.h"

namespace luytre::port {

// A worker's end of a port whose device has one queue: two rings, of which the distributor has the
// other ends.
class WorkerQueue final : public PortQueue {
 public:
  WorkerQueue(MbufRing inwards, MbufRing outwards, std::uint32_t longest) noexcept
      : inwards_(std::move(inwards)), outwards_(std::move(outwards)), longest_(longest) {}

  // By the worker.
  [[nodiscard]] std::size_t receive(std::span<dataplane::Packet> packets) noexcept override;
  void send(std::span<const dataplane::Packet> packets) noexcept override;

  // By the distributor.
  [[nodiscard]] MbufRing& inwards() noexcept { return inwards_; }
  [[nodiscard]] MbufRing& outwards() noexcept { return outwards_; }
  [[nodiscard]] const MbufRing& inwards() const noexcept { return inwards_; }

  [[nodiscard]] const QueueCounts& counts() const noexcept { return counts_; }

 private:
  MbufRing inwards_;   // to the worker
  MbufRing outwards_;  // from it
  std::uint32_t longest_;
  QueueCounts counts_;
};

// One port's packets from the queue of its device to all workers, and back. What a worker has no
// room for is dropped: who waited for it would make all others wait.
class Distribution {
 public:
  // `device` outlives it.
  [[nodiscard]] static Result<std::unique_ptr<Distribution>> create(std::uint16_t port,
                                                                    unsigned workers,
                                                                    std::uint32_t longest,
                                                                    DeviceQueue& device);

  [[nodiscard]] WorkerQueue& worker(std::size_t number) noexcept { return *workers_[number]; }

  // By the distributor; see Port.
  std::size_t distribute(const WorkerSpread& spread) noexcept;
  std::size_t collect() noexcept;
  [[nodiscard]] bool is_delivered() const noexcept;

  [[nodiscard]] std::span<const std::unique_ptr<WorkerQueue>> workers() const noexcept {
    return workers_;
  }

 private:
  static constexpr std::size_t kBurst = PortQueue::kBurst;
  struct Share {  // of a burst
    std::size_t count = 0;
    std::array<rte_mbuf*, kBurst> mbufs;
  };

  Distribution(std::vector<std::unique_ptr<WorkerQueue>> workers, DeviceQueue& device) noexcept
      : workers_(std::move(workers)), shares_(workers_.size()), device_(device) {}
  void hand_over(std::size_t worker) noexcept;

  std::vector<std::unique_ptr<WorkerQueue>> workers_;
  std::vector<Share> shares_;  // by worker; empty between two calls
  DeviceQueue& device_;
};

}  // namespace luytre::port
