// SPDX-License-Identifier: Apache-2.0
#include "tcp_flows.h"

#include <algorithm>

#include "dataplane/forge.h"
#include "tcp_options.h"

namespace luytre::dataplane {
namespace {

constexpr std::size_t kTcpBytes = 20;

}  // namespace

TcpFlows::TcpFlows(const WorkerOptions& options, NameObserver* observer)
    : table_(options.max_flows, options.flow_idle_timeout, options.hash_seed),
      collector_(options.max_collecting, options.max_collect_bytes),
      observer_(observer),
      hold_timeout_(options.hold_timeout),
      fail_mode_(options.fail_mode),
      verify_checksums_(options.verify_checksums) {}

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
  now_ = now;
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
  FlowSlot slot = table_.find(segment.key, segment.hash, segment.hint);
  if (slot != kNoFlow && has(segment.view, tcp_flag::kSyn)) {
    slot = begin_again(slot, segment, now, exit);
  }
  if (slot != kNoFlow) {
    const FlowState state = table_.state(slot);
    if (state == FlowState::Refused) {
      exit.drop(segment.packet, Outcome::RefusedFlowDropped);
      return;
    }
    table_.touch(slot, FlowTable::tick(now));
    if (has(segment.view, tcp_flag::kFin | tcp_flag::kRst)) {
      table_.mark_closing(slot);
    }
    if (state != FlowState::Allowed) {
      heard_server(segment, slot);
      exit.learn_hop_limit(segment.packet, segment.view);
    }
  }
  exit.forward(segment.packet, Outcome::TcpFromInternet);
}

// What has been acknowledged cannot be sent again with other content.
void TcpFlows::heard_server(const Segment& segment, FlowSlot slot) noexcept {
  const PacketView& view = segment.view;
  if (has(view, tcp_flag::kRst)) {
    return;
  }
  Flow& flow = table_.flow(slot);
  const std::uint32_t end =
      view.tcp_sequence + length_of(view) + (has(view, tcp_flag::kSyn) ? 1U : 0U);
  flow.server_next = flow.server_seen ? later(flow.server_next, end) : end;
  flow.server_seen = true;
  flow.answered = flow.answered || view.payload_size != 0;
  const FlowState state = table_.state(slot);
  if (state == FlowState::Handshake || !has(view, tcp_flag::kAck)) {
    return;
  }
  const HoldId id = hold_of(flow);
  if (state != FlowState::Watching) {  // of a beginning that passed
    Collector::Hold& hold = collector_.hold(id);
    hold.acknowledged = later(hold.acknowledged, view.tcp_acknowledgement);
    return;
  }
  std::uint32_t end_of_judged = flow.client_sequence;
  if (id != kNoHold) {
    Collector::Hold& hold = collector_.hold(id);
    hold.acknowledged = later(hold.acknowledged, view.tcp_acknowledgement);
    end_of_judged =
        hold.first_sequence + std::min(hold.judged, hold.byte_count) + (hold.is_over() ? 1U : 0U);
  }
  if (distance(view.tcp_acknowledgement, end_of_judged) < 0) {
    return;
  }
  if (id != kNoHold) {
    collector_.close(id);
    flow.detail = static_cast<std::uint32_t>(kNoHold);
  }
  if (flow.reader == Reader::Done) {
    table_.set_state(slot, FlowState::Allowed);
  }
}

FlowSlot TcpFlows::begin(const Segment& segment, std::uint32_t client_sequence,
                         Clock::time_point now) noexcept {
  const FlowSlot slot = table_.insert(segment.key, segment.hash, FlowTable::tick(now));
  if (slot != kNoFlow) {
    table_.flow(slot).first_sequence = client_sequence;
    table_.flow(slot).client_sequence = client_sequence;
  }
  return slot;
}

// A server that takes another SYN than the one that its flow began with.
FlowSlot TcpFlows::begin_again(FlowSlot slot, const Segment& segment, Clock::time_point now,
                               Exit& exit) noexcept {
  const FlowState state = table_.state(slot);
  const std::uint32_t first = segment.view.tcp_acknowledgement;
  if (state == FlowState::Allowed || state == FlowState::Refused ||
      !has(segment.view, tcp_flag::kAck) || table_.flow(slot).first_sequence == first ||
      has_acknowledged(table_.flow(slot))) {
    return slot;
  }
  forget(slot, exit);
  return begin(segment, first, now);
}

// Whether the server has said that it knows the stream as it is known here.
bool TcpFlows::has_acknowledged(const Flow& flow) noexcept {
  const HoldId id = hold_of(flow);
  return flow.long_lived ||
         distance(id != kNoHold ? collector_.hold(id).acknowledged : flow.client_sequence,
                  flow.first_sequence) > 0;
}

void TcpFlows::forget(FlowSlot slot, Exit& exit) noexcept {
  const HoldId id = table_.state(slot) == FlowState::Refused ? kNoHold : hold_of(slot);
  if (id != kNoHold) {
    drop_held(id, Outcome::AbandonedDropped, exit);
    collector_.close(id);
  }
  table_.erase(slot);
}

void TcpFlows::on_syn(const Segment& segment, FlowSlot slot, Clock::time_point now,
                      Exit& exit) noexcept {
  if (verify_checksums_ && !checksums_are_right(segment.packet.frame(), segment.view)) {
    exit.drop(segment.packet, Outcome::DecoyDropped);
    return;
  }
  if (has(segment.view, tcp_flag::kAck)) {  // a server on the line answers
    pass_syn(segment, Outcome::TcpControl, exit);
    return;
  }
  const std::uint32_t first = segment.view.tcp_sequence + 1;
  if (slot != kNoFlow) {
    const FlowState state = table_.state(slot);
    if (state != FlowState::Refused && table_.flow(slot).first_sequence == first) {
      table_.touch(slot, FlowTable::tick(now));
      const bool begun = state == FlowState::Allowed || state == FlowState::Watching;
      pass_syn(segment, begun ? Outcome::TcpDecided : Outcome::TcpControl, exit);
      return;
    }
    // A server that knows the connection takes no SYN for another one (RFC 5961 §4), and may not even
    // get to see this one: it is for the server to say where its stream begins.
    const bool is_undecided = state != FlowState::Refused && state != FlowState::Allowed;
    if (is_undecided &&
        (table_.flow(slot).server_seen ||
         (state == FlowState::Collecting && collector_.hold(hold_of(slot)).passed_undecided()))) {
      pass_syn(segment, Outcome::TcpControl, exit);
      return;
    }
    // A new connection on the same ports, judged on its own: neither a refusal nor a permission
    // outlives its own.
    forget(slot, exit);
  }
  slot = begin(segment, first, now);
  if (slot == kNoFlow) {
    no_room(segment, kNoFlow, exit);
    return;
  }
  pass_syn(segment, Outcome::TcpControl, exit);
}

// Held, a SYN would hold up the handshake; passed on, its data would reach the server unread.
void TcpFlows::pass_syn(const Segment& segment, Outcome outcome, Exit& exit) noexcept {
  Packet packet = segment.packet;
  if (segment.view.payload_size == 0) {
    exit.forward(packet, outcome);
  } else if (cut_syn_data(packet, segment.view)) {
    exit.forward(packet, Outcome::SynDataCut);
  } else {
    exit.drop(packet, Outcome::SynDataDropped);
  }
}

// Only the exact number ends a connection (RFC 5961 §3.2): the one that the server expects, or the
// one that the client would send next. The flow is kept all the same, because a server that the RST
// does not reach goes on from where it was.
void TcpFlows::on_reset(const Segment& segment, FlowSlot slot, Exit& exit) noexcept {
  if (verify_checksums_ && !checksums_are_right(segment.packet.frame(), segment.view)) {
    exit.drop(segment.packet, Outcome::DecoyDropped);
    return;
  }
  const std::uint32_t sequence = segment.view.tcp_sequence;
  bool exact = sequence == table_.flow(slot).client_sequence;
  if (table_.state(slot) == FlowState::Collecting) {
    const Collector::Hold& hold = collector_.hold(hold_of(slot));
    const std::uint32_t end = hold.first_sequence + hold.byte_count;
    exact = sequence == hold.passed || sequence == end + (hold.is_over() ? 1U : 0U);
    if (exact) {
      abandon(slot, exit);
    }
  }
  if (exact) {
    table_.mark_closing(slot);
  }
  exit.forward(segment.packet, Outcome::TcpControl);
}

// A segment of a connection in Handshake, Collecting or Watching.
TcpFlows::Step TcpFlows::undecided(const Segment& segment, FlowSlot slot, Clock::time_point now,
                                   Found& found, Exit& exit) noexcept {
  const PacketView& view = segment.view;
  const FlowState state = table_.state(slot);
  const Flow& flow = table_.flow(slot);
  const bool fin = has(view, tcp_flag::kFin);
  if (has(view, tcp_flag::kRst)) {
    on_reset(segment, slot, exit);
    return Step::Ended;
  }
  const bool ends_held = fin && state == FlowState::Collecting;
  if (view.payload_size == 0 && !ends_held) {
    if (fin) {
      table_.mark_closing(slot);
    }
    exit.forward(segment.packet,
                 state == FlowState::Watching ? Outcome::TcpDecided : Outcome::TcpControl);
    // The server goes another way and is never heard, and what was judged is not on record any more:
    // there is nothing left to watch.
    if (state == FlowState::Watching && flow.reader == Reader::Done && hold_of(flow) == kNoHold) {
      table_.set_state(slot, FlowState::Allowed);
    }
    return Step::Ended;
  }
  // Before the first byte of the stream there is nothing for the server, unless it knows of another
  // beginning than we do.
  if (!flow.long_lived && distance(view.tcp_sequence, flow.first_sequence) < 0) {
    exit.drop(segment.packet, Outcome::DuplicateDropped);
    return Step::Ended;
  }
  const bool is_new = distance(view.tcp_sequence + view.payload_size, flow.client_sequence) > 0;
  if (flow.reader == Reader::Done || (!is_new && !ends_held)) {
    pass_judged(segment, slot, exit);
    return Step::Ended;
  }
  if (!is_acceptable(segment, exit)) {
    return Step::Ended;
  }
  if (state != FlowState::Collecting && hold_for(segment, slot, now, exit) == kNoHold) {
    return Step::Ended;
  }
  return collect(segment, slot, found, exit);
}

// Whether a server would take the bytes at all; otherwise they are there to be read by us alone.
bool TcpFlows::is_acceptable(const Segment& segment, Exit& exit) const noexcept {
  const PacketView& view = segment.view;
  // No stack accepts data without ACK (RFC 9293 §3.10.7.4). Urgent bytes may be taken out of the
  // stream by the server (RFC 6093 §2), which would then read another name than we do; nothing that
  // we inspect uses them.
  if (!has(view, tcp_flag::kAck) || (has(view, tcp_flag::kUrg) && view.payload_size != 0)) {
    exit.drop(segment.packet, Outcome::MalformedDropped);
    return false;
  }
  const bool has_options = view.payload_offset > view.transport_offset + kTcpBytes;
  if ((has_options && has_md5_option(segment.packet, view)) ||
      (verify_checksums_ && !checksums_are_right(segment.packet.frame(), view))) {
    exit.drop(segment.packet, Outcome::DecoyDropped);
    return false;
  }
  return true;
}

// Bytes that a verdict covers already, or that none is needed for.
void TcpFlows::pass_judged(const Segment& segment, FlowSlot slot, Exit& exit) noexcept {
  const PacketView& view = segment.view;
  const Flow& flow = table_.flow(slot);
  const HoldId id = hold_of(flow);
  if (id == kNoHold) {
    if (flow.reader == Reader::Done && !flow.server_seen) {
      table_.set_state(slot, FlowState::Allowed);  // nobody will ever acknowledge it to us
    }
  } else if (collector_.differs(id, distance(view.tcp_sequence, collector_.hold(id).first_sequence),
                                payload_of(segment))) {
    if (verify_checksums_ && !checksums_are_right(segment.packet.frame(), view)) {
      exit.drop(segment.packet, Outcome::DecoyDropped);
    } else {
      contradict(segment, slot, exit);
    }
    return;
  } else {
    Collector::Hold& hold = collector_.hold(id);
    hold.passed = later(hold.passed, view.tcp_sequence + length_of(view));
  }
  if (has(view, tcp_flag::kFin)) {
    table_.mark_closing(slot);
  }
  exit.forward(segment.packet, Outcome::TcpDecided);
}

// The hold for what the segment says beyond the last verdict; kNoHold, with the segment gone, if
// there can be none.
HoldId TcpFlows::hold_for(const Segment& segment, FlowSlot slot, Clock::time_point now,
                          Exit& exit) noexcept {
  Flow& flow = table_.flow(slot);
  const std::uint32_t sequence = segment.view.tcp_sequence;
  HoldId id = hold_of(flow);
  if (id != kNoHold) {
    const std::uint32_t reach = sequence + segment.view.payload_size - flow.client_sequence;
    if (collector_.extend(id, reach)) {
      collector_.resume(id, slot, now);
      return id;
    }
    if (flow.server_seen) {
      // What is judged would be forgotten before the server has it: the client sends this again
      // later, because it is not acknowledged either.
      exit.drop(segment.packet, Outcome::OutOfOrderDropped);
      return kNoHold;
    }
    collector_.close(id);
  }
  make_way();
  id = collector_.open(slot, flow.client_sequence, now);
  flow.detail = static_cast<std::uint32_t>(id);
  if (id == kNoHold) {
    no_room(segment, slot, exit);
    return kNoHold;
  }
  flow.generation = collector_.hold(id).generation;
  if (distance(sequence, flow.client_sequence) < 0) {  // begins in what was judged already
    collector_.hold(id).passed = sequence;
  }
  return id;
}

TcpFlows::Step TcpFlows::collect(const Segment& segment, FlowSlot slot, Found& found,
                                 Exit& exit) noexcept {
  const PacketView& view = segment.view;
  const HoldId id = hold_of(slot);
  Collector::Hold& hold = collector_.hold(id);
  const std::uint32_t known_bytes = hold.byte_count;
  const bool fin = has(view, tcp_flag::kFin);
  const std::int32_t begin = distance(view.tcp_sequence, hold.first_sequence);
  auto added = collector_.add(id, segment.packet, begin, payload_of(segment), fin);
  if (added == Collector::Added::Full && !collector_.has_room(id)) {
    pass_prefix(id, exit);
    drop_ahead(id, exit);
    added = collector_.add(id, segment.packet, begin, payload_of(segment), fin);
  }
  if (added != Collector::Added::Fresh) {
    not_added(segment, slot, added, exit);
    return Step::Ended;
  }
  if (hold.packet_count == 1) {
    hold.sample = segment.packet;
    hold.sample_view = view;
    hold.last_acknowledgement = view.tcp_acknowledgement;
    if (hold.place == Collector::Place::Waiting) {
      collector_.resume(id, slot, now_);
    }
  } else {
    hold.last_acknowledgement = later(hold.last_acknowledgement, view.tcp_acknowledgement);
  }
  if (fin) {
    table_.mark_closing(slot);
  }
  table_.set_state(slot, FlowState::Collecting);
  if (hold.byte_count == known_bytes && !hold.is_over()) {
    return Step::Ended;
  }
  return settle(slot, found, exit);
}

void TcpFlows::not_added(const Segment& segment, FlowSlot slot, Collector::Added added,
                         Exit& exit) noexcept {
  if (added == Collector::Added::Differs) {
    contradict(segment, slot, exit);
    return;
  }
  if (added == Collector::Added::Full) {
    give_up(slot, exit);
    // The flow is decided now; this segment goes the way of those before it.
    if (fail_mode_ == FailMode::Open) {
      exit.forward(segment.packet, Outcome::FailOpen);
    } else {
      exit.drop(segment.packet, Outcome::FailClosed);
    }
    return;
  }
  const Collector::Hold& hold = collector_.hold(hold_of(slot));
  const bool has_passed =
      distance(segment.view.tcp_sequence + length_of(segment.view), hold.passed) <= 0;
  if (hold.packet_count == 0) {
    rest_undecided(slot, exit);
  }
  if (has_passed) {  // and may not have reached the server
    exit.forward(segment.packet, Outcome::PrefixForwarded);
    return;
  }
  exit.drop(segment.packet, added == Collector::Added::Duplicate ? Outcome::DuplicateDropped
                                                                 : Outcome::OutOfOrderDropped);
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

}  // namespace luytre::dataplane
