// SPDX-License-Identifier: Apache-2.0
#include "handshake_cursor.h"

#include <algorithm>
#include <cstring>

#include "base/cursor.h"

namespace luytre::dataplane {

bool HandshakeCursor::next_fragment() noexcept {
  while (fragment_.empty()) {
    Cursor record(records_);
    const std::uint8_t type = record.u8();
    record.skip(2);  // legacy_record_version
    const std::size_t size = record.u16();
    if (!record.ok()) {
      return false;
    }
    // The last record of what is needed may not have arrived whole.
    const auto fragment = record.bytes(std::min(size, record.remaining()));
    if (type == TlsRecord::kHandshake) {
      fragment_ = fragment;
    }
    records_ = record.rest();
  }
  return true;
}

std::uint8_t HandshakeCursor::slow_u8() noexcept {
  if (remaining_ == 0 || !next_fragment()) {
    fail();
    return 0;
  }
  const std::uint8_t octet = fragment_.front();
  fragment_ = fragment_.subspan(1);
  --remaining_;
  return octet;
}

void HandshakeCursor::slow_skip(std::size_t size) noexcept {
  if (size > remaining_) {
    fail();
    return;
  }
  while (size > 0) {
    if (!next_fragment()) {
      fail();
      return;
    }
    const std::size_t step = std::min(size, fragment_.size());
    fragment_ = fragment_.subspan(step);
    remaining_ -= step;
    size -= step;
  }
}

void HandshakeCursor::copy(std::span<std::uint8_t> out) noexcept {
  std::ranges::fill(out, std::uint8_t{0});
  if (out.size() > remaining_) {
    fail();
    return;
  }
  while (!out.empty()) {
    if (!next_fragment()) {
      fail();
      return;
    }
    const std::size_t step = std::min(out.size(), fragment_.size());
    std::memcpy(out.data(), fragment_.data(), step);
    fragment_ = fragment_.subspan(step);
    remaining_ -= step;
    out = out.subspan(step);
  }
}

}  // namespace luytre::dataplane
