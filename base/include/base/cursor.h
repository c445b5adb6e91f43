// SPDX-License-Identifier: Apache-2.0
#pragma once

// Trap: check ok() once a structure is read and before any of its values decides anything. After a failed read
// every later read returns zero and nothing remains, so loops on remaining() end.

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/byte_order.h"

namespace luytre {

// Bounds-checked big-endian reader over borrowed bytes. Never reads outside them, never throws.
class Cursor {
 public:
  explicit Cursor(std::span<const std::uint8_t> bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] std::size_t remaining() const noexcept { return bytes_.size() - position_; }
  [[nodiscard]] bool empty() const noexcept { return remaining() == 0; }
  // Bytes consumed since the beginning; the size of the input after a failure.
  [[nodiscard]] std::size_t position() const noexcept { return position_; }

  [[nodiscard]] std::uint8_t u8() noexcept {
    const std::uint8_t* bytes = take(1);
    return bytes == nullptr ? std::uint8_t{0} : *bytes;
  }
  [[nodiscard]] std::uint16_t u16() noexcept {
    const std::uint8_t* bytes = take(2);
    return bytes == nullptr ? std::uint16_t{0} : load_be16(bytes);
  }
  [[nodiscard]] std::uint32_t u24() noexcept {
    const std::uint8_t* bytes = take(3);
    return bytes == nullptr ? 0U : (std::uint32_t{bytes[0]} << 16U | load_be16(bytes + 1));
  }
  [[nodiscard]] std::uint32_t u32() noexcept {
    const std::uint8_t* bytes = take(4);
    return bytes == nullptr ? 0U : load_be32(bytes);
  }
  [[nodiscard]] std::span<const std::uint8_t> bytes(std::size_t size) noexcept {
    const std::uint8_t* begin = take(size);
    return begin == nullptr ? std::span<const std::uint8_t>{} : std::span(begin, size);
  }
  // A reader for a nested field of `size` bytes that cannot see past its end; failed if the field does not fit.
  [[nodiscard]] Cursor sub(std::size_t size) noexcept {
    Cursor nested(bytes(size));
    nested.ok_ = ok_;
    return nested;
  }
  void skip(std::size_t size) noexcept { static_cast<void>(take(size)); }
  [[nodiscard]] std::span<const std::uint8_t> rest() const noexcept { return bytes_.subspan(position_); }

 private:
  const std::uint8_t* take(std::size_t size) noexcept {
    if (!ok_ || size > remaining()) {
      ok_ = false;
      position_ = bytes_.size();
      return nullptr;
    }
    const std::uint8_t* begin = bytes_.data() + position_;
    position_ += size;
    return begin;
  }

  std::span<const std::uint8_t> bytes_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace luytre
