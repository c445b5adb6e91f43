// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace luytre::port {

// From now on, packet sockets that DPDK opens deliver what came over the wire and nothing else; see
// packet_socket.cc. Call before the first such port is opened.
void keep_packet_sockets_exact() noexcept;

}  // namespace luytre::port
