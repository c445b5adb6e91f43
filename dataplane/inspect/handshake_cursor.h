// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/byte_order.h"

namespace luytre::dataplane {

// Record layer of a client's first flight (RFC 8446 §5.1, RFC 5246 §6.2.1): type, version, length,
// fragment.
struct TlsRecord {
  static constexpr std::size_t kHeaderBytes = 5;
  static constexpr std::size_t kMaxFragmentBytes = 1U << 14U;
  static constexpr std::uint8_t kChangeCipherSpec = 20;
  static constexpr std::uint8_t kAlert = 21;
  static constexpr std::uint8_t kHandshake = 22;
  static constexpr std::uint8_t kVersionMajor = 3;
  // A warning alert (level 1, description). Some TLS libraries step over a few before the hello;
  // OpenSSL does not.
  static constexpr std::size_t kAlertBytes = 2;
  static constexpr std::uint8_t kAlertWarning = 1;
};

// Bounds-checked big-endian reader over handshake bytes that lie in one or several records: the
// record headers between them are stepped over, nothing is copied but what is asked for. Same rules
// as Cursor: a failed read returns zero and leaves nothing, so loops on remaining() end; check ok()
// before a value decides anything.
class HandshakeCursor {
 public:
  // `records` begins at a record header. Requires whole records, or at least `size` handshake bytes
  // in them: the survey of the records (tls_inspector.cc) comes first.
  HandshakeCursor(std::span<const std::uint8_t> records, std::size_t size) noexcept
      : records_(records), remaining_(size) {}
  // Of a message without records around it, as QUIC carries it.
  [[nodiscard]] static HandshakeCursor of_message(std::span<const std::uint8_t> message) noexcept {
    HandshakeCursor cursor({}, message.size());
    cursor.fragment_ = message;
    return cursor;
  }

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] std::size_t remaining() const noexcept { return remaining_; }
  [[nodiscard]] bool empty() const noexcept { return remaining_ == 0; }

  [[nodiscard]] std::uint8_t u8() noexcept {
    if (fragment_.empty() || remaining_ == 0) {
      return slow_u8();
    }
    const std::uint8_t octet = fragment_.front();
    fragment_ = fragment_.subspan(1);
    --remaining_;
    return octet;
  }
  [[nodiscard]] std::uint16_t u16() noexcept {
    if (fragment_.size() < 2 || remaining_ < 2) {
      const unsigned high = u8();
      return static_cast<std::uint16_t>(high << 8U | u8());
    }
    const std::uint16_t value = load_be16(fragment_.data());
    fragment_ = fragment_.subspan(2);
    remaining_ -= 2;
    return value;
  }
  void skip(std::size_t size) noexcept {
    if (size > remaining_ || size > fragment_.size()) {
      slow_skip(size);
      return;
    }
    fragment_ = fragment_.subspan(size);
    remaining_ -= size;
  }
  // A reader of the next `size` bytes that cannot see past them; failed if they are not there.
  [[nodiscard]] HandshakeCursor sub(std::size_t size) noexcept {
    HandshakeCursor nested = *this;
    skip(size);
    nested.remaining_ = size;
    if (!ok_) {
      nested.fail();
    }
    return nested;
  }
  // Copies the next out.size() bytes; all zero after a failure.
  void copy(std::span<std::uint8_t> out) noexcept;

 private:
  // Makes fragment_ not empty, by stepping into the next record that holds handshake bytes.
  bool next_fragment() noexcept;
  [[nodiscard]] std::uint8_t slow_u8() noexcept;
  void slow_skip(std::size_t size) noexcept;
  void fail() noexcept {
    ok_ = false;
    remaining_ = 0;
    fragment_ = {};
    records_ = {};
  }

  std::span<const std::uint8_t> fragment_;  // what is left of the current record
  std::span<const std::uint8_t> records_;   // what follows it, from the next record header
  std::size_t remaining_;                   // handshake bytes until the end of this reader's field
  bool ok_ = true;
};

}  // namespace luytre::dataplane
