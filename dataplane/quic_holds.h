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
#include "dataplane/quic/connection_close.h"
#include "dataplane/quic/crypto_stream.h"
#include "dataplane/quic/initial_keys.h"
#include "dataplane/quic/packet.h"
#include "flow_table.h"
#include "huge_array.h"

namespace luytre::dataplane {

enum class QuicHoldId : std::uint32_t {};
inline constexpr QuicHoldId kNoQuicHold{0xffffffff};

// One connection that a client is opening, as its first Initial named it.
class QuicConnection {
 public:
  void begin(const quic::InitialPacket& initial, const quic::InitialKeys& keys,
             std::uint32_t id) noexcept;

  [[nodiscard]] std::uint32_t id() const noexcept { return id_; }
  [[nodiscard]] const quic::InitialKeys& keys() const noexcept { return keys_; }
  [[nodiscard]] quic::CryptoStream& stream() noexcept { return stream_; }
  // What its keys, and those of its server, are derived from.
  [[nodiscard]] quic::ConnectionIds ids() const noexcept {
    return {.version = version_,
            .version_number = version_number_,
            .destination_id = std::span(destination_id_).first(destination_bytes_),
            .source_id = std::span(source_id_).first(source_bytes_)};
  }

  bool is_allowed = false;  // judged, while its neighbours are not

 private:
  quic::Version version_ = quic::Version::V1;
  std::uint8_t destination_bytes_ = 0;
  std::uint8_t source_bytes_ = 0;
  std::uint32_t version_number_ = 0;
  std::uint32_t id_ = 0;
  std::array<std::uint8_t, quic::kMaxConnectionIdBytes> destination_id_;
  std::array<std::uint8_t, quic::kMaxConnectionIdBytes> source_id_;
  quic::InitialKeys keys_;
  quic::CryptoStream stream_;
};

// The held datagrams of undecided flows, with the CRYPTO streams in them. A pool of fixed size; the
// last one given back is the next one used.
class QuicHolds {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kMaxPackets = 48;
  static constexpr std::size_t kMaxBytes =
      65536;  // 48 full datagrams and a little room for jumbo frames
  // At the same time over one pair of addresses and ports: clients that share a socket.
  static constexpr std::size_t kMaxConnections = 4;
  // Browsers need two or three; with repetitions and acknowledgements, eight.
  static constexpr std::size_t kMaxInitials = 8;

  struct Hold {
    FlowSlot flow = kNoFlow;
    std::uint32_t packet_count = 0;
    std::uint32_t byte_count = 0;
    std::uint32_t connection_count = 0;
    std::uint32_t initial_count = 0;  // that were tried to open
    std::uint32_t judged = 0;         // which connection waits for its verdict
    Clock::time_point since;
    PacketView first_view;  // of packets[0]
    std::array<Packet, kMaxPackets> packets;
    std::array<QuicConnection, kMaxConnections> connections;
    // Neighbours in the order of `since`.
    QuicHoldId older = kNoQuicHold;
    QuicHoldId newer = kNoQuicHold;
  };

  explicit QuicHolds(std::uint32_t max_holds);

  // kNoQuicHold when the pool is empty.
  [[nodiscard]] QuicHoldId open(FlowSlot flow, Clock::time_point now) noexcept;
  // Takes the packet. False, with nothing taken, at the bound in packets or bytes.
  [[nodiscard]] bool append(QuicHoldId id, const Packet& packet, const PacketView& view) noexcept;
  // Gives the hold back. Its packets belong to the caller from then on.
  void close(QuicHoldId id) noexcept;

  [[nodiscard]] Hold& hold(QuicHoldId id) noexcept { return holds_[static_cast<std::size_t>(id)]; }
  [[nodiscard]] std::span<const Packet> packets(QuicHoldId id) const noexcept;
  // Memory of a connection's CRYPTO stream.
  [[nodiscard]] std::span<std::uint8_t> crypto(QuicHoldId id, std::size_t connection) noexcept {
    const std::size_t at = static_cast<std::size_t>(id) * kMaxConnections + connection;
    return {&crypto_[at * quic::CryptoStream::kMaxBytes], quic::CryptoStream::kMaxBytes};
  }
  [[nodiscard]] QuicHoldId oldest() const noexcept { return oldest_; }
  [[nodiscard]] std::size_t held_packets() const noexcept { return held_packets_; }

 private:
  std::vector<Hold> holds_;
  std::vector<QuicHoldId> free_;
  HugeArray<std::uint8_t> crypto_;
  QuicHoldId oldest_ = kNoQuicHold;
  QuicHoldId newest_ = kNoQuicHold;
  std::size_t held_packets_ = 0;
};

}  // namespace luytre::dataplane
