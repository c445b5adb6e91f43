// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "dataplane/packet.h"

namespace luytre::dataplane::test {

// Buffers in memory that know whether they are in use: a second release or one of a foreign packet
// ends the program, and what was never released is counted. Takes all memory when it is made.
class TestPool : public PacketPool {
 public:
  static constexpr std::size_t kRoom = 2048;

  explicit TestPool(std::size_t size) : buffers_(size), used_(size, 0) {
    free_.reserve(size);
    for (std::size_t i = size; i > 0; --i) {
      free_.push_back(i - 1);
    }
  }

  [[nodiscard]] bool allocate(Packet& packet) noexcept override {
    if (free_.empty() || in_use() >= limit_) {
      return false;
    }
    const std::size_t at = free_.back();
    free_.pop_back();
    used_[at] = 1;
    packet = {.bytes = buffers_[at].data(), .size = 0, .capacity = kRoom, .owner = &used_[at]};
    return true;
  }

  void release(const Packet& packet) noexcept override {
    const auto at = static_cast<std::size_t>(static_cast<char*>(packet.owner) - used_.data());
    if (at >= used_.size() || used_[at] == 0) {
      std::fputs("a packet was released twice, or to the wrong pool\n", stderr);
      std::abort();
    }
    used_[at] = 0;
    buffers_[at].fill(0xdd);  // whoever still reads it sees no packet
    free_.push_back(at);
  }

  [[nodiscard]] std::size_t in_use() const noexcept { return used_.size() - free_.size(); }
  // Lets allocate() fail from `limit` packets in use on.
  void set_limit(std::size_t limit) noexcept { limit_ = limit; }

  // A received frame in a buffer of the pool.
  [[nodiscard]] Packet load(std::span<const std::uint8_t> frame) noexcept {
    Packet packet;
    const std::size_t limit = limit_;
    limit_ = used_.size();
    if (frame.size() > kRoom || !allocate(packet)) {
      std::fputs("the test's pool is too small\n", stderr);
      std::abort();
    }
    limit_ = limit;
    if (!frame.empty()) {
      std::memcpy(packet.bytes, frame.data(), frame.size());
    }
    packet.size = static_cast<std::uint32_t>(frame.size());
    return packet;
  }

 private:
  std::vector<std::array<std::uint8_t, kRoom>> buffers_;
  std::vector<char> used_;
  std::vector<std::size_t> free_;
  std::size_t limit_ = static_cast<std::size_t>(-1);
};

}  // namespace luytre::dataplane::test
