// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstring>

#include "dataplane/packet.h"
#include "dataplane/packet_view.h"
#include "policy/snapshot.h"

namespace luytre::dataplane {

// Which line a packet belongs to, when it may show several: the innermost IP packet is somebody's own, and what is
// around it belongs to the network in between (a base station, a label switched path), unless it is the line itself that
// opens a tunnel. So the line is looked for from the inside to the outside, and the first that is known counts.

// Whether the frame has addresses besides those of the innermost packet.
[[nodiscard]] inline bool has_outer_addresses(const PacketView& view) noexcept {
  return view.tunnel_depth != 0 || view.link_offset != 0;
}

// MAC address and VLAN of a packet in a tunnel: those of the inner frame, if there is one.
void read_inner_key(Side from, const Packet& packet, const PacketView& view,
                    policy::SubscriberKey& key) noexcept;

// What the innermost packet shows of its line: its source on the way out, its destination on the way in. Inline: once a
// packet.
inline void read_subscriber_key(Side from, const Packet& packet, const PacketView& view,
                                policy::SubscriberKey& key) noexcept {
  constexpr std::size_t kMacBytes = 6;
  const bool outbound = from == Side::Subscriber;
  key.address = outbound ? view.source : view.destination;
  if (has_outer_addresses(view)) [[unlikely]] {
    read_inner_key(from, packet, view, key);
    return;
  }
  key.vlan = view.outer_vlan;
  if (packet.size >= 2 * kMacBytes) {
    std::memcpy(key.mac.data(), packet.bytes + (outbound ? kMacBytes : 0), kMacBytes);
  } else {  // a shorter frame shows none
    key.mac = {};
  }
}

// The line that the layers around the innermost packet show, from the inside to the outside; what applies to unknown
// lines if there is none.
[[nodiscard]] const policy::Profile* find_outer_line(const policy::PolicySnapshot& policy,
                                                     Side from, const Packet& packet,
                                                     const PacketView& view) noexcept;

}  // namespace luytre::dataplane
