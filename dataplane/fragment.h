// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/packet_view.h"

namespace luytre::dataplane {

// What the header of one IP fragment says (RFC 791 §3.1, RFC 8200 §4.5). Offsets count from the first byte of the frame.
struct Fragment {
  std::uint32_t identification = 0;
  std::uint32_t begin = 0;  // of its piece of the payload, in bytes
  std::uint32_t size = 0;
  bool has_more = false;
  std::uint16_t header_end =
      0;  // of the headers that every fragment has; IPv6: the Fragment header
  std::uint16_t piece_offset = 0;
  std::uint16_t protocol_at =
      0;  // the field that says what the payload is, or IPv6: that a Fragment header follows

  [[nodiscard]] std::uint32_t end() const noexcept { return begin + size; }
};

// `view` is of this very frame, of DecodeResult::Ok and is_fragment.
[[nodiscard]] Fragment read_fragment(std::span<const std::uint8_t> frame,
                                     const PacketView& view) noexcept;

}  // namespace luytre::dataplane
