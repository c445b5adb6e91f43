// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace luytre {

inline constexpr std::size_t kCacheLineBytes = 64;  // x86-64, and AArch64 in servers

// Asks for the cache line at `at`; any address will do, nothing is read. Use these instead of
// __builtin_prefetch: GCC 12 takes a function that does nothing else for one without effect and
// drops calls to it. The empty assembly is an effect.
[[gnu::always_inline]] inline void prefetch(const void* at) noexcept {
  __builtin_prefetch(at);
  asm volatile("");
}
// To be written.
[[gnu::always_inline]] inline void prefetch_to_write(const void* at) noexcept {
  __builtin_prefetch(at, 1);
  asm volatile("");
}

}  // namespace luytre
