// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "dataplane/packet.h"
#include "dataplane/packet_view.h"
#include "policy/snapshot.h"

namespace luytre::dataplane {

// Which line a packet belongs to, when it may show several: the innermost IP packet is somebody's own, and what is
// around it belongs to the network in between (a base station, a label switched path), unless it is the line itself that
// opens a tunnel. So the line is looked for from the inside to the outside, and the first that is known counts.

// What the innermost packet shows of its line: its source on the way out, its destination on the way in. MAC address
// and VLAN are those of the frame, of a tunnel those of the inner frame if there is one.
void read_innermost_key(Side from, const Packet& packet, const PacketView& view,
                        policy::SubscriberKey& key) noexcept;

// For packets whose innermost one shows no line that is known: what their outer headers show, instead of what
// applies to unknown lines. At most PolicySnapshot::kBurst packets.
void find_outer_lines(const policy::PolicySnapshot& policy, Side from, std::span<const Packet> packets,
                      std::span<const PacketView> views, std::span<const policy::Profile*> profiles) noexcept;

}  // namespace luytre::dataplane
