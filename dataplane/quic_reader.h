// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/quic/initial_cipher.h"
#include "dataplane/quic/initial_keys.h"
#include "dataplane/quic/packet.h"
#include "flow_key.h"
#include "quic_holds.h"

namespace luytre::dataplane {

// Opens the Initials of a flow's datagrams and adds what they hold to its connections.
class QuicReader {
 public:
  explicit QuicReader(std::uint64_t seed) : hasher_(seed) {}

  enum class Result : std::uint8_t {
    Nothing,   // no Initial of it is authentic
    Progress,  // `connection` has more of its hello
    Small,     // authentic, in a datagram that a server must discard (RFC 9000 §14.1): nothing was
               // added
    GiveUp,  // a bound, bytes in conflict, several connections or too many packets in one datagram
  };
  struct Reading {
    Result result = Result::Nothing;
    std::size_t connection = 0;  // of the hold
  };
  // An Initial is tried with the keys of its own destination id, and with those of each connection
  // of the hold: a client goes over to an id that the server chose, and to another version (RFC
  // 9368 §2.3), without new Initial keys but those of that version.
  [[nodiscard]] Reading read(QuicHolds& holds, QuicHoldId id,
                             const quic::Datagram& datagram) noexcept;

  // What a connection is known by: keyed, so that nobody can choose an id that stands for another.
  [[nodiscard]] std::uint32_t id_of(std::uint32_t version,
                                    std::span<const std::uint8_t> connection_id) const noexcept;
  [[nodiscard]] std::uint32_t id_of(const quic::InitialPacket& initial) const noexcept {
    return id_of(initial.version_number, initial.destination_id);
  }

  // CONNECTION_CLOSE for the client of `ids`; its size, zero if it cannot be made.
  [[nodiscard]] std::size_t write_close(
      const quic::ConnectionIds& ids,
      std::span<std::uint8_t, quic::kMaxConnectionCloseBytes> out) noexcept {
    return quic::write_connection_close(ids, schedule_, cipher_, out);
  }

 private:
  [[nodiscard]] Reading read_one(QuicHolds& holds, QuicHoldId id,
                                 const quic::InitialPacket& initial, bool is_small) noexcept;
  [[nodiscard]] Reading read_own(QuicHolds& holds, QuicHoldId id,
                                 const quic::InitialPacket& initial, bool is_small) noexcept;
  [[nodiscard]] Reading read_other(QuicHolds& holds, QuicHoldId id,
                                   const quic::InitialPacket& initial, bool is_small) noexcept;
  [[nodiscard]] static Reading add(QuicHolds& holds, QuicHoldId id, std::size_t connection,
                                   std::span<const std::uint8_t> frames, bool is_small) noexcept;

  quic::InitialKeySchedule schedule_;
  quic::InitialCipher cipher_;
  FlowHasher hasher_;
};

}  // namespace luytre::dataplane
