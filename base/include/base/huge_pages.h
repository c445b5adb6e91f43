// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace luytre {

inline constexpr std::size_t kHugePageBytes = std::size_t{2}
                                              << 20U;  // x86-64 and AArch64 with 4 KiB pages

// Allocator for large tables that are read at random: from one huge page on, memory is aligned to huge pages and asks
// for them, because otherwise every access misses the TLB as well as the cache. Advice only: without huge pages
// everything works the same, slower. Small allocations are aligned to a cache line.
template <typename T>
class HugePageAllocator {
 public:
  using value_type = T;

  HugePageAllocator() noexcept = default;
  template <typename U>
  explicit HugePageAllocator(const HugePageAllocator<U>&) noexcept {}

  [[nodiscard]] T* allocate(std::size_t count) {
    constexpr std::size_t kCacheLine = 64;
    const std::size_t needed = count * sizeof(T);
    const std::size_t alignment = needed >= kHugePageBytes ? kHugePageBytes : kCacheLine;
    const std::size_t bytes = (needed / alignment + 1) * alignment;
    void* memory = std::aligned_alloc(alignment, bytes);
    if (memory == nullptr) {
      std::abort();  // the targets that use this are built without exceptions
    }
    if (alignment == kHugePageBytes) {
      static_cast<void>(::madvise(memory, bytes, MADV_HUGEPAGE));
    }
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t) noexcept { std::free(memory); }

  template <typename U>
  friend bool operator==(const HugePageAllocator&, const HugePageAllocator<U>&) noexcept {
    return true;
  }
};

}  // namespace luytre
