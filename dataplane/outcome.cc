// SPDX-License-Identifier: Apache-2.0
#include "dataplane/outcome.h"

namespace luytre::dataplane {
namespace {

constexpr std::array<OutcomeRow, kOutcomeCount> kRows = {{
    {Outcome::Unprofiled, "unprofiled", "Forwarded: the line did not ask for filtering."},
    {Outcome::NotIp, "not_ip", "Forwarded: not an IP packet."},
    {Outcome::MalformedForwarded, "malformed_forwarded", "Forwarded although it does not decode."},
    {Outcome::OtherProtocol, "other_protocol", "Forwarded: neither TCP nor UDP, or a fragment."},
    {Outcome::UdpOther, "udp_other", "Forwarded: UDP that carries no name."},
    {Outcome::DnsAllowed, "dns_allowed", "Forwarded: DNS query for an allowed name."},
    {Outcome::DnsNotQuery, "dns_not_query", "Forwarded: on port 53, and not a DNS query."},
    {Outcome::TcpControl, "tcp_control", "Forwarded: TCP without data on an undecided connection."},
    {Outcome::TcpDecided, "tcp_decided", "Forwarded: from the client of an allowed connection."},
    {Outcome::SynDataCut, "syn_data_cut",
     "Forwarded: SYN without its data (TCP Fast Open), which the client sends again."},
    {Outcome::TcpFromInternet, "tcp_from_internet", "Forwarded: from the server."},
    {Outcome::TlsAllowed, "tls_allowed", "Forwarded: ClientHello with an allowed name."},
    {Outcome::TlsNoName, "tls_no_name", "Forwarded: ClientHello without a name."},
    {Outcome::HttpAllowed, "http_allowed", "Forwarded: HTTP request for an allowed host."},
    {Outcome::HttpNoName, "http_no_name", "Forwarded: HTTP request without a host."},
    {Outcome::BypassAllowed, "bypass_allowed",
     "Forwarded: first packet of a VPN or proxy, which the band allows."},
    {Outcome::PrefixForwarded, "prefix_forwarded",
     "Forwarded: beginning of a hello or request that is not whole yet."},
    {Outcome::StreamUnknown, "stream_unknown",
     "Forwarded: first data in no protocol that is read."},
    {Outcome::QuicAllowed, "quic_allowed", "Forwarded: QUIC ClientHello with an allowed name."},
    {Outcome::QuicNoName, "quic_no_name", "Forwarded: QUIC ClientHello without a name."},
    {Outcome::QuicDecided, "quic_decided",
     "Forwarded: from the client of an allowed QUIC connection."},
    {Outcome::QuicFromInternet, "quic_from_internet", "Forwarded: from the server of QUIC."},
    {Outcome::QuicUnreadable, "quic_unreadable",
     "Forwarded: QUIC Initial that is not authentic and begins no connection."},
    {Outcome::QuicUnknownForwarded, "quic_unknown_forwarded",
     "Forwarded: QUIC of a version that is not read."},
    {Outcome::DtlsAllowed, "dtls_allowed",
     "Forwarded: DTLS ClientHello with an allowed name, or none."},
    {Outcome::FailOpen, "fail_open", "Forwarded undecided, because a bound was hit."},
    {Outcome::DnsBlocked, "dns_blocked", "DNS query answered: the name is refused."},
    {Outcome::DnsFormatError, "dns_format_error",
     "DNS query answered: it is malformed or unsupported."},
    {Outcome::TlsBlocked, "tls_blocked", "ClientHello refused with alert 112."},
    {Outcome::HttpRedirected, "http_redirected", "HTTP request redirected to the status page."},
    {Outcome::HttpReset, "http_reset",
     "HTTP request reset: refused where no redirect can be told, or with two names."},
    {Outcome::OverlapReset, "overlap_reset",
     "Connection reset: two contents for the same undecided bytes."},
    {Outcome::AddressBlocked, "address_blocked",
     "Connection without a name ended: its server's address is refused."},
    {Outcome::BypassBlocked, "bypass_blocked", "Refused: first packet of a VPN or proxy."},
    {Outcome::QuicBlocked, "quic_blocked",
     "QUIC ClientHello refused with CONNECTION_CLOSE and port unreachable."},
    {Outcome::DtlsBlocked, "dtls_blocked", "DTLS ClientHello refused with port unreachable."},
    {Outcome::QuicRefused, "quic_refused",
     "QUIC of a version that is not read refused with port unreachable."},
    {Outcome::MalformedDropped, "malformed_dropped",
     "Dropped: does not decode, or urgent data in a hello."},
    {Outcome::FragmentDropped, "fragment_dropped", "Dropped: IP fragment from a filtered line."},
    {Outcome::FragmentRefused, "fragment_refused",
     "Dropped: IP fragments that overlap or contradict each other."},
    {Outcome::OutOfOrderDropped, "out_of_order_dropped",
     "Dropped: undecided data too far out of order."},
    {Outcome::DuplicateDropped, "duplicate_dropped",
     "Dropped: undecided data that is held already."},
    {Outcome::SynDataDropped, "syn_data_dropped", "Dropped: SYN with data that cannot be cut."},
    {Outcome::DecoyDropped, "decoy_dropped",
     "Dropped: undecided data that its server does not accept (checksum, MD5 option)."},
    {Outcome::AbandonedDropped, "abandoned_dropped",
     "Dropped: held data of a connection the client gave up."},
    {Outcome::QuicSmallDropped, "quic_small_dropped",
     "Dropped: QUIC Initial in less than 1,200 bytes, which servers discard."},
    {Outcome::RefusedFlowDropped, "refused_flow_dropped",
     "Dropped: later packet of a refused connection."},
    {Outcome::FailClosed, "fail_closed", "Dropped undecided, because a bound was hit."},
    {Outcome::NoReturnPath, "no_return_path",
     "Dropped: refused, in a tunnel whose way back is not known yet."},
    {Outcome::NoBufferDropped, "no_buffer_dropped", "Dropped: no buffer or no room to send."},
}};

constexpr bool is_in_order_of_the_enum() noexcept {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].outcome != static_cast<Outcome>(i) || kRows[i].counter.empty()) {
      return false;
    }
  }
  return true;
}
static_assert(is_in_order_of_the_enum());

// One thread writes, so no read-modify-write is needed: a plain load, an add, and a store that
// cannot tear. std::atomic_ref would do the same, but has no const form in C++23.
std::uint64_t load(const std::uint64_t& counter) noexcept {
  return __atomic_load_n(&counter, __ATOMIC_RELAXED);
}
void store(std::uint64_t& counter, std::uint64_t value) noexcept {
  __atomic_store_n(&counter, value, __ATOMIC_RELAXED);
}

}  // namespace

const std::array<OutcomeRow, kOutcomeCount>& outcome_rows() noexcept { return kRows; }

std::uint64_t Counters::value(Outcome outcome, Side from) const noexcept {
  return load(outcomes_[static_cast<std::size_t>(from)][static_cast<std::size_t>(outcome)]);
}

void Counters::add_blocked_name(std::uint8_t category) noexcept {
  std::uint64_t& counter = blocked_[category & 63U];
  store(counter, counter + 1);
}

std::uint64_t Counters::blocked_names(std::uint8_t category) const noexcept {
  return load(blocked_[category & 63U]);
}

void Counters::add_blocked_view(std::uint8_t category) noexcept {
  std::uint64_t& counter = blocked_views_[category & 63U];
  store(counter, counter + 1);
}

std::uint64_t Counters::blocked_views(std::uint8_t category) const noexcept {
  return load(blocked_views_[category & 63U]);
}

void Counters::set_flows(std::uint64_t flows) noexcept { store(flows_, flows); }
void Counters::set_replaced_flows(std::uint64_t flows) noexcept { store(replaced_flows_, flows); }
void Counters::set_held_packets(std::uint64_t packets) noexcept { store(held_packets_, packets); }
std::uint64_t Counters::flows() const noexcept { return load(flows_); }
std::uint64_t Counters::replaced_flows() const noexcept { return load(replaced_flows_); }
std::uint64_t Counters::held_packets() const noexcept { return load(held_packets_); }

}  // namespace luytre::dataplane
