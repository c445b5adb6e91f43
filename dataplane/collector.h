// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/prefetch.h"
#include "byte_ranges.h"
#include "dataplane/packet.h"
#include "dataplane/packet_view.h"
#include "flow_table.h"
#include "huge_array.h"

namespace luytre::dataplane {

// Bytes that a client sent and a server has not confirmed.
enum class HoldId : std::uint32_t {};
inline constexpr HoldId kNoHold{0xffffffff};

// The packets of undecided flows, with the bytes of each stream once more in one piece for the
// inspectors; and, without packets, the bytes of streams that were judged but that no server has
// acknowledged yet, because whoever sends other bytes in their place would be read twice; and those
// of streams of which a beginning passed that is not whole yet. A pool of fixed size; the last one
// given back is the next one used, so that a quiet gateway stays within the cache.
class Collector {
 public:
  using Clock = std::chrono::steady_clock;
  // 64 KiB in segments of the smallest IPv4 path (536 bytes, RFC 9293 §3.7.1) are 123 packets.
  static constexpr std::size_t kMaxPackets = 128;
  // Of all holds together, on average: what the port's buffers are counted by.
  static constexpr std::size_t kMeanPackets = 48;
  static constexpr std::uint32_t kNoFin = 0xffffffff;

  // Offsets count from the hold's first byte; `begin` may lie before it.
  struct Held {
    Packet packet;
    std::int32_t begin = 0;
    std::int32_t end = 0;
  };

  enum class Place : std::uint8_t {
    Held,       // has packets
    Lingering,  // judged
    Waiting,    // undecided, and all of its packets passed
  };

  struct alignas(64) Hold {
    // What every segment looks at comes first, on as few cache lines as possible.
    FlowSlot flow = kNoFlow;
    std::uint32_t generation = 0;      // a new one each time it is given back
    std::uint32_t first_sequence = 0;  // of the buffer's first byte
    std::uint32_t passed = 0;          // sequence number: what is before it went to the server
    std::uint32_t acknowledged = 0;    // sequence number: what the server has said it has
    std::uint32_t last_acknowledgement = 0;  // what the client expects from the server
    std::uint32_t byte_count = 0;            // in order
    std::uint32_t judged = 0;  // offset of the first byte that no verdict covers; may lie ahead
    std::uint32_t fin_at = kNoFin;
    std::uint32_t packet_count = 0;
    std::uint32_t unit_count = 0;  // requests, messages, … read since packets are held
    Place place = Place::Held;
    bool is_scattered = false;  // something is in `ahead` or `unrecorded`, which lie far off
    // Neighbours in the order of `since`.
    HoldId older = kNoHold;
    HoldId newer = kNoHold;
    Clock::time_point since;
    Clock::time_point passing_since;  // undecided bytes; only if passed_undecided()
    Packet sample;
    PacketView sample_view;                 // of `sample`, which is one of the packets
    std::array<Held, kMaxPackets> packets;  // by their begin
    ByteRanges ahead;                       // beyond byte_count
    ByteRanges unrecorded;  // before byte_count: content that passed without being held

    [[nodiscard]] bool is_over() const noexcept { return fin_at == byte_count; }
    // The server has, or may have, a part of what no verdict covers yet.
    [[nodiscard]] bool passed_undecided() const noexcept {
      return static_cast<std::int32_t>(passed - first_sequence - judged) > 0;
    }
  };

  Collector(std::uint32_t max_holds, std::uint32_t max_bytes);

  // An empty hold for what follows `first_sequence`; kNoHold when the pool is empty.
  [[nodiscard]] HoldId open(FlowSlot flow, std::uint32_t first_sequence,
                            Clock::time_point now) noexcept;

  enum class Added : std::uint8_t {
    Fresh,      // taken
    Duplicate,  // nothing new in it
    Differs,    // other bytes, or another end, than what is known already
    Beyond,     // outside of what may be held ahead of order
    Full,       // a bound in bytes or packets
  };
  // Takes the packet if it is Fresh. `payload` begins at offset `begin`, and FIN follows it if `fin`.
  [[nodiscard]] Added add(HoldId id, const Packet& packet, std::int32_t begin,
                          std::span<const std::uint8_t> payload, bool fin) noexcept;
  // Whether these bytes contradict those that are known.
  [[nodiscard]] bool differs(HoldId id, std::int32_t begin,
                             std::span<const std::uint8_t> payload) const noexcept;

  // The packets in the order of the stream; those of `take` belong to the caller from then on.
  [[nodiscard]] std::span<const Held> packets(HoldId id) const noexcept;
  void take(HoldId id, std::size_t count) noexcept;
  // Whether add() has room for one more packet.
  [[nodiscard]] bool has_room(HoldId id) const noexcept {
    return packets(id).size() < kMaxPackets && held_packets_ < max_packets_;
  }
  // Drops what is ahead of order from the record.
  void forget_ahead(HoldId id) noexcept {
    if (hold(id).is_scattered) {
      hold(id).ahead.clear();
    }
  }
  // Keeps the bytes only, until the server has them. No packets may be left.
  void linger(HoldId id) noexcept { move(id, Place::Lingering); }
  // Keeps the bytes only, until there are more. No packets may be left.
  void wait(HoldId id) noexcept { move(id, Place::Waiting); }
  // Of a hold that lingers: makes what follows `judged` follow the record, by leaving out what passed
  // in between and forgetting what the server has. False if `bytes` more have no room even so.
  [[nodiscard]] bool extend(HoldId id, std::uint32_t bytes) noexcept;
  // Of a hold that lingers or waits: back among the holds with packets.
  void resume(HoldId id, FlowSlot flow, Clock::time_point now) noexcept;
  // Gives the hold back. What packets it has belong to the caller from then on.
  void close(HoldId id) noexcept;

  [[nodiscard]] Hold& hold(HoldId id) noexcept { return holds_[static_cast<std::size_t>(id)]; }
  [[nodiscard]] std::span<const std::uint8_t> stream(HoldId id) const noexcept;
  // The hold with packets that was opened first; kNoHold if there is none.
  [[nodiscard]] HoldId oldest() const noexcept { return list(Place::Held).oldest; }
  // Of those that linger: gives way first. kNoHold if there is room for one more.
  [[nodiscard]] HoldId to_make_way() const noexcept {
    const List& lingering = list(Place::Lingering);
    return free_.empty() || lingering.count >= max_share_ ? lingering.oldest : kNoHold;
  }
  // The one that waits longest; kNoHold if there is none.
  [[nodiscard]] HoldId oldest_waiting() const noexcept { return list(Place::Waiting).oldest; }
  [[nodiscard]] bool too_many_wait() const noexcept {
    return list(Place::Waiting).count > max_share_;
  }
  // Brings the one that gives way next into the cache.
  void prefetch_to_make_way() const noexcept {
    const HoldId id = list(Place::Lingering).oldest;
    if (id != kNoHold) {
      const Hold& next = holds_[static_cast<std::size_t>(id)];
      prefetch_to_write(&next);
      prefetch_to_write(&next.sample);
    }
  }
  [[nodiscard]] std::size_t held_packets() const noexcept { return held_packets_; }
  [[nodiscard]] std::uint32_t max_bytes() const noexcept { return max_bytes_; }

 private:
  struct List {
    HoldId oldest = kNoHold;
    HoldId newest = kNoHold;
    std::size_t count = 0;
  };
  [[nodiscard]] List& list(Place place) noexcept { return lists_[static_cast<std::size_t>(place)]; }
  [[nodiscard]] const List& list(Place place) const noexcept {
    return lists_[static_cast<std::size_t>(place)];
  }
  void link(HoldId id, Place place) noexcept;
  void unlink(HoldId id) noexcept;
  void move(HoldId id, Place place) noexcept {
    unlink(id);
    link(id, place);
  }
  [[nodiscard]] std::uint8_t* bytes_of(HoldId id) noexcept {
    return &bytes_[static_cast<std::size_t>(id) * stride_];
  }
  void forget_acknowledged(HoldId id) noexcept;
  static void insert(Hold& held, const Packet& packet, std::int32_t begin,
                     std::int32_t end) noexcept;

  std::uint32_t max_bytes_;
  std::size_t max_packets_;
  std::size_t max_share_;  // of those that linger, and of those that wait
  std::vector<Hold> holds_;
  std::vector<HoldId> free_;
  std::size_t stride_;
  HugeArray<std::uint8_t> bytes_;  // stride_ each
  std::array<List, 3> lists_;
  std::size_t held_packets_ = 0;
};

}  // namespace luytre::dataplane
