// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace luytre::dataplane {

// What stands behind the VLAN tags of a frame, however many there are.
struct EthernetPayload {
  std::uint16_t ether_type = 0;  // 0: the frame ends before it
  std::size_t offset = 0;
};
[[nodiscard]] EthernetPayload ethernet_payload(std::span<const std::uint8_t> frame) noexcept;

// Sets the IP length of a TCP packet to what the frame holds where it is zero. Such packets are
// never on a wire: a host that leaves cutting into segments to its network card (TSO, BIG TCP)
// hands them to a capture of its own like this.
void restore_offloaded_length(std::span<std::uint8_t> frame) noexcept;

}  // namespace luytre::dataplane
