// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/port/port_queue.h"
#include "queue_counts.h"

struct rte_mbuf;

namespace luytre::port {

// A queue pair of a device.
class DeviceQueue final : public PortQueue {
 public:
  // `longest` frame that is sent.
  DeviceQueue(std::uint16_t device, std::uint16_t queue, std::uint32_t longest) noexcept
      : device_(device), queue_(queue), longest_(longest) {}

  [[nodiscard]] std::size_t receive(std::span<dataplane::Packet> packets) noexcept override;
  void send(std::span<const dataplane::Packet> packets) noexcept override;

  // The same for the distributor: at most kBurst, each of one segment. Who hands them on counts
  // them as received.
  [[nodiscard]] std::size_t receive_mbufs(std::span<rte_mbuf*> mbufs) noexcept;
  void send_mbufs(std::span<rte_mbuf*> mbufs) noexcept;

  [[nodiscard]] QueueCounts& counts() noexcept { return counts_; }
  [[nodiscard]] const QueueCounts& counts() const noexcept { return counts_; }

 private:
  std::uint16_t device_;
  std::uint16_t queue_;
  std::uint32_t longest_;
  QueueCounts counts_;
};

}  // namespace luytre::port
