// SPDX-License-Identifier: Apache-2.0
#include "blocked_views.h"

#include <sys/random.h>

#include <algorithm>
#include <cstring>

#include "fold.h"

namespace luytre::dataplane {
namespace {

std::uint64_t load(const std::uint8_t* octets) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, octets, sizeof word);
  return word;
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
  std::uint32_t oldest = 0;
  for (Entry& entry : entries) {
    const std::uint32_t age = now_ms - entry.counted;
    if (entry.tag == tag) {
      entry.counted = age < kWithin ? entry.counted : now_ms;
      return age >= kWithin;
    }
    // Without a branch, which nobody could predict. A free place looks as old as the clock.
    replaced = age > oldest ? &entry : replaced;
    oldest = std::max(age, oldest);
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
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  const std::uint8_t* octets = what.data();
  const std::size_t size = what.size();
  std::uint64_t hashed = size;
  std::size_t at = 0;
  for (; at + 2 * kWord < size; at += 2 * kWord) {
    hashed = fold(load(octets + at) ^ key_[0], load(octets + at + kWord) ^ hashed);
  }
  // The last words overlap what came before, so that nothing is read behind the end.
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  if (size >= kWord) {
    first = load(octets + std::min(at, size - kWord));
    last = load(octets + size - kWord);
  } else {
    std::memcpy(&first, octets, size);
  }
  hashed = fold(first ^ key_[1], last ^ hashed);
  return fold(hashed ^ fold(line.first ^ key_[0], line.second ^ key_[1]), key_[1]);
}

}  // namespace luytre::dataplane
