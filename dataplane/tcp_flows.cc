// SPDX-License-Identifier: Apache-2.0
#include "tcp_flows.h"

#include "act.h"

namespace luytre::dataplane {
namespace {

bool has(const PacketView& view, std::uint8_t flag) noexcept {
  return (view.tcp_flags & flag) != 0;
}

// Sequence space that the segment's data and FIN take up (RFC 9293 §3.4).
std::uint32_t length_of(const PacketView& view) noexcept {
  return view.payload_size + (has(view, tcp_flag::kFin) ? 1U : 0U);
}

// a - b in sequence space: negative if a is before b.
std::int32_t distance(std::uint32_t a, std::uint32_t b) noexcept {
  return static_cast<std::int32_t>(a - b);
}

std::span<const std::uint8_t> payload_of(const Segment& segment) noexcept {
  return {segment.packet.bytes + segment.view.payload_offset, segment.view.payload_size};
}

}  // namespace

TcpFlows::TcpFlows(const WorkerOptions& options, NameObserver* observer)
    : table_(options.max_flows, options.flow_idle_timeout, options.hash_seed),
      collector_(options.max_collecting, options.max_collect_bytes),
      observer_(observer),
      hold_timeout_(options.hold_timeout),
      fail_mode_(options.fail_mode) {}

// All segments but those in the middle of an allowed connection. `slot`: the segment's flow, if it
// has one.
TcpFlows::Step TcpFlows::from_client_of(FlowSlot slot, const Segment& segment,
                                        Clock::time_point now, Found& found, Exit& exit) noexcept {
  const PacketView& view = segment.view;
  if (slot != kNoFlow && table_.state(slot) == FlowState::Judging) {
    return Step::Later;
  }
  if (has(view, tcp_flag::kSyn)) {
    on_syn(segment, slot, now, exit);
    return Step::Ended;
  }
  if (slot == kNoFlow) {
    if (view.payload_size == 0) {
      exit.forward(segment.packet, Outcome::TcpControl);
      return Step::Ended;
    }
    // A connection from before a restart, or of which the handshake went another way: what it sends
    // now is read as its beginning, and passes as an unknown protocol if it is none.
    slot = begin(segment, view.tcp_sequence, now);
    if (slot == kNoFlow) {
      no_room(segment, kNoFlow, exit);
      return Step::Ended;
    }
  }
  table_.touch(slot, FlowTable::tick(now));
  switch (table_.state(slot)) {
    case FlowState::Allowed:
      if (has(view, tcp_flag::kFin | tcp_flag::kRst)) {
        table_.mark_closing(slot);
      }
      exit.forward(segment.packet, Outcome::TcpDecided);
      return Step::Ended;
    case FlowState::Refused:
      after_refusal(segment, slot, exit);
      return Step::Ended;
    default:
      return undecided(segment, slot, now, found, exit);
  }
}

void TcpFlows::from_server(const Segment& segment, Clock::time_point now, Exit& exit) noexcept {
  const FlowSlot slot = table_.find(segment.key, segment.hash);
  if (slot != kNoFlow) {
    if (table_.state(slot) == FlowState::Refused) {
      exit.drop(segment.packet, Outcome::RefusedFlowDropped);
      return;
    }
    table_.touch(slot, FlowTable::tick(now));
    if (has(segment.view, tcp_flag::kFin | tcp_flag::kRst)) {
      table_.mark_closing(slot);
    }
  }
  exit.forward(segment.packet, Outcome::TcpFromInternet);
}

FlowSlot TcpFlows::begin(const Segment& segment, std::uint32_t client_sequence,
                         Clock::time_point now) noexcept {
  const FlowSlot slot = table_.insert(segment.key, segment.hash, FlowTable::tick(now));
  if (slot != kNoFlow) {
    table_.flow(slot).client_sequence = client_sequence;
  }
  return slot;
}

void TcpFlows::on_syn(const Segment& segment, FlowSlot slot, Clock::time_point now,
                      Exit& exit) noexcept {
  if (segment.view.payload_size != 0) {
    // Held, a SYN would hold up the handshake; passed on, its data would reach the server unread.
    exit.drop(segment.packet, Outcome::SynDataDropped);
    return;
  }
  if (has(segment.view, tcp_flag::kAck)) {  // a server on the line answers
    exit.forward(segment.packet, Outcome::TcpControl);
    return;
  }
  const std::uint32_t first = segment.view.tcp_sequence + 1;
  if (slot != kNoFlow) {
    const FlowState state = table_.state(slot);
    const std::uint32_t known_first = state == FlowState::Collecting
                                          ? collector_.hold(hold_of(slot)).first_sequence
                                          : table_.flow(slot).client_sequence;
    if (state != FlowState::Refused && known_first == first) {
      table_.touch(slot, FlowTable::tick(now));
      exit.forward(segment.packet,
                   state == FlowState::Allowed ? Outcome::TcpDecided : Outcome::TcpControl);
      return;
    }
    // A new connection on the same ports, judged on its own: neither a refusal nor a permission
    // outlives its own.
    if (state == FlowState::Collecting) {
      abandon(slot, exit);
    }
    table_.erase(slot);
  }
  slot = begin(segment, first, now);
  if (slot == kNoFlow) {
    no_room(segment, kNoFlow, exit);
    return;
  }
  exit.forward(segment.packet, Outcome::TcpControl);
}

// A segment of a connection in Handshake or Collecting.
TcpFlows::Step TcpFlows::undecided(const Segment& segment, FlowSlot slot, Clock::time_point now,
                                   Found& found, Exit& exit) noexcept {
  const PacketView& view = segment.view;
  const bool collecting = table_.state(slot) == FlowState::Collecting;
  if (has(view, tcp_flag::kRst)) {
    if (collecting) {
      abandon(slot, exit);
    }
    table_.erase(slot);
    exit.forward(segment.packet, Outcome::TcpControl);
    return Step::Ended;
  }
  const bool fin = has(view, tcp_flag::kFin);
  if (view.payload_size == 0 && !fin) {
    exit.forward(segment.packet, Outcome::TcpControl);
    return Step::Ended;
  }
  // No stack accepts data without ACK (RFC 9293 §3.10.7.4). Urgent bytes may be taken out of the
  // stream by the server (RFC 6093 §2), which would then read another name than we do; nothing that
  // we inspect uses them.
  if (!has(view, tcp_flag::kAck) || (has(view, tcp_flag::kUrg) && view.payload_size != 0)) {
    exit.drop(segment.packet, Outcome::MalformedDropped);
    return Step::Ended;
  }
  const std::int32_t ahead = distance(view.tcp_sequence, table_.flow(slot).client_sequence);
  if (ahead > 0) {
    exit.drop(segment.packet, Outcome::OutOfOrderDropped);
    return Step::Ended;
  }
  const std::uint32_t old_bytes = 0U - static_cast<std::uint32_t>(ahead);
  if (old_bytes >= length_of(view)) {
    exit.drop(segment.packet, Outcome::DuplicateDropped);
    return Step::Ended;
  }
  // With a FIN, old_bytes may be the whole payload, not more.
  const auto fresh = payload_of(segment).subspan(old_bytes);
  if (!collecting) {
    if (fresh.empty()) {  // closed without a word
      table_.mark_closing(slot);
      exit.forward(segment.packet, Outcome::TcpControl);
      return Step::Ended;
    }
    const HoldId id = collector_.open(slot, view, now);
    if (id == kNoHold) {
      no_room(segment, slot, exit);
      return Step::Ended;
    }
    collector_.hold(id).first_sequence = table_.flow(slot).client_sequence;
    table_.flow(slot).detail = static_cast<std::uint32_t>(id);
    table_.set_state(slot, FlowState::Collecting);
  }
  return collect(segment, slot, fresh, found, exit);
}

TcpFlows::Step TcpFlows::collect(const Segment& segment, FlowSlot slot,
                                 std::span<const std::uint8_t> fresh, Found& found,
                                 Exit& exit) noexcept {
  const HoldId id = hold_of(slot);
  if (!collector_.append(id, segment.packet, fresh)) {
    give_up(slot, exit);
    // The flow is decided now; this segment goes the way of those before it.
    if (fail_mode_ == FailMode::Open) {
      exit.forward(segment.packet, Outcome::FailOpen);
    } else {
      exit.drop(segment.packet, Outcome::FailClosed);
    }
    return Step::Ended;
  }
  Collector::Hold& hold = collector_.hold(id);
  hold.last_acknowledgement = segment.view.tcp_acknowledgement;
  hold.has_fin = has(segment.view, tcp_flag::kFin);
  table_.flow(slot).client_sequence += static_cast<std::uint32_t>(fresh.size());
  if (hold.has_fin) {
    table_.mark_closing(slot);
  }
  found.inspection = inspect_stream(collector_.stream(id));
  return settle(slot, found, exit);
}

// What the inspection of all that is held means for the flow.
TcpFlows::Step TcpFlows::settle(FlowSlot slot, Found& found, Exit& exit) noexcept {
  const Inspection& inspection = found.inspection;
  const Collector::Hold& hold = collector_.hold(hold_of(slot));
  if (observer_ != nullptr &&
      (inspection.finding == Finding::Name || inspection.finding == Finding::NoName)) {
    observer_->on_inspection(hold.first_view, inspection, collector_.stream(hold_of(slot)));
  }
  const bool is_over =
      hold.has_fin;  // nothing follows that could complete it, for the server neither
  switch (inspection.finding) {
    case Finding::NeedMore:
      if (!is_over) {
        return Step::Ended;
      }
      [[fallthrough]];
    case Finding::Name:
    case Finding::NoName:
    case Finding::NotThis:
      found.flow = slot;
      table_.set_state(slot, FlowState::Judging);
      return Step::Read;
    case Finding::Malformed:
      break;
  }
  // Some server may be more lenient than our reading: as undecided as a bound that was hit.
  give_up(slot, exit);
  return Step::Ended;
}

void TcpFlows::allow(FlowSlot slot, Outcome outcome, Exit& exit) noexcept {
  const HoldId id = hold_of(slot);
  for (const Packet& packet : collector_.packets(id)) {
    exit.forward(packet, outcome);
  }
  table_.flow(slot).client_sequence = collector_.hold(id).first_sequence;
  table_.set_state(slot, FlowState::Allowed);
  collector_.close(id);
}

void TcpFlows::refuse(FlowSlot slot, std::span<const std::uint8_t> last_words, Outcome outcome,
                      Exit& exit) noexcept {
  const HoldId id = hold_of(slot);
  const Collector::Hold& hold = collector_.hold(id);
  const auto packets = collector_.packets(id);
  Flow& flow = table_.flow(slot);
  const ConnectionEnd end{.client_first = hold.first_sequence,
                          .client_next = flow.client_sequence + (hold.has_fin ? 1U : 0U),
                          .server_next = hold.last_acknowledgement};
  const bool told = end_connection(packets.front(), hold.first_view, end, last_words, exit);
  const Outcome last_outcome = told ? outcome : exit.untold(packets.front(), hold.first_view);
  for (const Packet& packet : packets.first(packets.size() - 1)) {
    exit.drop(packet, outcome);
  }
  exit.drop(packets.back(), last_outcome);
  flow.client_sequence = end.client_next;
  // After a RST no acknowledgement is to come: a number that no client sends makes after_refusal()
  // repeat the RST.
  flow.detail = last_words.empty()
                    ? end.server_next - 1
                    : end.server_next + static_cast<std::uint32_t>(last_words.size()) + 1;
  table_.set_state(slot, FlowState::Refused);
  table_.mark_closing(slot);
  collector_.close(id);
}

// The client of a refused connection goes on until it has read the refusal; in the server's name
// the gateway sees to it that it neither waits nor repeats itself.
void TcpFlows::after_refusal(const Segment& segment, FlowSlot slot, Exit& exit) noexcept {
  const PacketView& view = segment.view;
  Flow& flow = table_.flow(slot);
  const std::uint32_t end = view.tcp_sequence + length_of(view);
  if (length_of(view) != 0 && !has(view, tcp_flag::kRst)) {
    if (view.tcp_acknowledgement ==
        flow.detail) {  // it has our FIN: acknowledge its own, or what it still sends
      if (distance(end, flow.client_sequence) > 0) {
        flow.client_sequence = end;
      }
      reply_to_client(segment.packet, view,
                      {.flags = tcp_flag::kAck,
                       .sequence = flow.detail,
                       .acknowledgement = flow.client_sequence},
                      exit);
    } else if (distance(end, flow.client_sequence) <=
               0) {  // it repeats itself: the refusal was lost
      reply_to_client(segment.packet, view,
                      {.flags = tcp_flag::kRst | tcp_flag::kAck,
                       .sequence = view.tcp_acknowledgement,
                       .acknowledgement = end},
                      exit);
    }
  }
  exit.drop(segment.packet, Outcome::RefusedFlowDropped);
}

// The client itself ended the connection; what it said last is of no interest to anybody.
void TcpFlows::abandon(FlowSlot slot, Exit& exit) noexcept {
  const HoldId id = hold_of(slot);
  for (const Packet& packet : collector_.packets(id)) {
    exit.drop(packet, Outcome::AbandonedDropped);
  }
  collector_.close(id);
}

// A bound was hit. Open: the line works and this connection is unfiltered. Closed: nothing unread
// passes.
void TcpFlows::give_up(FlowSlot slot, Exit& exit) noexcept {
  if (fail_mode_ == FailMode::Open) {
    allow(slot, Outcome::FailOpen, exit);
  } else if (collector_.packets(hold_of(slot)).empty()) {
    // Not even the first packet could be taken (max_collect_bytes below one segment).
    collector_.close(hold_of(slot));
    table_.erase(slot);
  } else {
    refuse(slot, {}, Outcome::FailClosed, exit);
  }
}

// Neither a place in the table nor one to hold packets. The same decision, for the packet alone;
// Closed leaves the connection undecided, and the client's repetition of the packet is a new
// attempt.
void TcpFlows::no_room(const Segment& segment, FlowSlot slot, Exit& exit) noexcept {
  if (fail_mode_ == FailMode::Closed) {
    exit.drop(segment.packet, Outcome::FailClosed);
    return;
  }
  if (slot != kNoFlow) {
    table_.set_state(slot, FlowState::Allowed);
  }
  exit.forward(segment.packet, Outcome::FailOpen);
}

bool TcpFlows::give_up_overdue(Clock::time_point now, Exit& exit) noexcept {
  const HoldId id = collector_.oldest();
  if (id == kNoHold || now - collector_.hold(id).since < hold_timeout_) {
    return false;
  }
  give_up(collector_.hold(id).flow, exit);
  return true;
}

bool TcpFlows::give_up_oldest(Exit& exit) noexcept {
  const HoldId id = collector_.oldest();
  if (id == kNoHold) {
    return false;
  }
  give_up(collector_.hold(id).flow, exit);
  return true;
}

}  // namespace luytre::dataplane
