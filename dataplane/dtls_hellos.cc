// SPDX-License-Identifier: Apache-2.0
#include "dtls_hellos.h"

#include <algorithm>
#include <cstring>

#include "quic_flows.h"

namespace luytre::dataplane {
namespace {

// How long a hello stays on record: longer than clients try (RFC 6347 §4.2.4.1) and servers wait.
constexpr std::chrono::seconds kMemory{60};

}  // namespace

DtlsHellos::DtlsHellos(const WorkerOptions& options)
    : hellos_(kMaxHellos), hold_timeout_(options.hold_timeout), fail_mode_(options.fail_mode) {}

DtlsHellos::Step DtlsHellos::from_client(const UdpDatagram& datagram, Clock::time_point now,
                                         Found& found, Exit& exit) noexcept {
  now_ = now;
  if (!has_dtls_handshake(datagram.payload())) {
    return Step::NotThis;
  }
  const DtlsFragments fragments(datagram.payload());
  if (fragments.list().empty()) {
    return Step::NotThis;
  }
  if (fragments.is_odd()) {
    return Step::Contradicts;
  }
  const DtlsFragment& first = fragments.list().front();
  if (first.hello_bytes > kMaxDtlsHelloBytes) {
    fail(datagram.packet, exit);
    return Step::Ended;
  }
  found.hello = kNoDtlsHello;
  found.inspection = inspect_dtls(datagram.payload());
  switch (found.inspection.finding) {
    case Finding::Name:
    case Finding::NoName:
      return Step::Read;
    case Finding::Malformed:  // whole, and no server reads it
      return Step::NotThis;
    default:
      break;
  }
  Hello* hello = find(datagram.key, first.message_sequence);
  if (hello != nullptr && hello->state == State::Judging) {
    return Step::Later;
  }
  if (hello != nullptr && !agrees(*hello, fragments)) {
    if (hello->state == State::Allowed) {
      return Step::Contradicts;
    }
    // Nothing of it has passed: another attempt.
    drop(*hello, Outcome::AbandonedDropped, exit);
    hello->state = State::Free;
    hello = nullptr;
  }
  if (hello == nullptr) {
    hello = &open(exit);
    hello->key = datagram.key;
    hello->message_sequence = first.message_sequence;
    hello->bytes = first.hello_bytes;
  }
  return collect(*hello, datagram, fragments, found, exit);
}

DtlsHellos::Step DtlsHellos::collect(Hello& hello, const UdpDatagram& datagram,
                                     const DtlsFragments& fragments, Found& found,
                                     Exit& exit) noexcept {
  hello.used = now_;
  if (hello.state == State::Allowed) {
    exit.forward(datagram.packet, Outcome::DtlsAllowed);
    return Step::Ended;
  }
  if (!record(hello, fragments)) {
    exit.drop(datagram.packet, Outcome::OutOfOrderDropped);
    return Step::Ended;
  }
  if (!hello.is_whole()) {
    hold(hello, datagram.packet, exit);
    return Step::Ended;
  }
  found.inspection = inspect_dtls_hello(std::span(hello.body).first(hello.bytes));
  if (found.inspection.finding == Finding::Name || found.inspection.finding == Finding::NoName) {
    found.hello = static_cast<DtlsHelloId>(&hello - hellos_.data());
    hello.state = State::Judging;
    return Step::Read;
  }
  hello.state = State::Allowed;  // no server reads it
  forward(hello, Outcome::UdpOther, exit);
  exit.forward(datagram.packet, Outcome::UdpOther);
  return Step::Ended;
}

DtlsHellos::Hello* DtlsHellos::find(const FlowKey& key, std::uint16_t message_sequence) noexcept {
  const auto found = std::ranges::find_if(hellos_, [&](const Hello& hello) {
    return hello.state != State::Free && hello.message_sequence == message_sequence &&
           hello.key == key;
  });
  if (found == hellos_.end()) {
    return nullptr;
  }
  if (found->packet_count == 0 && found->state != State::Judging && now_ - found->used >= kMemory) {
    found->state = State::Free;
    return nullptr;
  }
  return &*found;
}

// The place that is free or was used longest ago. Those that wait for their verdict are of this burst, and
// fewer than there are places.
DtlsHellos::Hello& DtlsHellos::open(Exit& exit) noexcept {
  static_assert(kMaxHellos > Worker::kBurst);
  const auto age = [](const Hello& hello) {
    return hello.state == State::Free      ? Clock::time_point::min()
           : hello.state == State::Judging ? Clock::time_point::max()
                                           : hello.used;
  };
  Hello& hello = *std::ranges::min_element(hellos_, {}, age);
  if (hello.packet_count != 0) {
    give_up(hello, exit);
  }
  hello.state = State::Collecting;
  hello.known.clear();
  return hello;
}

bool DtlsHellos::agrees(const Hello& hello, const DtlsFragments& fragments) noexcept {
  return std::ranges::all_of(fragments.list(), [&](const DtlsFragment& fragment) {
    return fragment.hello_bytes == hello.bytes &&
           std::ranges::none_of(hello.known.list(), [&](const ByteRange& range) {
             const std::size_t from = std::max<std::size_t>(range.begin, fragment.offset);
             const std::size_t to = std::min<std::size_t>(range.end, fragment.end());
             return from < to &&
                    std::memcmp(hello.body.data() + from,
                                fragment.bytes.data() + (from - fragment.offset), to - from) != 0;
           });
  });
}

// False: there are more gaps than can be remembered.
bool DtlsHellos::record(Hello& hello, const DtlsFragments& fragments) noexcept {
  return std::ranges::all_of(fragments.list(), [&](const DtlsFragment& fragment) {
    if (!hello.known.add({.begin = static_cast<std::uint32_t>(fragment.offset),
                          .end = static_cast<std::uint32_t>(fragment.end())})) {
      return false;
    }
    std::ranges::copy(fragment.bytes,
                      hello.body.begin() + static_cast<std::ptrdiff_t>(fragment.offset));
    return true;
  });
}

void DtlsHellos::hold(Hello& hello, const Packet& packet, Exit& exit) noexcept {
  if (hello.packet_count == kMaxPackets) {
    drop(hello, Outcome::OutOfOrderDropped, exit);
  }
  if (hello.packet_count == 0) {
    hello.since = now_;
  }
  hello.packets[hello.packet_count++] = packet;
  ++held_packets_;
}

void DtlsHellos::allow(DtlsHelloId id, Outcome outcome, Exit& exit) noexcept {
  if (id == kNoDtlsHello) {
    return;
  }
  hello_of(id).state = State::Allowed;
  forward(hello_of(id), outcome, exit);
}

// Nothing is kept of it: a client that repeats its hello is told again.
void DtlsHellos::refuse(DtlsHelloId id, Outcome outcome, Exit& exit) noexcept {
  if (id == kNoDtlsHello) {
    return;
  }
  hello_of(id).state = State::Free;
  drop(hello_of(id), outcome, exit);
}

void DtlsHellos::fail(const Packet& packet, Exit& exit) const noexcept {
  if (fail_mode_ == FailMode::Open) {
    exit.forward(packet, Outcome::FailOpen);
  } else {
    exit.drop(packet, Outcome::FailClosed);
  }
}

void DtlsHellos::give_up(Hello& hello, Exit& exit) noexcept {
  if (fail_mode_ == FailMode::Open) {
    forward(hello, Outcome::FailOpen, exit);
  } else {
    drop(hello, Outcome::FailClosed, exit);
  }
}

void DtlsHellos::forward(Hello& hello, Outcome outcome, Exit& exit) noexcept {
  for (const Packet& packet : hello.held()) {
    exit.forward(packet, outcome);
  }
  held_packets_ -= hello.packet_count;
  hello.packet_count = 0;
}

void DtlsHellos::drop(Hello& hello, Outcome outcome, Exit& exit) noexcept {
  for (const Packet& packet : hello.held()) {
    exit.drop(packet, outcome);
  }
  held_packets_ -= hello.packet_count;
  hello.packet_count = 0;
}

bool DtlsHellos::give_up_overdue(Clock::time_point now, Exit& exit) noexcept {
  if (held_packets_ == 0) {
    return false;
  }
  const auto overdue = std::ranges::find_if(hellos_, [&](const Hello& hello) {
    return hello.packet_count != 0 && now - hello.since >= hold_timeout_;
  });
  if (overdue == hellos_.end()) {
    return false;
  }
  drop(*overdue, Outcome::OutOfOrderDropped, exit);
  return true;
}

bool DtlsHellos::give_up_oldest(Exit& exit) noexcept {
  const auto found =
      std::ranges::find_if(hellos_, [](const Hello& hello) { return hello.packet_count != 0; });
  if (found == hellos_.end()) {
    return false;
  }
  give_up(*found, exit);
  return true;
}

}  // namespace luytre::dataplane
