// SPDX-License-Identifier: Apache-2.0
#include "blocked_views.h"

#include <sys/random.h>

#include <algorithm>
#include <cstring>

namespace luytre::dataplane {
namespace {

constexpr std::size_t kBlock = 16;

// Two words of up to 16 octets; what is missing is zero.
std::array<std::uint64_t, 2> load_block(std::span<const std::uint8_t> octets) noexcept {
  std::array<std::uint64_t, 2> words{};
  if (octets.size() >= kBlock) {
    std::memcpy(words.data(), octets.data(), kBlock);
  } else {
    std::memcpy(words.data(), octets.data(), octets.size());
  }
  return words;
}

// Both halves of the 128-bit product.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Product = unsigned __int128;
  const Product product = static_cast<Product>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

}  // namespace

BlockedViews::BlockedViews() : sets_(kSets) { draw_key(); }

bool BlockedViews::is_new(const Line& line, std::span<const std::uint8_t> what,
                          Clock::time_point now) noexcept {
  using std::chrono::milliseconds;
  constexpr auto kWithin = static_cast<std::uint32_t>(milliseconds(kRepeatsWithin).count());
  const auto now_ms = static_cast<std::uint32_t>(
      std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count());
  const std::uint64_t hashed = hash(line, what);
  const auto tag = std::max(static_cast<std::uint32_t>(hashed >> 32U), 1U);
  auto& entries = sets_[hashed % kSets].entries;
  Entry* replaced = entries.data();
  for (Entry& entry : entries) {
    if (entry.tag == tag) {
      if (now_ms - entry.counted < kWithin) {
        return false;
      }
      replaced = &entry;
      break;
    }
    const bool is_older = now_ms - entry.counted > now_ms - replaced->counted;
    if (replaced->tag != 0 && (entry.tag == 0 || is_older)) {
      replaced = &entry;
    }
  }
  *replaced = {.tag = tag, .counted = now_ms};
  return true;
}

void BlockedViews::renew(Clock::time_point now) noexcept {
  const bool is_first = key_since_ == Clock::time_point{};
  key_since_ = now;
  if (!is_first) {
    std::ranges::fill(sets_, Set{});
    draw_key();
  }
}

void BlockedViews::draw_key() noexcept {
  // A system call, but once a minute and not on a packet's way. It has no way to fail for so few octets.
  if (getentropy(key_.data(), sizeof key_) != 0) {
    key_ = {0x9e3779b97f4a7c15U, 0xd1b54a32d192ed03U};  // counts all the same
  }
}

std::uint64_t BlockedViews::hash(const Line& line,
                                 std::span<const std::uint8_t> what) const noexcept {
  std::uint64_t hashed = fold(line.first ^ key_[0], line.second ^ key_[1]) ^ what.size();
  while (true) {
    const auto [first, second] = load_block(what);
    hashed = fold(first ^ key_[1], second ^ hashed);
    if (what.size() <= kBlock) {
      return fold(hashed ^ key_[0], key_[1]);
    }
    what = what.subspan(kBlock);
  }
}

}  // namespace luytre::dataplane
