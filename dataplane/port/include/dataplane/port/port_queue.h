// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "dataplane/packet.h"

namespace luytre::port {

// One worker's end of a port: a queue pair of the device, or rings to and from the distributor.
// Belongs to one thread.
class PortQueue {
 public:
  static constexpr std::size_t kBurst = 32;

  // Fills `packets` (at most kBurst) from the front and returns how many; they belong to the
  // caller.
  [[nodiscard]] virtual std::size_t receive(std::span<dataplane::Packet> packets) noexcept = 0;
  // Takes the packets away: sent in their order, or released and counted. Tries again a bounded
  // number of times where there is no room.
  virtual void send(std::span<const dataplane::Packet> packets) noexcept = 0;

 protected:
  PortQueue() = default;
  PortQueue(const PortQueue&) = default;
  PortQueue& operator=(const PortQueue&) = default;
  ~PortQueue() = default;
};

}  // namespace luytre::port
