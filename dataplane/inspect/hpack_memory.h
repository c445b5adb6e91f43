// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace luytre::dataplane {

// All that one HPACK decoder may use (RFC 7541): a dynamic table of 4 KiB and the strings of the
// requests that are held. Nothing is given back before the end, where all of it is; what does not
// fit ends the decoding.
class HpackMemory {
 public:
  HpackMemory() noexcept {}  // NOLINT(modernize-use-equals-default): the bytes stay as they are
  HpackMemory(const HpackMemory&) = delete;
  HpackMemory& operator=(const HpackMemory&) = delete;

  [[nodiscard]] nghttp2_mem callbacks() noexcept {
    return {.mem_user_data = this,
            .malloc = [](std::size_t size, void* self) { return of(self).take(size); },
            .free = [](void* /*block*/, void* /*self*/) {},
            .calloc =
                [](std::size_t count, std::size_t size, void* self) {
                  void* block = count > kBytes / std::max<std::size_t>(size, 1)
                                    ? nullptr
                                    : of(self).take(count * size);
                  return block == nullptr ? nullptr : std::memset(block, 0, count * size);
                },
            .realloc = [](void* block, std::size_t size,
                          void* self) { return of(self).move(block, size); }};
  }

 private:
  static constexpr std::size_t kBytes = std::size_t{128} << 10U;
  static constexpr std::size_t kAlign = alignof(std::max_align_t);

  static HpackMemory& of(void* self) noexcept { return *static_cast<HpackMemory*>(self); }

  // A block behind its own size.
  void* take(std::size_t size) noexcept {
    if (size > kBytes - used_ || kBytes - used_ - size < 2 * kAlign) {
      return nullptr;
    }
    std::byte* block = bytes_.data() + used_ + kAlign;
    std::memcpy(block - kAlign, &size, sizeof size);
    used_ += kAlign + (size + kAlign - 1) / kAlign * kAlign;
    return block;
  }
  void* move(void* block, std::size_t size) noexcept {
    void* moved = take(size);
    if (moved != nullptr && block != nullptr) {
      std::size_t old_size = 0;
      std::memcpy(&old_size, static_cast<std::byte*>(block) - kAlign, sizeof old_size);
      std::memcpy(moved, block, std::min(size, old_size));
    }
    return moved;
  }

  std::size_t used_ = 0;
  alignas(kAlign) std::array<std::byte, kBytes> bytes_;
};

}  // namespace luytre::dataplane
