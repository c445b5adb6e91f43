// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "dataplane/packet.h"
#include "dataplane/packet_view.h"
#include "flow_key.h"
#include "flow_table.h"

namespace luytre::dataplane {

// One TCP segment of a filtered line, as found on the wire.
struct Segment {
  const Packet& packet;
  const PacketView& view;
  const FlowKey& key;
  std::uint64_t hash;  // of key
  FlowSlot hint;       // for FlowTable::find()
};

// a - b in sequence space: negative if a is before b (RFC 9293 §3.4).
[[nodiscard]] constexpr std::int32_t distance(std::uint32_t a, std::uint32_t b) noexcept {
  return static_cast<std::int32_t>(a - b);
}
[[nodiscard]] constexpr std::uint32_t later(std::uint32_t a, std::uint32_t b) noexcept {
  return distance(a, b) > 0 ? a : b;
}
[[nodiscard]] constexpr bool has(const PacketView& view, std::uint8_t flag) noexcept {
  return (view.tcp_flags & flag) != 0;
}
// Sequence space that the segment's data and FIN take up.
[[nodiscard]] constexpr std::uint32_t length_of(const PacketView& view) noexcept {
  return view.payload_size + (has(view, tcp_flag::kFin) ? 1U : 0U);
}
[[nodiscard]] inline std::span<const std::uint8_t> payload_of(const Segment& segment) noexcept {
  return {segment.packet.bytes + segment.view.payload_offset, segment.view.payload_size};
}

}  // namespace luytre::dataplane
