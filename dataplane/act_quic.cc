// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "act.h"
#include "dataplane/forge.h"

namespace luytre::dataplane {

bool tell_port_unreachable(const Packet& packet, const PacketView& view, Exit& exit) noexcept {
  Packet unreachable;
  if (!exit.make(unreachable)) {
    return false;
  }
  if (!forge_port_unreachable(packet, view, unreachable, exit.return_paths(),
                              exit.hop_limit(view))) {
    exit.discard_made(unreachable);
    return false;
  }
  return exit.send_made(Side::Subscriber, unreachable);
}

bool send_to_client(const Packet& packet, const PacketView& view,
                    std::span<const std::uint8_t> payload, Exit& exit) noexcept {
  Packet made;
  if (payload.empty() || !exit.make(made)) {
    return false;
  }
  const std::size_t size = view.payload_offset + payload.size();
  if (size > made.capacity) {
    exit.discard_made(made);
    return false;
  }
  // All of the frame, because lengths in outer headers must be true for them to be read again.
  const std::size_t copied = std::min<std::size_t>(packet.size, made.capacity);
  std::memcpy(made.bytes, packet.bytes, copied);
  std::memcpy(made.bytes + view.payload_offset, payload.data(), payload.size());
  made.size = static_cast<std::uint32_t>(std::max(copied, size));
  if (!forge_udp_reply_in_place(made, view, static_cast<std::uint16_t>(payload.size()),
                                exit.return_paths(), exit.hop_limit(view))) {
    exit.discard_made(made);
    return false;
  }
  return exit.send_made(Side::Subscriber, made);
}

}  // namespace luytre::dataplane
