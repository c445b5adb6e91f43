// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace luytre::dataplane {

// Both halves of the 128-bit product: one multiplication mixes 16 octets. For hashes that a secret is mixed into before.
[[nodiscard]] inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Product = unsigned __int128;
  const Product product = static_cast<Product>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

}  // namespace luytre::dataplane
