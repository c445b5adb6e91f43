// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/error.h"
#include "dataplane/port/packet_buffers.h"
#include "dataplane/port/port.h"

namespace luytre::port {

// The control plane of one ethdev: found or created, configured, started. The number it returns is
// DPDK's port id.
[[nodiscard]] Result<std::uint16_t> open_device(
    const PortOptions& options, std::span<const std::unique_ptr<PacketBuffers>> buffers);
void close_device(std::uint16_t id) noexcept;

}  // namespace luytre::port
