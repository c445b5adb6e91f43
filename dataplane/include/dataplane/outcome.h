// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dataplane/packet.h"

namespace luytre::dataplane {

// How a packet's journey ended. Each received packet adds exactly one; held packets add theirs when they are let go.
enum class Outcome : std::uint8_t {
  // forwarded
  Unprofiled,         // the line did not ask for filtering
  NotIp,
  MalformedForwarded,  // does not decode; forwarded by configuration
  OtherProtocol,       // filtered line, neither TCP nor UDP; fragments where they pass
  UdpOther,            // filtered line, UDP that carries no name we read
  DnsAllowed,
  DnsNotQuery,         // a response or other datagram on port 53
  TcpControl,          // handshake, acknowledgements and resets of a flow that is not decided
  TcpDecided,          // packet of a flow whose name was allowed
  SynDataCut,          // SYN without the data that it carried (TCP Fast Open, RFC 7413), which the client sends again
  TcpFromInternet,     // server's side of a flow that is not refused
  TlsAllowed,
  TlsNoName,           // a ClientHello without a usable name
  HttpAllowed,
  HttpNoName,
  BypassAllowed,       // the same, where the band allows it
  PrefixForwarded,     // beginning of a hello or request that is not whole yet; judged with what follows it
  StreamUnknown,       // no protocol that we read
  QuicAllowed,         // held until the name of its ClientHello was allowed
  QuicNoName,          // held until its ClientHello was seen to have no usable name
  QuicDecided,         // from the client of a flow that was allowed
  QuicFromInternet,    // server's side of a flow that is not refused
  QuicUnreadable,      // an Initial that is not authentic and begins no connection
  QuicUnknownForwarded,  // a version that is not read, where it passes
  DtlsAllowed,         // a ClientHello of DTLS with an allowed name, or without one
  FailOpen,            // undecided at a bound (time, bytes, buffers, flows); the fail mode is open
  // answered or refused
  DnsBlocked,          // answered in place
  DnsFormatError,      // answered FORMERR or NOTIMP in place
  TlsBlocked,
  HttpRedirected,
  HttpReset,           // HTTP request of a refused host where no redirect can be told: reset
  OverlapReset,        // two contents for the same bytes of an undecided stream: reset
  AddressBlocked,      // connection without a name to a listed address
  BypassBlocked,       // first packet or bytes of a VPN or proxy
  QuicBlocked,         // held until the name of its ClientHello was refused
  DtlsBlocked,
  QuicRefused,         // a version that is not read, on UDP port 443
  // dropped
  MalformedDropped,
  FragmentDropped,     // fragment from a filtered line, where the options say so
  FragmentRefused,     // fragments that overlap or contradict each other
  OutOfOrderDropped,   // client data of an undecided flow outside of what may be held; the client sends it again
  DuplicateDropped,    // client data or a fragment that is held already
  SynDataDropped,      // SYN with data that cannot be cut; the client falls back to a plain one
  DecoyDropped,        // segment of an undecided flow that its server does not accept: checksum, TCP MD5 (RFC 2385)
  AbandonedDropped,    // held when the client reset its connection or began a new one
  QuicSmallDropped,    // an authentic Initial in less than 1,200 bytes, which servers discard (RFC 9000 §14.1)
  RefusedFlowDropped,  // later packet of a refused flow
  FailClosed,          // undecided at a bound; the fail mode is closed
  NoReturnPath,        // refused, in a tunnel whose way back was not seen yet; the client tries again
  NoBufferDropped,     // no room to answer or to send
};
inline constexpr std::size_t kOutcomeCount = static_cast<std::size_t>(Outcome::NoBufferDropped) + 1;

struct OutcomeRow {
  Outcome outcome;
  std::string_view counter;  // label value of luytre_packets_total, snake_case
  std::string_view help;     // for people, a short sentence
};
// In the order of the enum, one row each.
[[nodiscard]] const std::array<OutcomeRow, kOutcomeCount>& outcome_rows() noexcept;

// Counters of one worker: one writer, read by anybody without a lock (relaxed atomics of the platform's word size).
class alignas(64) Counters {
 public:
  // Inline: once a packet. A plain store cannot tear, and with one writer needs no read-modify-write.
  void count(Outcome outcome, Side from) noexcept {
    std::uint64_t& counter =
        outcomes_[static_cast<std::size_t>(from)][static_cast<std::size_t>(outcome)];
    __atomic_store_n(&counter, counter + 1, __ATOMIC_RELAXED);
  }
  [[nodiscard]] std::uint64_t value(Outcome outcome, Side from) const noexcept;

  void add_blocked_name(std::uint8_t category) noexcept;  // refusals by category bit: names, not packets
  [[nodiscard]] std::uint64_t blocked_names(std::uint8_t category) const noexcept;
  void add_blocked_view(std::uint8_t category) noexcept;  // of those, each line and name once a second
  [[nodiscard]] std::uint64_t blocked_views(std::uint8_t category) const noexcept;

  void set_flows(std::uint64_t flows) noexcept;
  void set_replaced_flows(std::uint64_t flows) noexcept;  // gave their place in the full table to a new flow
  void set_held_packets(std::uint64_t packets) noexcept;
  [[nodiscard]] std::uint64_t flows() const noexcept;
  [[nodiscard]] std::uint64_t replaced_flows() const noexcept;
  [[nodiscard]] std::uint64_t held_packets() const noexcept;

 private:
  std::array<std::array<std::uint64_t, kOutcomeCount>, 2> outcomes_{};
  std::array<std::uint64_t, 64> blocked_{};
  std::array<std::uint64_t, 64> blocked_views_{};
  std::uint64_t flows_ = 0;
  std::uint64_t replaced_flows_ = 0;
  std::uint64_t held_packets_ = 0;
};

}  // namespace luytre::dataplane
