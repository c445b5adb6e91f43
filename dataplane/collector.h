// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/packet.h"
#include "dataplane/packet_view.h"
#include "flow_table.h"
#include "huge_array.h"

namespace luytre::dataplane {

// One flow whose first bytes are being held.
enum class HoldId : std::uint32_t {};
inline constexpr HoldId kNoHold{0xffffffff};

// The packets of undecided flows, with the bytes of each stream once more in one piece for the
// inspectors. A pool of fixed size; the last one given back is the next one used, so that a quiet
// gateway stays within the cache.
class Collector {
 public:
  using Clock = std::chrono::steady_clock;
  // A ClientHello may fill 16 KiB; 48 segments of the smallest IPv4 path (536 bytes, RFC 9293
  // §3.7.1) hold 25 KiB.
  static constexpr std::size_t kMaxPackets = 48;

  struct Hold {
    FlowSlot flow = kNoFlow;
    std::uint32_t first_sequence = 0;        // of the first held byte: what the server expects
    std::uint32_t last_acknowledgement = 0;  // what the client expects from the server
    std::uint32_t byte_count = 0;
    std::uint32_t packet_count = 0;
    bool has_fin = false;
    Clock::time_point since;
    PacketView first_view;  // of packets[0]
    std::array<Packet, kMaxPackets> packets;
    // Neighbours in the order of `since`.
    HoldId older = kNoHold;
    HoldId newer = kNoHold;
  };

  Collector(std::uint32_t max_holds, std::uint32_t max_bytes);

  // kNoHold when the pool is empty.
  [[nodiscard]] HoldId open(FlowSlot flow, const PacketView& first_view,
                            Clock::time_point now) noexcept;
  // Takes the packet; `fresh` are the bytes of it that continue the stream. False, with nothing
  // taken, at the bound in packets or bytes.
  [[nodiscard]] bool append(HoldId id, const Packet& packet,
                            std::span<const std::uint8_t> fresh) noexcept;
  // Gives the hold back. Its packets belong to the caller from then on.
  void close(HoldId id) noexcept;

  [[nodiscard]] Hold& hold(HoldId id) noexcept { return holds_[static_cast<std::size_t>(id)]; }
  [[nodiscard]] std::span<const std::uint8_t> stream(HoldId id) const noexcept;
  [[nodiscard]] std::span<const Packet> packets(HoldId id) const noexcept;
  // The hold that was opened first; kNoHold if there is none.
  [[nodiscard]] HoldId oldest() const noexcept { return oldest_; }
  [[nodiscard]] std::size_t held_packets() const noexcept { return held_packets_; }

 private:
  void unlink(const Hold& hold) noexcept;

  std::size_t max_bytes_;
  std::vector<Hold> holds_;
  std::vector<HoldId> free_;
  HugeArray<std::uint8_t> bytes_;  // max_bytes_ each
  HoldId oldest_ = kNoHold;
  HoldId newest_ = kNoHold;
  std::size_t held_packets_ = 0;
};

}  // namespace luytre::dataplane
