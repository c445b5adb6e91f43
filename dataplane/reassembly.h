// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "datagram.h"
#include "dataplane/packet.h"
#include "dataplane/packet_view.h"
#include "dataplane/worker.h"
#include "exit.h"
#include "fragment.h"
#include "huge_array.h"

namespace luytre::dataplane {

// Puts the fragments of filtered lines together, so that nothing can be said in pieces that is not read as a whole.
// Fragments are held until their datagram is whole; its verdict is theirs, and those that pass do so unchanged and in
// the order in which they came. Pieces that overlap, or contradict each other about the end, are refused with all of
// their datagram (RFC 5722), because two receivers may read them differently; so are more than 64 of one, which no path
// needs. A repetition of the very same piece is dropped alone. Bounded in datagrams, fragments, bytes and time: at a bound
// the oldest datagram goes, by the fail mode.
class Reassembly {
 public:
  using Clock = Worker::Clock;

  // 65,535 bytes and headers for each of `max_datagrams`, taken when first written.
  Reassembly(std::uint32_t max_datagrams, std::chrono::milliseconds timeout, FailMode fail_mode,
             std::uint64_t hash_seed);

  // Takes the fragment `packet`. A packet that stands for the whole datagram once it is complete: it is the caller's, to
  // be let go through Exit.
  [[nodiscard]] std::optional<Packet> add(const Packet& packet, const PacketView& view,
                                          Clock::time_point now, Exit& exit) noexcept;

  // Apply the fail mode to the oldest datagram that is not whole, the first one if its time is up; false if there is
  // none.
  [[nodiscard]] bool give_up_overdue(Clock::time_point now, Exit& exit) noexcept;
  [[nodiscard]] bool give_up_oldest(Exit& exit) noexcept;

  // Fragments that are held, less the packets that stand for whole datagrams.
  [[nodiscard]] std::size_t held_packets() const noexcept { return fragments_ - whole_; }

 private:
  friend class Datagram;

  // Up to the payload: outer headers, IP header and, of IPv6, the extension headers of every fragment.
  static constexpr std::size_t kHeaderRoom = 512;
  static constexpr std::size_t kPayloadRoom = 65536;

  [[nodiscard]] DatagramId find(const FlowKey& key, std::uint32_t tag) const noexcept;
  [[nodiscard]] DatagramId open(const FlowKey& key, std::uint32_t tag, Clock::time_point now,
                                Exit& exit) noexcept;
  [[nodiscard]] bool agrees(const Datagram& datagram, const Fragment& fragment,
                            const PacketView& view) const noexcept;
  enum class Place : std::uint8_t { New, Repeated, Overlapping };
  [[nodiscard]] Place place_of(DatagramId id, const Fragment& fragment,
                               std::span<const std::uint8_t> piece) const noexcept;
  void insert(DatagramId id, const Packet& packet, const PacketView& view,
              const Fragment& fragment) noexcept;
  void keep_header(DatagramId id, const Packet& packet, const PacketView& view,
                   const Fragment& fragment) noexcept;
  [[nodiscard]] std::optional<Packet> whole(DatagramId id) noexcept;
  void refuse(DatagramId id, Exit& exit) noexcept;
  void give_up(DatagramId id, Exit& exit) noexcept;
  void let_go(const Packet& packet, Exit& exit) const noexcept;
  void link(DatagramId id) noexcept;
  void unlink(const Datagram& datagram) noexcept;
  void close(Datagram& datagram) noexcept;

  [[nodiscard]] Datagram& datagram(DatagramId id) noexcept {
    return datagrams_[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] std::uint8_t* payload(DatagramId id) noexcept {
    return &bytes_[static_cast<std::size_t>(id) * (kHeaderRoom + kPayloadRoom) + kHeaderRoom];
  }
  [[nodiscard]] const std::uint8_t* payload(DatagramId id) const noexcept {
    return &bytes_[static_cast<std::size_t>(id) * (kHeaderRoom + kPayloadRoom) + kHeaderRoom];
  }

  FlowHasher hasher_;
  std::chrono::milliseconds timeout_;
  FailMode fail_mode_;
  std::vector<Datagram> datagrams_;
  std::vector<std::uint32_t>
      tags_;  // of Collecting and Refused ones; 0: none. Few enough to look at all of them
  std::vector<DatagramId> free_;
  HugeArray<std::uint8_t> bytes_;
  DatagramId oldest_ = kNoDatagram;
  DatagramId newest_ = kNoDatagram;
  std::size_t fragments_ = 0;
  std::size_t whole_ = 0;
};

}  // namespace luytre::dataplane
