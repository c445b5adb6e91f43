// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace luytre::dataplane {

// Tells the first refusal of a line and a name from its repetitions: a person who opens one page meets one refusal,
// but the browser asks DNS for three types of record, and says hello up to ten times over TCP and QUIC. What counts is
// counted again a second later, whatever came in between, so a page that somebody waits on counts once a second.
//
// This is no record of what anybody did. Of line and name it keeps 32 bits of a hash and a time, for a second of use;
// the hash is keyed with 16 random octets that never leave this object, and every minute the key and all entries are
// overwritten, after which nobody can try names on anything. Nothing is read out but a yes or a no, at once.
//
// It never leaves out what should count, save for the chance of 2^-30 that two hashes are equal. It counts too much
// where memory ends: more than four that fall into one set at the same time, of 4,096 in all, push each other out, the
// oldest first; and at the turn of the minute. Fixed memory, one thread; workers do not know of each other, so that a
// view whose connections several of them serve may count once for each.
class BlockedViews {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kRepeatsWithin{1};
  static constexpr std::chrono::seconds kKeyLives{60};

  // What tells one line from another: any two numbers, as long as the line keeps them.
  struct Line {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
  };

  BlockedViews();

  // Whether the refusal of `what`, a name in wire form or an address, is one of its own.
  [[nodiscard]] bool is_new(const Line& line, std::span<const std::uint8_t> what,
                            Clock::time_point now) noexcept;

  // Forgets everything and takes a new key once the old one has lived its time. Call about once a second or more often.
  void expire(Clock::time_point now) noexcept {
    if (now - key_since_ >= kKeyLives) [[unlikely]] {
      renew(now);
    }
  }

 private:
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kSets = 1024;

  struct Entry {
    std::uint32_t tag = 0;      // 0: free
    std::uint32_t counted = 0;  // milliseconds that wrap around
  };
  struct alignas(kWays * sizeof(Entry)) Set {  // within one line of the cache
    std::array<Entry, kWays> entries;
  };

  void renew(Clock::time_point now) noexcept;
  void draw_key() noexcept;
  [[nodiscard]] std::uint64_t hash(const Line& line,
                                   std::span<const std::uint8_t> what) const noexcept;

  std::array<std::uint64_t, 2> key_{};
  Clock::time_point key_since_;  // the first call of expire(), for the first key
  std::vector<Set> sets_;
};

}  // namespace luytre::dataplane
