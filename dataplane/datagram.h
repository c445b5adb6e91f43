// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/layers.h"
#include "dataplane/packet.h"
#include "flow_key.h"

namespace luytre::dataplane {

class Reassembly;

// Position of one datagram in its Reassembly.
enum class DatagramId : std::uint32_t {};
inline constexpr DatagramId kNoDatagram{0xffffffff};

// The fragments of one IP packet. A Packet whose `datagram` points here stands for all of them: its bytes are what they
// are together, and Exit lets go of each fragment.
class Datagram {
 public:
  // 65,535 bytes in fragments of the smallest IPv6 link (1,280 bytes) are 54.
  static constexpr std::size_t kMaxFragments = 64;

  [[nodiscard]] std::span<const Packet> fragments() const noexcept {  // in the order of arrival
    return {packets_.data(), count_};
  }
  // Gives the place back; the fragments belong to the caller from then on.
  void close() noexcept;

 private:
  friend class Reassembly;

  enum class State : std::uint8_t {
    Free,
    Collecting,
    Refused,  // contradicted itself: whatever else comes of it is dropped until its time is up
    Whole,    // judged, or held for the judgement
  };
  // A piece of the payload.
  struct Piece {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  Reassembly* home_ = nullptr;
  State state_ = State::Free;
  FlowKey key_;  // addresses, then identification and protocol, then VLAN tags
  std::chrono::steady_clock::time_point since_;
  std::uint32_t count_ = 0;
  std::uint32_t piece_bytes_ = 0;   // of all pieces
  std::uint32_t total_bytes_ = 0;   // of the payload; 0 until the last fragment was seen
  std::uint32_t header_bytes_ = 0;  // up to the payload; 0 until the first fragment was seen
  std::uint32_t network_offset_ = 0;
  Layers layers_;  // below the IP header
  std::array<Packet, kMaxFragments> packets_;
  std::array<Piece, kMaxFragments> pieces_;  // by position
  // Neighbours in the order of since_, while Collecting or Refused.
  DatagramId older_ = kNoDatagram;
  DatagramId newer_ = kNoDatagram;
};

}  // namespace luytre::dataplane
