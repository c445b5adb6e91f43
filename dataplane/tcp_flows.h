// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "collector.h"
#include "dataplane/inspect/inspection.h"
#include "dataplane/outcome.h"
#include "dataplane/packet.h"
#include "dataplane/packet_view.h"
#include "dataplane/worker.h"
#include "exit.h"
#include "flow_table.h"

namespace luytre::dataplane {

// One TCP segment of a filtered line, as found on the wire.
struct Segment {
  const Packet& packet;
  const PacketView& view;
  const FlowKey& key;
  std::uint64_t hash;  // of key
};

// The TCP connections of filtered lines, each from its first packet to its verdict and beyond:
//
//   Handshake ──first data──► Collecting ──read──► Judging ──► Allowed
//       │                         │                   └──────► Refused
//       └── no room ──┐           │
//                     └──► fail mode ◄── bound in time, bytes, packets; malformed
//
// Until a connection is Allowed no byte of its client reaches the server; only handshake and
// acknowledgements do.
class TcpFlows {
 public:
  using Clock = Worker::Clock;

  TcpFlows(const WorkerOptions& options, NameObserver* observer);

  // What became of a client's segment.
  enum class Step : std::uint8_t {
    Ended,  // forwarded, held or dropped
    Read,   // held; `found` says what it asks for: call allow() or refuse() within this burst
    Later,  // its flow waits for such a verdict: bring the segment again afterwards
  };
  struct Found {
    FlowSlot flow = kNoFlow;
    // NeedMore: the client closed before it was complete. Also scratch for what is not read.
    Inspection inspection;
  };
  [[nodiscard]] Step from_client(const Segment& segment, Clock::time_point now, Found& found,
                                 Exit& exit) noexcept {
    constexpr unsigned kTurningPoint = tcp_flag::kSyn | tcp_flag::kFin | tcp_flag::kRst;
    const FlowSlot slot = table_.find(segment.key, segment.hash);
    if (slot != kNoFlow && table_.state(slot) == FlowState::Allowed &&
        (segment.view.tcp_flags & kTurningPoint) == 0) [[likely]] {
      table_.touch(slot, FlowTable::tick(now));
      exit.forward(segment.packet, Outcome::TcpDecided);
      return Step::Ended;
    }
    return from_client_of(slot, segment, now, found, exit);
  }
  void from_server(const Segment& segment, Clock::time_point now, Exit& exit) noexcept;

  // Lets go of what the flow holds, towards the server.
  void allow(FlowSlot flow, Outcome outcome, Exit& exit) noexcept;
  // Tells the client `last_words` and both sides that the connection is over; see end_connection().
  void refuse(FlowSlot flow, std::span<const std::uint8_t> last_words, Outcome outcome,
              Exit& exit) noexcept;

  // Apply the fail mode to the oldest hold, the first one if its time is up; false if there is
  // none.
  [[nodiscard]] bool give_up_overdue(Clock::time_point now, Exit& exit) noexcept;
  [[nodiscard]] bool give_up_oldest(Exit& exit) noexcept;

  [[nodiscard]] FlowTable& table() noexcept { return table_; }
  [[nodiscard]] std::size_t held_packets() const noexcept { return collector_.held_packets(); }

 private:
  [[nodiscard]] Step from_client_of(FlowSlot slot, const Segment& segment, Clock::time_point now,
                                    Found& found, Exit& exit) noexcept;
  [[nodiscard]] FlowSlot begin(const Segment& segment, std::uint32_t client_sequence,
                               Clock::time_point now) noexcept;
  void on_syn(const Segment& segment, FlowSlot slot, Clock::time_point now, Exit& exit) noexcept;
  [[nodiscard]] Step undecided(const Segment& segment, FlowSlot slot, Clock::time_point now,
                               Found& found, Exit& exit) noexcept;
  [[nodiscard]] Step collect(const Segment& segment, FlowSlot slot,
                             std::span<const std::uint8_t> fresh, Found& found,
                             Exit& exit) noexcept;
  [[nodiscard]] Step settle(FlowSlot slot, Found& found, Exit& exit) noexcept;
  void after_refusal(const Segment& segment, FlowSlot slot, Exit& exit) noexcept;
  void abandon(FlowSlot slot, Exit& exit) noexcept;
  void give_up(FlowSlot slot, Exit& exit) noexcept;
  void no_room(const Segment& segment, FlowSlot slot, Exit& exit) noexcept;

  [[nodiscard]] HoldId hold_of(FlowSlot slot) noexcept {
    return static_cast<HoldId>(table_.flow(slot).detail);
  }

  FlowTable table_;
  Collector collector_;
  NameObserver* observer_;
  std::chrono::milliseconds hold_timeout_;
  FailMode fail_mode_;
};

}  // namespace luytre::dataplane
