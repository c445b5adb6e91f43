// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace luytre::dataplane {

// What a capture's frames begin with (https://www.tcpdump.org/linktypes.html).
enum class LinkLayer : std::uint8_t {
  Ethernet,
  RawIp,        // RAW, IPV4, IPV6: the IP header itself
  LinuxCooked,  // LINUX_SLL, 16 bytes
  LinuxCookedV2,
  BsdLoopback,  // NULL, LOOP: an address family of 4 bytes
};

// Turns a frame into one of Ethernet, with addresses of zero, in `out`; what carries no EtherType
// (an IEEE 802.3 or ARCNET frame in a cooked capture) and what is cut before its payload becomes a
// frame without IP.
void as_ethernet(LinkLayer layer, std::span<const std::uint8_t> frame,
                 std::vector<std::uint8_t>& out);

// The EtherType behind the VLAN tags of a frame, however many there are; 0: the frame ends before.
[[nodiscard]] std::uint16_t ether_type_of(std::span<const std::uint8_t> frame) noexcept;

// Sets the IP length of a TCP packet to what the frame holds where it is zero. Such packets are
// never on a wire: a host that leaves cutting into segments to its network card (TSO, BIG TCP)
// hands them to a capture of its own like this. Only a packet directly in Ethernet: no card cuts
// what it cannot see.
void restore_offloaded_length(std::span<std::uint8_t> frame) noexcept;

}  // namespace luytre::dataplane
