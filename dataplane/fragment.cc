// SPDX-License-Identifier: Apache-2.0
#include "fragment.h"

#include "base/byte_order.h"
#include "packet_headers.h"

namespace luytre::dataplane {
namespace {

Fragment read_ipv4_fragment(const std::uint8_t* header, std::size_t offset) noexcept {
  const std::size_t header_bytes = (header[0] & 0x0fU) * std::size_t{4};
  const unsigned field = load_be16(header + 6);
  return {.identification = load_be16(header + 4),
          .begin = (field & 0x1fffU) * 8,
          .size = static_cast<std::uint32_t>(load_be16(header + 2) - header_bytes),
          .has_more = (field & 0x2000U) != 0,
          .header_end = static_cast<std::uint16_t>(offset + header_bytes),
          .piece_offset = static_cast<std::uint16_t>(offset + header_bytes),
          .protocol_at = static_cast<std::uint16_t>(offset + 9)};
}

// The chain up to the Fragment header was right when it was decoded, so the walk ends there.
Fragment read_ipv6_fragment(std::span<const std::uint8_t> frame, std::size_t offset) noexcept {
  const std::size_t end = offset + headers::kIpv6Bytes + load_be16(frame.data() + offset + 4);
  std::size_t protocol_at = offset + 6;
  std::size_t at = offset + headers::kIpv6Bytes;
  for (int count = 0; count < headers::kMaxExtensionHeaders; ++count) {
    const std::uint8_t type = frame[protocol_at];
    const std::uint8_t* header = frame.data() + at;
    if (type == headers::extension::kFragment &&
        (load_be16(header + 2) & 0xfff9U) != 0) {  // not an atomic one
      break;
    }
    const headers::Unread unread{.at = header, .end = frame.data() + end};
    protocol_at = at;
    at += headers::extension_bytes(type, unread);
  }
  constexpr std::size_t kFragmentHeaderBytes = 8;
  const std::uint8_t* header = frame.data() + at;
  const unsigned field = load_be16(header + 2);
  return {.identification = load_be32(header + 4),
          .begin = field & 0xfff8U,
          .size = static_cast<std::uint32_t>(end - at - kFragmentHeaderBytes),
          .has_more = (field & 1U) != 0,
          .header_end = static_cast<std::uint16_t>(at),
          .piece_offset = static_cast<std::uint16_t>(at + kFragmentHeaderBytes),
          .protocol_at = static_cast<std::uint16_t>(protocol_at)};
}

}  // namespace

Fragment read_fragment(std::span<const std::uint8_t> frame, const PacketView& view) noexcept {
  return view.ip_version == 4
             ? read_ipv4_fragment(frame.data() + view.network_offset, view.network_offset)
             : read_ipv6_fragment(frame, view.network_offset);
}

}  // namespace luytre::dataplane
