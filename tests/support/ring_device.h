// SPDX-License-Identifier: Apache-2.0
#pragma once

// A device of DPDK whose wire is in the hands of a test or a benchmark. Compile ring_device.cc into
// the program and link DPDK and its net_ring driver.

#include <cstddef>
#include <span>
#include <string>

#include "dataplane/packet.h"

struct rte_ring;

namespace luytre::test {

// Outlives the port that is opened on it. One thread at a time.
class RingDevice {
 public:
  // Slots are a power of two, one of which stays empty.
  struct Slots {
    unsigned arriving = 4096;
    unsigned leaving = 4096;
  };
  // `name` is used once in a process. What cannot be made ends the program.
  explicit RingDevice(const std::string& name, Slots slots);
  explicit RingDevice(const std::string& name) : RingDevice(name, Slots{}) {}
  RingDevice(const RingDevice&) = delete;
  RingDevice& operator=(const RingDevice&) = delete;
  ~RingDevice();

  // For PortOptions, with Driver::Vdev.
  [[nodiscard]] const std::string& device() const noexcept { return device_; }

  // Onto the wire to the port, as many as there is room for from the front; of PacketBuffers.
  [[nodiscard]] std::size_t put(std::span<const dataplane::Packet> packets) noexcept;
  // What the port sent; the packets belong to the caller.
  [[nodiscard]] std::size_t take(std::span<dataplane::Packet> packets) noexcept;

 private:
  std::string device_;
  rte_ring* arriving_;
  rte_ring* leaving_;
};

}  // namespace luytre::test
