// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "dataplane/forge.h"
#include "dataplane/packet.h"
#include "dataplane/packet_view.h"

namespace luytre::dataplane {

// TCP MD5 signature (RFC 2385): a server that has no key for the client drops such a segment, and no
// name that we read is asked under one.
[[nodiscard]] bool has_md5_option(const Packet& packet, const PacketView& view) noexcept;

// The timestamps of a segment (RFC 7323 §3.2), if its options are whole up to there.
[[nodiscard]] std::optional<TcpTimestamps> timestamps_of(const Packet& packet,
                                                         const PacketView& view) noexcept;

// Turns a SYN that carries data into a plain one, in place: the data is cut, the Fast Open cookie (RFC
// 7413 §4.1.1, and its experimental form, §4.1.1 of the drafts and RFC 6994) becomes NOP, lengths and
// checksums follow. The server acknowledges the SYN alone, and the client sends the data again at
// once (RFC 7413 §4.2.1). The headers around it follow. False, with nothing changed, for a SYN in
// fragments.
[[nodiscard]] bool cut_syn_data(Packet& packet, const PacketView& view) noexcept;

}  // namespace luytre::dataplane
