// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "dataplane/packet.h"
#include "huge_array.h"

namespace luytre::dataplane::bench {

// Frames in buffers 2 KiB apart, in memory of their own as a port's are: a batch lies beyond the
// second-level cache, and what a program writes into a frame is undone before the next batch. Also
// the pool for what a worker makes itself.
class PacketRing : public PacketPool {
 public:
  static constexpr std::size_t kRoom = 2048;
  static constexpr std::size_t kSpare = 4096;  // for forged packets

  explicit PacketRing(std::size_t size)
      : size_(size), room_((size + kSpare) * kRoom, HugeArray<std::uint8_t>::Touch::Now) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] Packet packet(std::size_t at, std::size_t frame_bytes) noexcept {
    return {.bytes = &room_[at * kRoom],
            .size = static_cast<std::uint32_t>(frame_bytes),
            .capacity = kRoom,
            .owner = nullptr};
  }
  void write(std::size_t at, std::span<const std::uint8_t> frame) noexcept {
    std::memcpy(&room_[at * kRoom], frame.data(), frame.size());
  }

  [[nodiscard]] bool allocate(Packet& packet) noexcept override {
    packet = this->packet(size_ + next_spare_++ % kSpare, 0);
    return true;
  }
  void release(const Packet& /*packet*/) noexcept override {}

 private:
  std::size_t size_;
  HugeArray<std::uint8_t> room_;
  std::size_t next_spare_ = 0;
};

}  // namespace luytre::dataplane::bench
