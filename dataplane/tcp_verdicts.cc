// SPDX-License-Identifier: Apache-2.0
// What becomes of a flow once its bytes are read: asked about, let go, refused, given up.

#include <algorithm>
#include <new>
#include <type_traits>
#include <utility>

#include "act.h"
#include "dataplane/decode.h"
#include "tcp_flows.h"

namespace luytre::dataplane {
namespace {

// Requests or messages that are read while packets are held. Clients that pipeline send a few; each
// costs a look-up before the packet may leave.
constexpr std::uint32_t kMaxUnits = 64;

// Content of a request that is announced and passes unread. What is announced beyond is taken for
// the rest of the connection: half of sequence space could not tell before from behind.
constexpr std::uint64_t kMaxAhead = std::uint64_t{1} << 30U;

// Less than any client sends before it waits for an acknowledgement: ten segments (RFC 6928 §2). A hello
// on a path of 1,280 bytes has two.
constexpr std::uint32_t kMaxHeldInOrder = 8;

// From when the beginning of a hello or request passed until it is whole: what servers grant.
constexpr std::chrono::seconds kMaxUndecided{60};

bool is_http(Reader reader) noexcept {
  return reader == Reader::Http || reader == Reader::HttpChunk || reader == Reader::HttpTrailer;
}

bool covers_a_unit(Finding finding) noexcept {
  return finding == Finding::Name || finding == Finding::NoName || finding == Finding::Nothing;
}

}  // namespace

// Reads what is held, from the first byte that no verdict covers on.
TcpFlows::Step TcpFlows::settle(FlowSlot slot, Found& found, Exit& exit) noexcept {
  const HoldId id = hold_of(slot);
  Collector::Hold& hold = collector_.hold(id);
  const Flow& flow = table_.flow(slot);
  while (hold.judged < hold.byte_count && hold.unit_count <= kMaxUnits) {
    // Made in its place: a copy of the name costs more than reading it.
    static_assert(std::is_trivially_destructible_v<Inspection>);
    ::new (&found.inspection) Inspection(
        read_stream(collector_.stream(id),
                    {.reader = flow.reader, .from = hold.judged, .port = flow.key.server_port()}));
    switch (found.inspection.finding) {
      case Finding::Name:
      case Finding::NoName:
        if (observer_ != nullptr) {
          // A DNS message as in a datagram, without its length.
          const std::size_t prefix = found.inspection.protocol == Protocol::Dns ? 2 : 0;
          observer_->on_inspection(hold.sample_view, found.inspection,
                                   collector_.stream(id).subspan(hold.judged + prefix));
        }
        return ask(slot, found);
      case Finding::Nothing:
        ++hold.unit_count;
        advance(slot, found.inspection);
        release(slot, Outcome::TcpDecided, exit);
        if (table_.state(slot) != FlowState::Collecting) {
          return Step::Ended;
        }
        break;
      case Finding::NeedMore:
        if (!hold.is_over()) {
          if (hold.packet_count > kMaxHeldInOrder) {
            pass_prefix(id, exit);
            if (hold.packet_count == 0) {
              rest_undecided(slot, exit);
            }
          }
          return Step::Ended;
        }
        return read_incomplete(slot, found, exit);
      case Finding::NotThis:
        return read_incomplete(slot, found, exit);
      case Finding::Malformed:
        if (found.inspection.is_evasive) {
          refuse(slot, {}, Outcome::HttpReset, exit);
          return Step::Ended;
        }
        // Some server may be more lenient than our reading: as undecided as a bound that was hit.
        give_up(slot, exit);
        return Step::Ended;
    }
  }
  if (hold.judged < hold.byte_count) {
    give_up(slot, exit);
  } else if (hold.is_over()) {
    release(slot, Outcome::TcpDecided, exit);
  }
  return Step::Ended;
}

// No reader knows the bytes, or nothing follows that could complete them, for the server neither.
TcpFlows::Step TcpFlows::read_incomplete(FlowSlot slot, Found& found, Exit& exit) noexcept {
  Flow& flow = table_.flow(slot);
  if (flow.reader == Reader::Start) {
    return ask(slot, found);
  }
  if (found.inspection.finding == Finding::NotThis && is_http(flow.reader)) {
    give_up(slot, exit);  // we and the server may have counted differently
    return Step::Ended;
  }
  advance(slot, found.inspection);
  release(slot, Outcome::TcpDecided, exit);
  return Step::Ended;
}

TcpFlows::Step TcpFlows::ask(FlowSlot slot, Found& found) noexcept {
  found.flow = slot;
  ++collector_.hold(hold_of(slot)).unit_count;
  table_.set_state(slot, FlowState::Judging);
  return Step::Read;
}

TcpFlows::Step TcpFlows::resume(Found& found, Exit& exit) noexcept {
  table_.set_state(found.flow, FlowState::Collecting);
  return settle(found.flow, found, exit);
}

// Moves the flow behind what a verdict covers.
void TcpFlows::advance(FlowSlot slot, const Inspection& inspection) noexcept {
  Flow& flow = table_.flow(slot);
  Collector::Hold& hold = collector_.hold(hold_of(flow));
  flow.reader = Reader::Done;
  if (covers_a_unit(inspection.finding) && inspection.unit_bytes <= kMaxAhead) {
    hold.judged += static_cast<std::uint32_t>(inspection.unit_bytes);
    flow.reader = inspection.next;
  }
  if (flow.reader == Reader::Done) {
    hold.judged = hold.byte_count;
  }
  flow.client_sequence = hold.first_sequence + hold.judged;
  flow.long_lived =
      flow.long_lived || flow.client_sequence - flow.first_sequence >= std::uint32_t{kMaxAhead};
}

// Forwards the held packets of which every byte is judged. Packets go whole, so one that reaches
// further stays, and all behind it.
void TcpFlows::release(FlowSlot slot, Outcome outcome, Exit& exit) noexcept {
  const Flow& flow = table_.flow(slot);
  const HoldId id = hold_of(flow);
  Collector::Hold& hold = collector_.hold(id);
  const auto packets = collector_.packets(id);
  std::size_t count = 0;
  for (; count < packets.size(); ++count) {
    const Collector::Held& held = packets[count];
    if (flow.reader != Reader::Done && std::cmp_greater(held.end, hold.judged)) {
      break;
    }
    exit.forward(held.packet, outcome);
    hold.passed = later(hold.passed, hold.first_sequence + static_cast<std::uint32_t>(held.end));
  }
  collector_.take(id, count);
  if (hold.packet_count != 0 && hold.judged > hold.byte_count) {
    // Content that passes unread is missing in front of them: the client sends them again behind it.
    drop_held(id, Outcome::OutOfOrderDropped, exit);
    collector_.forget_ahead(id);
  }
  if (hold.packet_count == 0) {
    rest(slot);
    return;
  }
  table_.set_state(slot, FlowState::Collecting);
  if (count != 0) {
    renew_sample(hold);
  }
}

void TcpFlows::renew_sample(Collector::Hold& hold) noexcept {
  hold.sample = hold.packets[0].packet;
  static_cast<void>(decode(hold.sample.frame(), hold.sample_view));  // it did before
}

// Forwards what is held in order of a hello or request that is not whole. It does a server no good,
// and the server's acknowledgements let the client go on: one that sends a byte a segment stops after
// ten. The bytes stay on record, and are judged with those that follow.
void TcpFlows::pass_prefix(HoldId id, Exit& exit) noexcept {
  Collector::Hold& hold = collector_.hold(id);
  if (!hold.passed_undecided()) {
    hold.passing_since = now_;
  }
  std::size_t count = 0;
  for (const Collector::Held& held : collector_.packets(id)) {
    if (std::cmp_greater(held.end, hold.byte_count)) {
      break;
    }
    exit.forward(held.packet, Outcome::PrefixForwarded);
    hold.passed = later(hold.passed, hold.first_sequence + static_cast<std::uint32_t>(held.end));
    ++count;
  }
  collector_.take(id, count);
  if (count != 0 && hold.packet_count != 0) {
    renew_sample(hold);
  }
}

// As if it had been lost: the client sends it again.
void TcpFlows::drop_ahead(HoldId id, Exit& exit) noexcept {
  Collector::Hold& hold = collector_.hold(id);
  drop_held(id, Outcome::OutOfOrderDropped, exit);
  collector_.forget_ahead(id);
  if (hold.fin_at > hold.byte_count) {
    hold.fin_at = Collector::kNoFin;
  }
}

// An undecided flow whose hold has no packets left: what passed is remembered until there is more.
void TcpFlows::rest_undecided(FlowSlot slot, Exit& exit) noexcept {
  const HoldId id = hold_of(slot);
  if (!collector_.hold(id).passed_undecided()) {
    rest(slot);
    return;
  }
  collector_.wait(id);
  if (collector_.too_many_wait()) {
    give_up(collector_.hold(collector_.oldest_waiting()).flow, exit);
  }
}

bool TcpFlows::allow(const Found& found, Outcome outcome, Exit& exit) noexcept {
  const FlowSlot slot = found.flow;
  advance(slot, found.inspection);
  table_.flow(slot).answered = false;
  release(slot, outcome, exit);
  if (table_.state(slot) != FlowState::Collecting) {
    return false;
  }
  const Collector::Hold& hold = collector_.hold(hold_of(slot));
  if (hold.judged == hold.byte_count) {
    return false;
  }
  table_.set_state(slot, FlowState::Judging);
  return true;
}

// A flow whose hold has no packets left: what was judged is remembered until the server has it.
void TcpFlows::rest(FlowSlot slot) noexcept {
  Flow& flow = table_.flow(slot);
  const HoldId id = hold_of(flow);
  const bool has_bytes = collector_.hold(id).byte_count != 0;
  if (has_bytes) {
    make_way();
    collector_.linger(id);
  } else {
    collector_.close(id);
    flow.detail = static_cast<std::uint32_t>(kNoHold);
  }
  const bool is_new =
      !has_bytes && flow.reader == Reader::Start && flow.client_sequence == flow.first_sequence;
  table_.set_state(slot, is_new ? FlowState::Handshake : FlowState::Watching);
}

// One place in the pool, at the cost of what is remembered longest. Its flow finds out by the
// generation: touching it here would cost two misses of the cache for each new connection.
void TcpFlows::make_way() noexcept {
  const HoldId id = collector_.to_make_way();
  if (id != kNoHold) {
    collector_.close(id);
    collector_.prefetch_to_make_way();
  }
}

bool TcpFlows::awaits_answer(FlowSlot slot) noexcept {
  const Flow& flow = table_.flow(slot);
  if (!flow.long_lived && flow.client_sequence == flow.first_sequence) {
    return true;
  }
  const Collector::Hold& hold = collector_.hold(hold_of(flow));
  return flow.server_seen && flow.answered && hold.last_acknowledgement == flow.server_next;
}

std::span<const std::uint8_t> TcpFlows::unit(const Found& found) noexcept {
  const HoldId id = hold_of(found.flow);
  const auto rest = collector_.stream(id).subspan(collector_.hold(id).judged);
  return rest.first(std::min<std::uint64_t>(rest.size(), found.inspection.unit_bytes));
}

void TcpFlows::refuse(FlowSlot slot, std::span<const std::uint8_t> last_words, Outcome outcome,
                      Exit& exit) noexcept {
  Flow& flow = table_.flow(slot);
  const HoldId id = hold_of(flow);
  const Collector::Hold& hold = collector_.hold(id);
  const ConnectionEnd end{
      .client_first = hold.passed,
      .client_next = hold.first_sequence + hold.byte_count + (hold.is_over() ? 1U : 0U),
      .server_next = flow.server_seen ? later(hold.last_acknowledgement, flow.server_next)
                                      : hold.last_acknowledgement};
  const bool told = end_connection(hold.sample, hold.sample_view, end, last_words, exit);
  const Outcome last_outcome = told ? outcome : exit.untold(hold.sample, hold.sample_view);
  if (hold.passed_undecided() && hold.acknowledged != hold.passed) {
    reset_server(hold.sample, hold.sample_view, hold.acknowledged, exit);
  }
  const auto packets = collector_.packets(id);
  for (const Collector::Held& held : packets.first(packets.size() - 1)) {
    exit.drop(held.packet, outcome);
  }
  exit.drop(packets.back().packet, last_outcome);
  collector_.close(id);
  // After a RST no acknowledgement is to come: a number that no client sends makes after_refusal()
  // repeat the RST.
  set_refused(slot, end.client_next,
              last_words.empty()
                  ? end.server_next - 1
                  : end.server_next + static_cast<std::uint32_t>(last_words.size()) + 1);
}

void TcpFlows::set_refused(FlowSlot slot, std::uint32_t client_next,
                           std::uint32_t server_next) noexcept {
  table_.flow(slot).client_sequence = client_next;
  table_.flow(slot).detail = server_next;
  table_.set_state(slot, FlowState::Refused);
  table_.mark_closing(slot);
}

// Two contents for the same bytes: the server may read either, and none of them any more.
void TcpFlows::contradict(const Segment& segment, FlowSlot slot, Exit& exit) noexcept {
  const Flow& flow = table_.flow(slot);
  const HoldId id = hold_of(flow);
  const PacketView& view = segment.view;
  if (!collector_.packets(id).empty()) {
    refuse(slot, {}, Outcome::OverlapReset, exit);
    exit.drop(segment.packet, Outcome::OverlapReset);
    return;
  }
  // What was judged, or passed, may not have reached the server; it has not said so.
  const ConnectionEnd end{.client_first = collector_.hold(id).acknowledged,
                          .client_next = view.tcp_sequence + length_of(view),
                          .server_next = flow.server_seen
                                             ? later(view.tcp_acknowledgement, flow.server_next)
                                             : view.tcp_acknowledgement};
  const bool told = end_connection(segment.packet, view, end, {}, exit);
  if (collector_.hold(id).place == Collector::Place::Waiting) {
    reset_server(segment.packet, view, collector_.hold(id).passed, exit);
  }
  collector_.close(id);
  set_refused(slot, end.client_next, end.server_next - 1);
  exit.drop(segment.packet, told ? Outcome::OverlapReset : exit.untold(segment.packet, view));
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
      flow.client_sequence = later(flow.client_sequence, end);
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

void TcpFlows::drop_held(HoldId id, Outcome outcome, Exit& exit) noexcept {
  const auto packets = collector_.packets(id);
  for (const Collector::Held& held : packets) {
    exit.drop(held.packet, outcome);
  }
  collector_.take(id, packets.size());
}

// The client itself ended the connection; what it said last is of no interest to anybody. What passed
// stays on record, for the case that the RST is lost.
void TcpFlows::abandon(FlowSlot slot, Exit& exit) noexcept {
  const HoldId id = hold_of(slot);
  Collector::Hold& hold = collector_.hold(id);
  drop_held(id, Outcome::AbandonedDropped, exit);
  collector_.forget_ahead(id);
  hold.byte_count = hold.passed_undecided() ? hold.passed - hold.first_sequence
                                            : std::min(hold.byte_count, hold.judged);
  hold.fin_at = Collector::kNoFin;
  rest_undecided(slot, exit);
}

// A bound was hit. Open: the line works and this connection is unfiltered. Closed: nothing unread
// passes.
void TcpFlows::give_up(FlowSlot slot, Exit& exit) noexcept {
  const HoldId id = hold_of(slot);
  const auto packets = collector_.packets(id);
  if (fail_mode_ == FailMode::Open) {
    for (const Collector::Held& held : packets) {
      exit.forward(held.packet, Outcome::FailOpen);
    }
    // What passed may not reach the server: until it is acknowledged, nothing else may take its place.
    collector_.take(id, packets.size());
    collector_.forget_ahead(id);
    Collector::Hold& hold = collector_.hold(id);
    hold.judged = hold.byte_count;
    Flow& flow = table_.flow(slot);
    flow.reader = Reader::Done;
    flow.client_sequence = hold.first_sequence + hold.judged;
    rest(slot);
  } else if (!packets.empty()) {
    refuse(slot, {}, Outcome::FailClosed, exit);
  } else if (collector_.hold(id).passed_undecided()) {
    // There is no packet to tell either side in. Whatever the client sends next is answered with RST,
    // for as long as the server, which has a beginning, may wait.
    const Collector::Hold& hold = collector_.hold(id);
    Flow& flow = table_.flow(slot);
    flow.client_sequence = hold.passed + static_cast<std::uint32_t>(kMaxAhead);
    flow.detail = hold.last_acknowledgement - 1;
    collector_.close(id);
    table_.set_state(slot, FlowState::Refused);
    table_.touch(slot, FlowTable::tick(now_));
  } else {
    rest(slot);  // not even the first packet could be taken
  }
}

// What has been held for as long as a packet may be. Being slow is no way around: the beginning of a
// hello passes and stays undecided, and what is ahead of a gap has to come again.
void TcpFlows::end_of_patience(HoldId id, Exit& exit) noexcept {
  const Collector::Hold& hold = collector_.hold(id);
  const FlowSlot slot = hold.flow;
  if (hold.passed_undecided() && now_ - hold.passing_since >= kMaxUndecided) {
    give_up(slot, exit);
    return;
  }
  pass_prefix(id, exit);
  drop_ahead(id, exit);
  rest_undecided(slot, exit);
}

bool TcpFlows::give_up_overdue(Clock::time_point now, Exit& exit) noexcept {
  now_ = now;
  const auto is_overdue = [&](HoldId id, Clock::duration bound) {
    return id != kNoHold && now - collector_.hold(id).since >= bound;
  };
  if (const HoldId id = collector_.oldest(); is_overdue(id, hold_timeout_)) {
    end_of_patience(id, exit);
    return true;
  }
  if (const HoldId id = collector_.oldest_waiting(); is_overdue(id, kMaxUndecided)) {
    give_up(collector_.hold(id).flow, exit);
    return true;
  }
  return false;
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
