// SPDX-License-Identifier: Apache-2.0
#include "quic_flows.h"

#include <algorithm>
#include <array>

#include "act.h"
#include "dataplane/forge.h"

namespace luytre::dataplane {
namespace {

constexpr std::uint16_t kHttpsPort = 443;

// Places of the limiters: with a hundred thousand lines a worker, a handful shares one.
constexpr std::size_t kLinePlaces = 16384;

// Of refusals told to one line. A page opens some fifty connections at once.
constexpr std::uint32_t kAnswersPerSecond = 32;
constexpr std::uint32_t kAnswersAtOnce = 128;

// Flows with QUIC are fewer than with TCP, and hold as much.
std::uint32_t quic_flows_of(const WorkerOptions& options) noexcept { return options.max_flows / 2; }

bool is_unread(const quic::Datagram& parts) noexcept {
  return parts.kind == quic::DatagramKind::UnknownVersion ||
         parts.kind == quic::DatagramKind::GoogleQuic;
}

}  // namespace

QuicFlows::QuicFlows(const WorkerOptions& options, NameObserver* observer)
    : table_(quic_flows_of(options), options.flow_idle_timeout, options.hash_seed),
      holds_(std::max(options.max_collecting / 2, 1U)),
      reader_(options.hash_seed ^ 0x71756963U),
      openings_(kLinePlaces, options.quic_initials_per_second,
                std::max(2 * options.quic_initials_per_second, 1U)),
      answers_(kLinePlaces, kAnswersPerSecond, kAnswersAtOnce),
      observer_(observer),
      hold_timeout_(options.hold_timeout),
      fail_mode_(options.fail_mode),
      unknown_(options.quic_unknown),
      verify_checksums_(options.verify_checksums) {}

// All datagrams but the short ones of an allowed flow. `slot`: the datagram's flow, if it has one.
QuicFlows::Step QuicFlows::from_client_of(FlowSlot slot, const UdpDatagram& datagram,
                                          Clock::time_point now, Found& found,
                                          Exit& exit) noexcept {
  now_ = now;
  if (slot != kNoFlow && table_.state(slot) == FlowState::Judging) {
    return Step::Later;
  }
  const quic::Datagram parts = quic::take_apart(datagram.payload());
  if (slot == kNoFlow) {
    return without_flow(datagram, parts, found, exit);
  }
  table_.touch(slot, FlowTable::tick(now));
  if (is_unread(parts) && table_.state(slot) != FlowState::Refused && refuses_unread(datagram)) {
    unknown_version(datagram, exit);  // a permission is for what was read
    return Step::Ended;
  }
  switch (table_.state(slot)) {
    case FlowState::Allowed:
      return allowed(slot, datagram, parts, found, exit);
    case FlowState::Refused:
      return refused(slot, datagram, parts, found, exit);
    default:
      break;
  }
  QuicReader::Reading reading;
  if (parts.initial_count != 0 || parts.has_more) {
    if (is_decoy(datagram)) {
      exit.drop(datagram.packet, Outcome::DecoyDropped);
      return Step::Ended;
    }
    reading = openings_.take(line_of(datagram.key), now_)
                  ? reader_.read(holds_, hold_of(slot), parts)
                  : QuicReader::Reading{.result = QuicReader::Result::GiveUp};
  }
  return collect(slot, datagram, reading, found, exit);
}

// What its server does not accept must not be read as a part of the hello.
bool QuicFlows::is_decoy(const UdpDatagram& datagram) const noexcept {
  return verify_checksums_ && !checksums_are_right(datagram.packet.frame(), datagram.view);
}

// A flow that nothing is known of: most are no QUIC at all.
QuicFlows::Step QuicFlows::without_flow(const UdpDatagram& datagram, const quic::Datagram& parts,
                                        Found& found, Exit& exit) noexcept {
  if (parts.has_more) {
    fail(datagram.packet, exit);
    return Step::Ended;
  }
  switch (parts.kind) {
    case quic::DatagramKind::UnknownVersion:
    case quic::DatagramKind::GoogleQuic:
      unknown_version(datagram, exit);
      return Step::Ended;
    case quic::DatagramKind::Initial:
    case quic::DatagramKind::ZeroRtt: {
      const Begun begun = begin(kNoFlow, datagram, parts, found, exit);
      if (begun != Begun::No) {
        return begun == Begun::Read ? Step::Read : Step::Ended;
      }
      exit.forward(datagram.packet, Outcome::QuicUnreadable);
      return Step::Ended;
    }
    case quic::DatagramKind::Other:
    case quic::DatagramKind::Later:
      break;
  }
  exit.forward(datagram.packet, Outcome::UdpOther);
  return Step::Ended;
}

// Whether all Initials of it belong to what was decided: sent to the id that the judged connection
// began with, or to the one that its server chose.
bool QuicFlows::is_known(FlowSlot slot, const quic::Datagram& parts) noexcept {
  const Flow& flow = table_.flow(slot);
  const bool is_allowed = table_.state(slot) == FlowState::Allowed;
  return std::ranges::all_of(parts.all(), [&](const quic::InitialPacket& initial) {
    return reader_.id_of(initial) == flow.client_sequence ||
           (is_allowed && reader_.id_of(0, initial.destination_id) == flow.detail);
  });
}

QuicFlows::Step QuicFlows::allowed(FlowSlot slot, const UdpDatagram& datagram,
                                   const quic::Datagram& parts, Found& found, Exit& exit) noexcept {
  if (parts.has_more) {
    fail(datagram.packet, exit);
    return Step::Ended;
  }
  if (!is_known(slot, parts)) {
    const Begun begun = begin(slot, datagram, parts, found, exit);
    if (begun != Begun::No) {
      return begun == Begun::Read ? Step::Read : Step::Ended;
    }
  }
  exit.forward(datagram.packet, Outcome::QuicDecided);
  return Step::Ended;
}

// The client of a refused connection tries again for a while; it is told once a second.
QuicFlows::Step QuicFlows::refused(FlowSlot slot, const UdpDatagram& datagram,
                                   const quic::Datagram& parts, Found& found, Exit& exit) noexcept {
  if (!parts.has_more && !is_known(slot, parts)) {
    const Begun begun = begin(slot, datagram, parts, found, exit);
    if (begun != Begun::No) {
      return begun == Begun::Read ? Step::Read : Step::Ended;
    }
  }
  Flow& flow = table_.flow(slot);
  const std::uint32_t tick = FlowTable::tick(now_);
  if (flow.detail != tick) {
    flow.detail = tick;
    quic::ConnectionIds ids;
    if (parts.initial_count != 0) {
      const quic::InitialPacket& initial = parts.initials[0];
      ids = {.version = initial.version,
             .version_number = initial.version_number,
             .destination_id = initial.destination_id,
             .source_id = initial.source_id};
    }
    answer(datagram.packet, datagram.view, ids, exit);
  }
  exit.drop(datagram.packet, Outcome::RefusedFlowDropped);
  return Step::Ended;
}

// Makes the flow (if there is none yet) undecided, provided that an Initial of the datagram is
// authentic by its own id; 0-RTT is believed, because its Initial may follow it.
QuicFlows::Begun QuicFlows::begin(FlowSlot slot, const UdpDatagram& datagram,
                                  const quic::Datagram& parts, Found& found, Exit& exit) noexcept {
  if (is_decoy(datagram)) {
    exit.drop(datagram.packet, Outcome::DecoyDropped);
    return Begun::Ended;
  }
  const QuicHoldId id =
      openings_.take(line_of(datagram.key), now_) ? holds_.open(slot, now_) : kNoQuicHold;
  if (id == kNoQuicHold) {
    fail(datagram.packet, exit);
    return Begun::Ended;
  }
  const QuicReader::Reading reading = reader_.read(holds_, id, parts);
  const bool is_zero_rtt = parts.kind == quic::DatagramKind::ZeroRtt;
  if (reading.result == QuicReader::Result::Nothing && !is_zero_rtt) {
    holds_.close(id);
    return Begun::No;
  }
  if (reading.result == QuicReader::Result::Small) {
    holds_.close(id);
    exit.drop(datagram.packet, Outcome::QuicSmallDropped);
    return Begun::Ended;
  }
  if (slot == kNoFlow) {
    slot = table_.insert(datagram.key, datagram.hash, FlowTable::tick(now_));
    if (slot == kNoFlow) {
      holds_.close(id);
      fail(datagram.packet, exit);
      return Begun::Ended;
    }
  }
  holds_.hold(id).flow = slot;
  table_.flow(slot).detail = static_cast<std::uint32_t>(id);
  table_.set_state(slot, FlowState::Collecting);
  return collect(slot, datagram, reading, found, exit) == Step::Read ? Begun::Read : Begun::Ended;
}

// Of an undecided flow everything is held, in the order in which it came.
QuicFlows::Step QuicFlows::collect(FlowSlot slot, const UdpDatagram& datagram,
                                   const QuicReader::Reading& reading, Found& found,
                                   Exit& exit) noexcept {
  if (reading.result == QuicReader::Result::Small) {
    exit.drop(datagram.packet, Outcome::QuicSmallDropped);
    return Step::Ended;
  }
  if (!holds_.append(hold_of(slot), datagram.packet, datagram.view)) {
    give_up(slot, exit);
    // The flow is decided now; this datagram goes the way of those before it.
    fail(datagram.packet, exit);
    return Step::Ended;
  }
  switch (reading.result) {
    case QuicReader::Result::Progress:
      return settle(slot, reading.connection, found, exit);
    case QuicReader::Result::GiveUp:
      give_up(slot, exit);
      return Step::Ended;
    case QuicReader::Result::Nothing:
    case QuicReader::Result::Small:
      break;
  }
  return Step::Ended;
}

// What the hello of the connection says, as far as it is there.
QuicFlows::Step QuicFlows::settle(FlowSlot slot, std::size_t connection, Found& found,
                                  Exit& exit) noexcept {
  const QuicHoldId id = hold_of(slot);
  QuicHolds::Hold& hold = holds_.hold(id);
  QuicConnection& read = hold.connections[connection];
  if (read.is_allowed) {
    return Step::Ended;
  }
  const auto hello = holds_.crypto(id, connection).first(read.stream().contiguous());
  found.inspection = inspect_client_hello(hello);
  switch (found.inspection.finding) {
    case Finding::NeedMore:
      return Step::Ended;
    case Finding::Name:
    case Finding::NoName:
      found.inspection.protocol = Protocol::Quic;
      found.flow = slot;
      hold.judged = static_cast<std::uint32_t>(connection);
      table_.set_state(slot, FlowState::Judging);
      if (observer_ != nullptr) {
        observer_->on_inspection(hold.first_view, found.inspection, hello);
      }
      return Step::Read;
    case Finding::Nothing:  // a hello always asks
    case Finding::NotThis:
    case Finding::Malformed:
      break;
  }
  // Some server may be more lenient than our reading: as undecided as a bound that was hit.
  give_up(slot, exit);
  return Step::Ended;
}

void QuicFlows::allow(FlowSlot slot, Outcome outcome, Exit& exit) noexcept {
  QuicHolds::Hold& hold = holds_.hold(hold_of(slot));
  hold.connections[hold.judged].is_allowed = true;
  const auto connections = std::span(hold.connections).first(hold.connection_count);
  if (std::ranges::all_of(connections, &QuicConnection::is_allowed)) {
    let_go(slot, outcome, exit);
  } else {
    table_.set_state(slot, FlowState::Collecting);
  }
}

void QuicFlows::let_go(FlowSlot slot, Outcome outcome, Exit& exit) noexcept {
  const QuicHoldId id = hold_of(slot);
  const QuicHolds::Hold& hold = holds_.hold(id);
  for (const Packet& packet : holds_.packets(id)) {
    exit.forward(packet, outcome);
  }
  Flow& flow = table_.flow(slot);
  flow.client_sequence = hold.connection_count == 0 ? 0 : hold.connections[hold.judged].id();
  flow.detail = 0;
  table_.set_state(slot, FlowState::Allowed);
  holds_.close(id);
}

void QuicFlows::refuse(FlowSlot slot, Outcome outcome, Exit& exit) noexcept {
  const QuicHoldId id = hold_of(slot);
  const QuicHolds::Hold& hold = holds_.hold(id);
  const auto packets = holds_.packets(id);
  Flow& flow = table_.flow(slot);
  flow.client_sequence = 0;
  quic::ConnectionIds ids;
  if (hold.connection_count != 0) {
    ids = hold.connections[hold.judged].ids();
    flow.client_sequence = hold.connections[hold.judged].id();
  }
  if (!packets.empty()) {
    answer(packets.front(), hold.first_view, ids, exit);
  }
  for (const Packet& packet : packets) {
    exit.drop(packet, outcome);
  }
  flow.detail = FlowTable::tick(now_);
  table_.set_state(slot, FlowState::Refused);
  holds_.close(id);
}

// Both ways to say it, because either may be filtered or ignored on the client's side: the ICMP
// message, and an Initial of the server that ends the connection.
void QuicFlows::answer(const Packet& packet, const PacketView& view, const quic::ConnectionIds& ids,
                       Exit& exit) noexcept {
  if (!answers_.take(line_of(FlowKey::from_client(view)), now_)) {
    return;
  }
  std::array<std::uint8_t, quic::kMaxConnectionCloseBytes> close;
  if (!ids.destination_id.empty()) {
    const std::size_t size = reader_.write_close(ids, close);
    static_cast<void>(send_to_client(packet, view, std::span(close).first(size), exit));
  }
  static_cast<void>(tell_port_unreachable(packet, view, exit));
}

bool QuicFlows::refuses_unread(const UdpDatagram& datagram) const noexcept {
  return unknown_ == QuicUnknown::Refuse && datagram.view.destination_port == kHttpsPort;
}

// A version that we cannot read, on the port where browsers fall back to TCP when they are told.
void QuicFlows::unknown_version(const UdpDatagram& datagram, Exit& exit) noexcept {
  if (!refuses_unread(datagram)) {
    exit.forward(datagram.packet, Outcome::QuicUnknownForwarded);
    return;
  }
  refuse_datagram(datagram, now_, Outcome::QuicRefused, exit);
}

void QuicFlows::refuse_datagram(const UdpDatagram& datagram, Clock::time_point now, Outcome outcome,
                                Exit& exit) noexcept {
  const bool told = !answers_.take(line_of(datagram.key), now) ||
                    tell_port_unreachable(datagram.packet, datagram.view, exit);
  exit.drop(datagram.packet, told ? outcome : exit.untold(datagram.packet, datagram.view));
}

void QuicFlows::from_server(const UdpDatagram& datagram, Clock::time_point now,
                            Exit& exit) noexcept {
  const FlowSlot slot = table_.find(datagram.key, datagram.hash, datagram.hint);
  if (slot == kNoFlow) {
    exit.forward(datagram.packet, Outcome::UdpOther);
    return;
  }
  if (table_.state(slot) == FlowState::Refused) {
    exit.drop(datagram.packet, Outcome::RefusedFlowDropped);
    return;
  }
  table_.touch(slot, FlowTable::tick(now));
  if (table_.state(slot) == FlowState::Allowed && quic::has_long_header(datagram.payload())) {
    const auto id = quic::server_source_id(datagram.payload());
    if (!id.empty()) {
      table_.flow(slot).detail = reader_.id_of(0, id);
    }
  }
  exit.forward(datagram.packet, Outcome::QuicFromInternet);
}

// A bound was hit. Open: the line works and this connection is unfiltered. Closed: nothing unread
// passes.
void QuicFlows::give_up(FlowSlot slot, Exit& exit) noexcept {
  if (fail_mode_ == FailMode::Open) {
    let_go(slot, Outcome::FailOpen, exit);
  } else {
    refuse(slot, Outcome::FailClosed, exit);
  }
}

// The same decision, for the packet alone.
void QuicFlows::fail(const Packet& packet, Exit& exit) noexcept {
  if (fail_mode_ == FailMode::Open) {
    exit.forward(packet, Outcome::FailOpen);
  } else {
    exit.drop(packet, Outcome::FailClosed);
  }
}

bool QuicFlows::give_up_overdue(Clock::time_point now, Exit& exit) noexcept {
  now_ = now;
  const QuicHoldId id = holds_.oldest();
  if (id == kNoQuicHold || now - holds_.hold(id).since < hold_timeout_) {
    return false;
  }
  give_up(holds_.hold(id).flow, exit);
  return true;
}

bool QuicFlows::give_up_oldest(Exit& exit) noexcept {
  const QuicHoldId id = holds_.oldest();
  if (id == kNoQuicHold) {
    return false;
  }
  give_up(holds_.hold(id).flow, exit);
  return true;
}

// The client's address and its VLAN tags: two lines may use the same private addresses.
std::uint64_t QuicFlows::line_of(const FlowKey& key) const noexcept {
  FlowKey line;
  line.words[0] = key.words[0];
  line.words[1] = key.words[1];
  line.words[4] = key.words[4] & 0xffffffffU;
  return table_.hash(line);
}

}  // namespace luytre::dataplane
