// SPDX-License-Identifier: Apache-2.0
#pragma once

// Frames put into every encapsulation that the data path knows, for tests that run over all of them.

#include <cstdint>
#include <string_view>
#include <vector>

#include "dataplane/layers.h"
#include "dataplane/tunnels.h"
#include "tests/support/packet_builder.h"

namespace luytre::test {

// The way that a frame goes: what one end of a tunnel chose for the other differs by direction.
enum class Way : std::uint8_t { ToServer, ToClient };

struct Wrapping {
  const char* name;
  dataplane::Tunnel tunnel;
  std::vector<dataplane::LayerKind> kinds;  // between the outermost Ethernet header and the packet
  bool is_one_way;                          // identifiers of one direction do not tell the other's
  // The IP packet of a plain Ethernet frame, and the frame itself where the tunnel carries frames.
  Bytes (*wrap)(const Bytes& frame, Way way);
};
[[nodiscard]] const std::vector<Wrapping>& wrappings();
[[nodiscard]] const Wrapping& wrapping(std::string_view name);

// Pieces of the same.
[[nodiscard]] Bytes ip_of(const Bytes& frame);  // without its 14 bytes of Ethernet
[[nodiscard]] Bytes joined(std::initializer_list<Bytes> parts);
// An IP packet between the ends of a tunnel, in Ethernet.
[[nodiscard]] PacketBuilder tunnel_ipv4(Way way);
[[nodiscard]] PacketBuilder tunnel_ipv6(Way way);

}  // namespace luytre::test
