// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace luytre::categories {

// RFC 1982 §3.2 for the 32 bits of a SOA serial: whether `a` comes after `b`. Two serials that are
// 2^31 apart have no order: neither comes after the other.
[[nodiscard]] constexpr bool is_after(std::uint32_t a, std::uint32_t b) noexcept {
  const std::uint32_t distance = a - b;
  return distance != 0 && distance < 0x80000000U;
}

}  // namespace luytre::categories
