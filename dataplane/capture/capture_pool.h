// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "dataplane/packet.h"

namespace luytre::dataplane {

// Buffers in ordinary memory for packets that come from a file. Frames may have any size.
class CapturePool final : public PacketPool {
 public:
  // A burst of 32 may ask for two forged packets each; they come back before the next one.
  static constexpr std::size_t kReserve = 64;
  static constexpr std::size_t kRoom = 2048;

  CapturePool();

  // A packet with a copy of `frame` and room behind it. May take memory: it is not called by a
  // worker.
  [[nodiscard]] Packet copy(std::span<const std::uint8_t> frame);

  [[nodiscard]] bool allocate(Packet& packet) noexcept override;
  void release(const Packet& packet) noexcept override;

  [[nodiscard]] std::size_t in_use() const noexcept { return buffers_.size() - free_.size(); }

 private:
  using Buffer = std::vector<std::uint8_t>;

  void add_buffer();

  std::deque<Buffer> buffers_;  // their addresses are the packets' owners
  std::vector<Buffer*> free_;   // never reallocates in release(): it has room for all of buffers_
};

}  // namespace luytre::dataplane
