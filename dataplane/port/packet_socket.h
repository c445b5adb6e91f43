// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace luytre::port {

enum class Fanout : std::uint8_t {
  Alone,   // one socket gets everything
  ByHash,  // several share the packets of an interface, each flow with one of them
};

// From now on, packet sockets that DPDK opens deliver what came over the wire and nothing else; see
// packet_socket.cc. Call before such a port is opened; ports are opened one after the other.
void keep_packet_sockets_exact(Fanout fanout) noexcept;

// The sockets that were opened since the last call. They belong to DPDK; valid until the port is
// closed.
[[nodiscard]] std::vector<int> take_packet_sockets();

// Packets that the kernel could not put into the ring of this socket since the last call.
[[nodiscard]] std::uint64_t take_ring_drops(int socket) noexcept;

}  // namespace luytre::port
