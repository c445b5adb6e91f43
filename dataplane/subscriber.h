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

// The profiles of the lines that send (from the subscribers' side) or receive `packets`, at most
// PolicySnapshot::kBurst of them; what applies to unknown lines where none is known. `lines` tells them apart, and all
// spans have room for as many as `packets`; `keys` is scratch.
void find_lines(const policy::PolicySnapshot& policy, Side from, std::span<const Packet> packets,
                std::span<const PacketView> views, std::span<policy::SubscriberKey> keys,
                std::span<const policy::Profile*> profiles,
                std::span<policy::LineTag> lines) noexcept;

}  // namespace luytre::dataplane
