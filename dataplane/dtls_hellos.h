// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "byte_ranges.h"
#include "dataplane/inspect/dtls.h"
#include "dataplane/outcome.h"
#include "dataplane/packet.h"
#include "dataplane/worker.h"
#include "exit.h"
#include "flow_key.h"

namespace luytre::dataplane {

struct UdpDatagram;  // quic_flows.h

enum class DtlsHelloId : std::uint32_t {};
inline constexpr DtlsHelloId kNoDtlsHello{0xffffffff};

// ClientHellos of DTLS that come in several datagrams. What is there of one is held until it is whole
// and judged; then all of it passes, or nothing. After half a second the packets are dropped, as if they
// had been lost, and the bytes stay: a client that takes its time or sends its hello again is judged by
// all of it. An allowed hello stays on record too, so that parts of it may be repeated and parts of
// another one cannot be put between them. A pool of fixed size; the one that was used longest ago gives
// way, by the fail mode if it has packets.
class DtlsHellos {
 public:
  using Clock = Worker::Clock;
  static constexpr std::size_t kMaxHellos = 64;
  static constexpr std::size_t kMaxPackets = 16;  // of one hello; those before the last are dropped

  explicit DtlsHellos(const WorkerOptions& options);

  // What became of a client's datagram.
  enum class Step : std::uint8_t {
    NotThis,      // nothing of a hello is in it
    Ended,        // forwarded, held or dropped
    Read,         // `found` says what it asks for: call allow() or refuse() within this burst
    Later,        // its hello waits for such a verdict: bring the datagram again afterwards
    Contradicts,  // parts of two hellos in each other's place: to be refused
  };
  struct Found {
    DtlsHelloId hello = kNoDtlsHello;  // none: all of it is in this datagram
    Inspection inspection;
  };
  [[nodiscard]] Step from_client(const UdpDatagram& datagram, Clock::time_point now, Found& found,
                                 Exit& exit) noexcept;

  // The verdict on what is held before the datagram that made it whole, which is the caller's.
  void allow(DtlsHelloId hello, Outcome outcome, Exit& exit) noexcept;
  void refuse(DtlsHelloId hello, Outcome outcome, Exit& exit) noexcept;

  // Lets go of the packets of one hello, the first one if its time is up; false if there is none.
  [[nodiscard]] bool give_up_overdue(Clock::time_point now, Exit& exit) noexcept;
  [[nodiscard]] bool give_up_oldest(Exit& exit) noexcept;

  [[nodiscard]] std::size_t held_packets() const noexcept { return held_packets_; }

 private:
  enum class State : std::uint8_t { Free, Collecting, Judging, Allowed };

  struct Hello {
    FlowKey key;
    std::uint16_t message_sequence = 0;
    State state = State::Free;
    std::size_t bytes = 0;
    std::size_t packet_count = 0;
    Clock::time_point since;  // the first of its packets came
    Clock::time_point used;
    ByteRanges known;
    std::array<Packet, kMaxPackets> packets;
    std::array<std::uint8_t, kMaxDtlsHelloBytes> body;

    [[nodiscard]] bool is_whole() const noexcept {
      return known.covers({0, static_cast<std::uint32_t>(bytes)});
    }
    [[nodiscard]] std::span<const Packet> held() const noexcept {
      return {packets.data(), packet_count};
    }
  };

  [[nodiscard]] Step collect(Hello& hello, const UdpDatagram& datagram,
                             const DtlsFragments& fragments, Found& found, Exit& exit) noexcept;
  [[nodiscard]] Hello* find(const FlowKey& key, std::uint16_t message_sequence) noexcept;
  [[nodiscard]] Hello& open(Exit& exit) noexcept;
  [[nodiscard]] static bool agrees(const Hello& hello, const DtlsFragments& fragments) noexcept;
  [[nodiscard]] static bool record(Hello& hello, const DtlsFragments& fragments) noexcept;
  void hold(Hello& hello, const Packet& packet, Exit& exit) noexcept;
  void fail(const Packet& packet, Exit& exit) const noexcept;
  void give_up(Hello& hello, Exit& exit) noexcept;
  void forward(Hello& hello, Outcome outcome, Exit& exit) noexcept;
  void drop(Hello& hello, Outcome outcome, Exit& exit) noexcept;
  [[nodiscard]] Hello& hello_of(DtlsHelloId id) noexcept {
    return hellos_[static_cast<std::size_t>(id)];
  }

  std::vector<Hello> hellos_;
  std::size_t held_packets_ = 0;
  std::chrono::milliseconds hold_timeout_;
  FailMode fail_mode_;
  Clock::time_point now_;  // of the current call
};

}  // namespace luytre::dataplane
