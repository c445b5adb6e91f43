// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>

namespace luytre::dataplane {

// Large tables that are read at random: taken once, and from 2 MiB on with hugepages advised,
// because at a million flows every access would otherwise miss the TLB as well. An allocation that
// fails ends the process, at start.
template <typename T>
class HugeArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  enum class Touch : bool { Lazily, Now };

  // Now: zeroed. Lazily: pages are taken when first written, for pools of which only a part is ever in use.
  HugeArray(std::size_t size, Touch touch) : size_(size) {
    const std::size_t needed = size * sizeof(T);
    const std::size_t alignment = needed >= kHugePage ? kHugePage : kCacheLine;
    const std::size_t bytes = (needed / alignment + 1) * alignment;
    items_.reset(static_cast<T*>(std::aligned_alloc(alignment, bytes)));
    if (items_ == nullptr) {
      std::abort();
    }
    if (touch == Touch::Now) {
      if (alignment == kHugePage) {
        // Advice only: without hugepages everything works the same, slower.
        static_cast<void>(madvise(items_.get(), bytes, MADV_HUGEPAGE));
      }
      std::memset(static_cast<void*>(items_.get()), 0, bytes);
    }
  }

  [[nodiscard]] T& operator[](std::size_t at) noexcept { return items_.get()[at]; }
  [[nodiscard]] const T& operator[](std::size_t at) const noexcept { return items_.get()[at]; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  static constexpr std::size_t kHugePage = std::size_t{2} << 20U;
  static constexpr std::size_t kCacheLine = 64;
  struct Free {
    void operator()(T* items) const noexcept { std::free(items); }
  };
  std::unique_ptr<T, Free> items_;
  std::size_t size_;
};

}  // namespace luytre::dataplane
