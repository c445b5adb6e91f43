// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace luytre::bench {

// Memory of this process as the kernel counts it, in bytes; 0 where it does not say.
[[nodiscard]] std::size_t resident_bytes();
// The most that was resident since the last forget_peak().
[[nodiscard]] std::size_t peak_resident_bytes();
void forget_peak();
// What the allocator has handed out and not got back.
[[nodiscard]] std::size_t heap_bytes();

}  // namespace luytre::bench
