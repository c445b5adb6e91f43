// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "dataplane/port/packet_buffers.h"
#include "dataplane/port/port.h"

namespace luytre::port {

struct Device {
  std::uint16_t id = 0;                  // DPDK's port id
  std::vector<int> packet_sockets = {};  // AfPacket only
};

// Queue pairs that it is opened with.
[[nodiscard]] constexpr std::uint16_t device_queues(const PortOptions& options) noexcept {
  return options.spread == Spread::Distributor ? std::uint16_t{1} : options.queues;
}

// The control plane of one ethdev: found or created, configured, started.
[[nodiscard]] Result<Device> open_device(const PortOptions& options,
                                         std::span<const std::unique_ptr<PacketBuffers>> buffers);
void close_device(std::uint16_t id) noexcept;

}  // namespace luytre::port
