// SPDX-License-Identifier: Apache-2.0
#include "capture_pool.h"

#include <algorithm>

namespace luytre::dataplane {

CapturePool::CapturePool() {
  for (std::size_t i = 0; i < kReserve; ++i) {
    add_buffer();
  }
}

void CapturePool::add_buffer() {
  buffers_.emplace_back(kRoom);
  free_.reserve(buffers_.size());
  free_.push_back(&buffers_.back());
}

Packet CapturePool::copy(std::span<const std::uint8_t> frame) {
  if (free_.size() <= kReserve) {  // the reserve is for the worker
    add_buffer();
  }
  Buffer& buffer = *free_.back();
  free_.pop_back();
  // An answer in place may be longer than its question.
  buffer.resize(std::max(buffer.size(), frame.size() + kRoom));
  std::ranges::copy(frame, buffer.begin());
  return {.bytes = buffer.data(),
          .size = static_cast<std::uint32_t>(frame.size()),
          .capacity = static_cast<std::uint32_t>(buffer.size()),
          .owner = &buffer};
}

bool CapturePool::allocate(Packet& packet) noexcept {
  if (free_.empty()) {
    return false;
  }
  Buffer& buffer = *free_.back();
  free_.pop_back();
  packet = {.bytes = buffer.data(),
            .size = 0,
            .capacity = static_cast<std::uint32_t>(buffer.size()),
            .owner = &buffer};
  return true;
}

void CapturePool::release(const Packet& packet) noexcept {
  free_.push_back(static_cast<Buffer*>(packet.owner));
}

}  // namespace luytre::dataplane
