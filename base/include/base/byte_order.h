// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace luytre {

static_assert(std::endian::native == std::endian::little, "big-endian machines need another byte_swap below");

// Unaligned big-endian loads and stores; the only place in the tree that knows the machine's byte order.
[[nodiscard]] inline std::uint16_t load_be16(const std::uint8_t* bytes) noexcept {
  std::uint16_t raw = 0;
  std::memcpy(&raw, bytes, sizeof raw);
  return __builtin_bswap16(raw);
}

[[nodiscard]] inline std::uint32_t load_be32(const std::uint8_t* bytes) noexcept {
  std::uint32_t raw = 0;
  std::memcpy(&raw, bytes, sizeof raw);
  return __builtin_bswap32(raw);
}

[[nodiscard]] inline std::uint64_t load_be64(const std::uint8_t* bytes) noexcept {
  std::uint64_t raw = 0;
  std::memcpy(&raw, bytes, sizeof raw);
  return __builtin_bswap64(raw);
}

inline void store_be16(std::uint8_t* bytes, std::uint16_t host) noexcept {
  const std::uint16_t raw = __builtin_bswap16(host);
  std::memcpy(bytes, &raw, sizeof raw);
}

inline void store_be32(std::uint8_t* bytes, std::uint32_t host) noexcept {
  const std::uint32_t raw = __builtin_bswap32(host);
  std::memcpy(bytes, &raw, sizeof raw);
}

inline void store_be64(std::uint8_t* bytes, std::uint64_t host) noexcept {
  const std::uint64_t raw = __builtin_bswap64(host);
  std::memcpy(bytes, &raw, sizeof raw);
}

}  // namespace luytre
