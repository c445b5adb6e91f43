// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace luytre::port {

enum class Fanout : std::uint8_t {
  Alone,   // one socket gets everything
  ByHash,  // several share the packets of an interface, each flow with one of them
};

// From now on, packet sockets that DPDK opens deliver what came over the wire and nothing else; see
// packet_socket.cc. Call before such a port is opened; ports are opened one after the other.
void keep_packet_sockets_exact(Fanout fanout) noexcept;

}  // namespace luytre::port
