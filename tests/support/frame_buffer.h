// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "dataplane/packet.h"

namespace luytre::test {

// A frame that may be written in place: a copy of `frame` with room behind it, as a port's buffer
// has.
class FrameBuffer {
 public:
  static constexpr std::size_t kRoom = 2048;

  explicit FrameBuffer(std::span<const std::uint8_t> frame = {}, std::size_t room = kRoom)
      : room_(std::max(room, frame.size())) {
    std::ranges::copy(frame, room_.begin());
    packet_ = {.bytes = room_.data(),
               .size = static_cast<std::uint32_t>(frame.size()),
               .capacity = static_cast<std::uint32_t>(room_.size()),
               .owner = nullptr};
  }
  FrameBuffer(const FrameBuffer&) = delete;
  FrameBuffer& operator=(const FrameBuffer&) = delete;

  [[nodiscard]] dataplane::Packet& packet() noexcept { return packet_; }
  [[nodiscard]] std::span<const std::uint8_t> frame() const noexcept { return packet_.frame(); }

 private:
  std::vector<std::uint8_t> room_;
  dataplane::Packet packet_;
};

}  // namespace luytre::test
