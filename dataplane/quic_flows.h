// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/inspect/inspection.h"
#include "dataplane/outcome.h"
#include "dataplane/packet.h"
#include "dataplane/packet_view.h"
#include "dataplane/quic/connection_close.h"
#include "dataplane/quic/packet.h"
#include "dataplane/worker.h"
#include "exit.h"
#include "flow_table.h"
#include "line_limiter.h"
#include "quic_holds.h"
#include "quic_reader.h"

namespace luytre::dataplane {

// One UDP datagram of a filtered line, as found on the wire.
struct UdpDatagram {
  const Packet& packet;
  const PacketView& view;
  const FlowKey& key;
  std::uint64_t hash;  // of key
  FlowSlot hint;       // for FlowTable::find()

  [[nodiscard]] std::span<const std::uint8_t> payload() const noexcept {
    return {packet.bytes + view.payload_offset, view.payload_size};
  }
};

// The UDP flows of filtered lines that carry QUIC, on any port, each from its first Initial to its
// verdict and beyond:
//
//   first authentic Initial, or 0-RTT ──► Collecting ──hello read──► Judging ──► Allowed ──┐
//                         ▲                  │                          └──────► Refused ──┤
//                         │                  └──► fail mode ◄── bound; conflict            │
//                         └───────── an Initial that is authentic by its own id ◄──────────┘
//
// A packet is one of QUIC if its tag holds, not by its looks; and a connection is known by its
// client's first destination id, several of which may share one flow. While a flow is undecided all
// that its client sends is held. What is not QUIC passes without leaving a trace here.
class QuicFlows {
 public:
  using Clock = Worker::Clock;

  QuicFlows(const WorkerOptions& options, NameObserver* observer);

  // What became of a client's datagram.
  enum class Step : std::uint8_t {
    Ended,  // forwarded, held or dropped
    Read,   // held; `found` says what it asks for: call allow() or refuse() within this burst
    Later,  // its flow waits for such a verdict: bring the datagram again afterwards
  };
  struct Found {
    FlowSlot flow = kNoFlow;
    Inspection inspection;
  };
  [[nodiscard]] Step from_client(const UdpDatagram& datagram, Clock::time_point now, Found& found,
                                 Exit& exit) noexcept {
    const FlowSlot slot = table_.find(datagram.key, datagram.hash, datagram.hint);
    if (slot != kNoFlow && table_.state(slot) == FlowState::Allowed &&
        !quic::has_long_header(datagram.payload())) [[likely]] {
      table_.touch(slot, FlowTable::tick(now));
      exit.forward(datagram.packet, Outcome::QuicDecided);
      return Step::Ended;
    }
    return from_client_of(slot, datagram, now, found, exit);
  }
  void from_server(const UdpDatagram& datagram, Clock::time_point now, Exit& exit) noexcept;

  // Drops a datagram that is refused for what it is, and tells its client so, within what a line is told in a second.
  void refuse_datagram(const UdpDatagram& datagram, Clock::time_point now, Outcome outcome,
                       Exit& exit) noexcept;

  // The verdict on the connection that was read. Allowed, the flow's packets go on as soon as no
  // other connection of the flow is undecided. Refused, all of the flow is.
  void allow(FlowSlot flow, Outcome outcome, Exit& exit) noexcept;
  void refuse(FlowSlot flow, Outcome outcome, Exit& exit) noexcept;

  // Apply the fail mode to the oldest hold, the first one if its time is up; false if there is
  // none.
  [[nodiscard]] bool give_up_overdue(Clock::time_point now, Exit& exit) noexcept;
  [[nodiscard]] bool give_up_oldest(Exit& exit) noexcept;

  [[nodiscard]] FlowTable& table() noexcept { return table_; }
  [[nodiscard]] std::size_t held_packets() const noexcept { return holds_.held_packets(); }

 private:
  [[nodiscard]] Step from_client_of(FlowSlot slot, const UdpDatagram& datagram,
                                    Clock::time_point now, Found& found, Exit& exit) noexcept;
  [[nodiscard]] Step without_flow(const UdpDatagram& datagram, const quic::Datagram& parts,
                                  Found& found, Exit& exit) noexcept;
  [[nodiscard]] Step allowed(FlowSlot slot, const UdpDatagram& datagram,
                             const quic::Datagram& parts, Found& found, Exit& exit) noexcept;
  [[nodiscard]] Step refused(FlowSlot slot, const UdpDatagram& datagram,
                             const quic::Datagram& parts, Found& found, Exit& exit) noexcept;
  // How an attempt to find a new connection ended; otherwise no Initial began one.
  enum class Begun : std::uint8_t { No, Ended, Read };
  [[nodiscard]] Begun begin(FlowSlot slot, const UdpDatagram& datagram, const quic::Datagram& parts,
                            Found& found, Exit& exit) noexcept;
  [[nodiscard]] Step collect(FlowSlot slot, const UdpDatagram& datagram,
                             const QuicReader::Reading& reading, Found& found, Exit& exit) noexcept;
  [[nodiscard]] Step settle(FlowSlot slot, std::size_t connection, Found& found,
                            Exit& exit) noexcept;

  [[nodiscard]] bool is_decoy(const UdpDatagram& datagram) const noexcept;
  [[nodiscard]] bool is_known(FlowSlot slot, const quic::Datagram& parts) noexcept;
  [[nodiscard]] bool refuses_unread(const UdpDatagram& datagram) const noexcept;
  void unknown_version(const UdpDatagram& datagram, Exit& exit) noexcept;
  void give_up(FlowSlot slot, Exit& exit) noexcept;
  void let_go(FlowSlot slot, Outcome outcome, Exit& exit) noexcept;
  void fail(const Packet& packet, Exit& exit) noexcept;
  void answer(const Packet& packet, const PacketView& view, const quic::ConnectionIds& ids,
              Exit& exit) noexcept;

  [[nodiscard]] QuicHoldId hold_of(FlowSlot slot) noexcept {
    return static_cast<QuicHoldId>(table_.flow(slot).detail);
  }
  [[nodiscard]] std::uint64_t line_of(const FlowKey& key) const noexcept;

  // What a Flow's numbers mean here. client_sequence: Allowed and Refused, the connection that was
  // judged last (QuicReader::id_of). detail: Collecting and Judging, the QuicHoldId; Allowed, the id
  // that its server chose, zero before one is seen; Refused, when the client was told last.
  FlowTable table_;
  QuicHolds holds_;
  QuicReader reader_;
  LineLimiter openings_;
  LineLimiter answers_;
  NameObserver* observer_;
  std::chrono::milliseconds hold_timeout_;
  FailMode fail_mode_;
  QuicUnknown unknown_;
  bool verify_checksums_;
  Clock::time_point now_;  // of the current call
};

}  // namespace luytre::dataplane
