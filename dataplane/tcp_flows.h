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
#include "tcp_segment.h"

namespace luytre::dataplane {

// The TCP connections of filtered lines, each from its first packet to its verdict and beyond:
//
//   Handshake ──first data──► Collecting ──read──► Judging ──► Watching ──► Allowed
//       │                       │    ▲                │            │
//       └── no room ──┐         │    └──── more to read ───────────┤
//                     └──► fail mode                  └──────► Refused
//                  bound in time, bytes, places; malformed
//
// No hello and no request of a client is whole at the server before a verdict covers it. The beginning
// of one passes where the client would otherwise wait for an acknowledgement (pass_prefix()); what a
// verdict covered passes. Until the verdict, and until the server has acknowledged it, the same bytes
// sent with other content end the connection, because the server may have read neither the first nor
// the second. tcp_flows.cc takes segments, tcp_verdicts.cc is what becomes of what they said.
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
    const FlowSlot slot = table_.find(segment.key, segment.hash, segment.hint);
    if (slot != kNoFlow && table_.state(slot) == FlowState::Allowed &&
        (segment.view.tcp_flags & kTurningPoint) == 0) [[likely]] {
      table_.touch(slot, FlowTable::tick(now));
      exit.forward(segment.packet, Outcome::TcpDecided);
      return Step::Ended;
    }
    return from_client_of(slot, segment, now, found, exit);
  }
  void from_server(const Segment& segment, Clock::time_point now, Exit& exit) noexcept;

  // Lets go of what the verdict on `found` covers, towards the server. True: more is held that may
  // ask for something; call resume() within this burst.
  [[nodiscard]] bool allow(const Found& found, Outcome outcome, Exit& exit) noexcept;
  [[nodiscard]] Step resume(Found& found, Exit& exit) noexcept;
  // Tells the client `last_words` and both sides that the connection is over; see end_connection().
  void refuse(FlowSlot flow, std::span<const std::uint8_t> last_words, Outcome outcome,
              Exit& exit) noexcept;
  // Whether the client would take words of ours for the answer to what is judged: nothing was let
  // through before it, or everything that was has its answer.
  [[nodiscard]] bool awaits_answer(FlowSlot flow) noexcept;
  // The bytes that the verdict is about, as far as they have arrived.
  [[nodiscard]] std::span<const std::uint8_t> unit(const Found& found) noexcept;

  // Lets go of what the oldest hold has held for too long; false if there is none.
  [[nodiscard]] bool give_up_overdue(Clock::time_point now, Exit& exit) noexcept;
  // Applies the fail mode to the oldest hold; false if there is none.
  [[nodiscard]] bool give_up_oldest(Exit& exit) noexcept;

  [[nodiscard]] FlowTable& table() noexcept { return table_; }
  [[nodiscard]] std::size_t held_packets() const noexcept { return collector_.held_packets(); }

 private:
  [[nodiscard]] Step from_client_of(FlowSlot slot, const Segment& segment, Clock::time_point now,
                                    Found& found, Exit& exit) noexcept;
  [[nodiscard]] FlowSlot begin(const Segment& segment, std::uint32_t client_sequence,
                               Clock::time_point now) noexcept;
  void on_syn(const Segment& segment, FlowSlot slot, Clock::time_point now, Exit& exit) noexcept;
  [[nodiscard]] FlowSlot begin_again(FlowSlot slot, const Segment& segment, Clock::time_point now,
                                     Exit& exit) noexcept;
  [[nodiscard]] bool has_acknowledged(const Flow& flow) noexcept;
  void forget(FlowSlot slot, Exit& exit) noexcept;
  void pass_syn(const Segment& segment, Outcome outcome, Exit& exit) noexcept;
  void on_reset(const Segment& segment, FlowSlot slot, Exit& exit) noexcept;
  [[nodiscard]] Step undecided(const Segment& segment, FlowSlot slot, Clock::time_point now,
                               Found& found, Exit& exit) noexcept;
  void pass_judged(const Segment& segment, FlowSlot slot, Exit& exit) noexcept;
  [[nodiscard]] bool is_acceptable(const Segment& segment, Exit& exit) const noexcept;
  [[nodiscard]] HoldId hold_for(const Segment& segment, FlowSlot slot, Clock::time_point now,
                                Exit& exit) noexcept;
  [[nodiscard]] Step collect(const Segment& segment, FlowSlot slot, Found& found,
                             Exit& exit) noexcept;
  void not_added(const Segment& segment, FlowSlot slot, Collector::Added added,
                 Exit& exit) noexcept;
  void heard_server(const Segment& segment, FlowSlot slot) noexcept;

  [[nodiscard]] Step settle(FlowSlot slot, Found& found, Exit& exit) noexcept;
  [[nodiscard]] Step read_incomplete(FlowSlot slot, Found& found, Exit& exit) noexcept;
  [[nodiscard]] Step ask(FlowSlot slot, Found& found) noexcept;
  void advance(FlowSlot slot, const Inspection& inspection) noexcept;
  void release(FlowSlot slot, Outcome outcome, Exit& exit) noexcept;
  void rest(FlowSlot slot) noexcept;
  void make_way() noexcept;
  void contradict(const Segment& segment, FlowSlot slot, Exit& exit) noexcept;
  void after_refusal(const Segment& segment, FlowSlot slot, Exit& exit) noexcept;
  void abandon(FlowSlot slot, Exit& exit) noexcept;
  void end_of_patience(HoldId id, Exit& exit) noexcept;
  void pass_prefix(HoldId id, Exit& exit) noexcept;
  void drop_ahead(HoldId id, Exit& exit) noexcept;
  void rest_undecided(FlowSlot slot, Exit& exit) noexcept;
  void renew_sample(Collector::Hold& hold) noexcept;
  void give_up(FlowSlot slot, Exit& exit) noexcept;
  void no_room(const Segment& segment, FlowSlot slot, Exit& exit) noexcept;
  void drop_held(HoldId id, Outcome outcome, Exit& exit) noexcept;
  void set_refused(FlowSlot slot, std::uint32_t client_next, std::uint32_t server_next) noexcept;

  [[nodiscard]] HoldId hold_of(const Flow& flow) noexcept {
    const auto id = static_cast<HoldId>(flow.detail);
    return id != kNoHold && collector_.hold(id).generation == flow.generation ? id : kNoHold;
  }
  [[nodiscard]] HoldId hold_of(FlowSlot slot) noexcept { return hold_of(table_.flow(slot)); }

  FlowTable table_;
  Collector collector_;
  NameObserver* observer_;
  std::chrono::milliseconds hold_timeout_;
  FailMode fail_mode_;
  bool verify_checksums_;
  Clock::time_point now_;  // of the current call
};

}  // namespace luytre::dataplane
