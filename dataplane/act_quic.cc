// SPDX-License-Identifier: Apache-2.0
#include "act.h"
#include "dataplane/forge.h"

namespace luytre::dataplane {

// One ICMP message for one datagram, never larger than what caused it by more than its headers, and
// only back to the line it came from: nothing to amplify, so no rate limit (RFC 1812 §4.3.2.8
// leaves that to the router).
void refuse_quic(const Packet& packet, const PacketView& view, Exit& exit) noexcept {
  Packet unreachable;
  bool told = false;
  if (exit.make(unreachable)) {
    if (forge_port_unreachable(packet, view, unreachable, exit.return_paths())) {
      told = exit.send_made(Side::Subscriber, unreachable);
    } else {
      exit.discard_made(unreachable);
    }
  }
  exit.drop(packet, told ? Outcome::QuicRefused : exit.untold(packet, view));
}

}  // namespace luytre::dataplane
