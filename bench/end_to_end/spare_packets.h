// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "common/must.h"
#include "dataplane/port/packet_buffers.h"
#include "workload.h"

namespace luytre::bench {

// Buffers that came out and are sent again: a generator should cost less than what it measures.
class SparePackets {
 public:
  explicit SparePackets(port::PacketBuffers& buffers) : buffers_(buffers) {
    forwarded_.reserve(kKept);
  }
  SparePackets(const SparePackets&) = delete;
  SparePackets& operator=(const SparePackets&) = delete;
  ~SparePackets() { forget(); }

  [[nodiscard]] Path::Content take(Packet& packet) {
    if (!forwarded_.empty()) {
      packet = forwarded_.back();
      forwarded_.pop_back();
      return Path::Content::Forwarded;
    }
    if (!buffers_.allocate(packet)) {
      give_up("There are too few packet buffers.");
    }
    return Path::Content::Nothing;
  }
  void give(const Packet& packet) {
    if (forwarded_.size() < kKept) {
      forwarded_.push_back(packet);
    } else {
      buffers_.release(packet);
    }
  }
  // What comes next is another workload's.
  void forget() {
    for (const Packet& packet : forwarded_) {
      buffers_.release(packet);
    }
    forwarded_.clear();
  }

 private:
  static constexpr std::size_t kKept = 4096;
  port::PacketBuffers& buffers_;
  std::vector<Packet> forwarded_;
};

}  // namespace luytre::bench
