// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace luytre::dataplane::quic {

// The CRYPTO stream of one connection's Initial packets (RFC 9000 §19.6), put together from frames
// in any order, repeated or overlapping: a set of intervals over memory of the caller's.
class CryptoStream {
 public:
  // A ClientHello may fill 16 KiB and its header.
  static constexpr std::size_t kMaxBytes = 16384 + 4;
  // Chromium cuts a hello into about twenty pieces; an attacker into more.
  static constexpr std::size_t kMaxIntervals = 64;

  enum class Added : std::uint8_t {
    Ok,
    Conflict,  // other bytes where some stood already: two readers could read two hellos
    Bound,     // beyond kMaxBytes, or in more pieces than kMaxIntervals
  };

  void clear() noexcept { count_ = 0; }
  // `buffer` is the same one for each call until clear(), of kMaxBytes.
  [[nodiscard]] Added add(std::span<std::uint8_t> buffer, std::uint64_t offset,
                          std::span<const std::uint8_t> bytes) noexcept;
  // How many bytes are there from the beginning without a gap.
  [[nodiscard]] std::size_t contiguous() const noexcept {
    return count_ != 0 && intervals_[0].begin == 0 ? intervals_[0].end : 0;
  }

 private:
  struct Interval {
    std::uint32_t begin;
    std::uint32_t end;  // not part of it
  };

  // In ascending order, with gaps between them.
  std::array<Interval, kMaxIntervals> intervals_;
  std::size_t count_ = 0;
};

// Reads the frames of a client's Initial (RFC 9000 §12.4) and adds what CRYPTO frames hold. Any
// frame that an Initial must not carry, and one that does not parse, ends the reading; what stood
// before it counts, because a server could have read that far.
[[nodiscard]] CryptoStream::Added read_initial_frames(std::span<const std::uint8_t> frames,
                                                      CryptoStream& stream,
                                                      std::span<std::uint8_t> buffer) noexcept;

}  // namespace luytre::dataplane::quic
