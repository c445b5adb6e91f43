// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/cursor.h"

namespace luytre::dataplane::quic {

// Variable-length integer (RFC 9000 §16): the two highest bits say its size; 1, 2, 4 or 8 bytes.
inline std::uint64_t read_varint(Cursor& cursor) noexcept {
  const std::uint8_t first = cursor.u8();
  std::uint64_t value = first & 0x3fU;
  for (unsigned more = (1U << (first >> 6U)) - 1; more > 0; --more) {
    value = value << 8U | cursor.u8();
  }
  return value;
}

}  // namespace luytre::dataplane::quic
