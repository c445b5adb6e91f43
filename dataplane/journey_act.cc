// SPDX-License-Identifier: Apache-2.0
// The journey's step 7: what each verdict does, by what the client speaks.

#include <array>
#include <bit>
#include <cstring>

#include "base/byte_order.h"
#include "journey.h"

namespace luytre::dataplane {
namespace {

// Guests of whom nothing is configured: an IPv4 address, or the 64 bits of IPv6 that a host does not change by itself.
BlockedViews::Line unregistered_line(const PacketView& view) noexcept {
  const auto octets = view.source.octets();
  std::uint64_t address = 0;
  std::memcpy(&address, octets.data() + (view.ip_version == 4 ? 8 : 0), sizeof address);
  return {.first = address, .second = FlowKey::tags_of(view)};
}

}  // namespace

void Journey::act(Positions& later, Exit& exit) noexcept {
  Positions resumed;
  for (std::size_t q = 0; q < question_count_; ++q) {
    if (verdicts_[q].blocks()) {
      count_blocked(questions_[q], verdicts_[q]);
    }
    if (act_on(questions_[q], verdicts_[q], exit)) {
      resumed_[questions_[q].packet] = true;
      resumed.add(questions_[q].packet);
    }
  }
  if (resumed.count != 0) {
    later.merge(resumed);
  }
}

// Each refusal, and each page that was not seen. Without a name it is the server that was asked for.
void Journey::count_blocked(const Question& question, policy::Verdict verdict) noexcept {
  const PacketView& view = burst_.views[question.packet];
  const policy::LineTag tag = burst_.lines[question.packet];
  const auto category = static_cast<std::uint8_t>(verdict.category);
  counters_.add_blocked_name(category);
  const BlockedViews::Line line =
      tag == 0 ? unregistered_line(view)
               : BlockedViews::Line{.first = tag,
                                    .second = std::bit_cast<std::uintptr_t>(burst_.world->policy)};
  const std::span<const std::uint8_t> what =
      question.has_name ? question.name->wire() : view.destination.octets();
  if (blocked_views_.is_new(line, what, burst_.now)) {
    counters_.add_blocked_view(category);
  }
}

// Limit and Safe pass as allowed: quotas and safe modes act elsewhere. True: what is held of the
// connection asks for more.
bool Journey::act_on(const Question& question, const policy::Verdict& verdict,
                     Exit& exit) noexcept {
  const std::size_t i = question.packet;
  if (question.protocol == Protocol::Dns && burst_.views[i].protocol == ip_protocol::kUdp) {
    if (verdict.blocks()) {
      answer_dns(burst_.packets[i], burst_.views[i], queries_[i], dns::refusal_for(verdict), exit);
    } else {
      exit.forward(burst_.packets[i], Outcome::DnsAllowed);
    }
    return false;
  }
  if (question.protocol == Protocol::Quic) {
    act_on_quic(question, verdict, exit);
    return false;
  }
  if (question.bypass != Bypass::None && burst_.views[i].protocol == ip_protocol::kUdp) {
    act_on_bypass(question, verdict, exit);
    return false;
  }
  if (question.protocol == Protocol::Dtls) {
    act_on_dtls(question, verdict, exit);
    return false;
  }
  if (!question.has_name) {
    return act_on_nameless(question, verdict, exit);
  }
  if (!verdict.blocks()) {
    return flows_.allow(found_[i],
                        question.protocol == Protocol::Dns    ? Outcome::DnsAllowed
                        : question.protocol == Protocol::Http ? Outcome::HttpAllowed
                        : question.protocol == Protocol::Tls  ? Outcome::TlsAllowed
                                                              : Outcome::StreamUnknown,
                        exit);
  }
  switch (question.protocol) {
    case Protocol::Dns: {
      const dns::Refusal refusal = dns::refusal_for(verdict);
      refuse_dns_stream(i, &refusal, exit);
      break;
    }
    case Protocol::Http:
      redirect(question, verdict, exit);
      break;
    case Protocol::Tls:
    case Protocol::Quic:
    case Protocol::Dtls:
      flows_.refuse(found_[i].flow, tls_refusal(), Outcome::TlsBlocked, exit);
      break;
    case Protocol::Unknown:
      flows_.refuse(found_[i].flow, {}, Outcome::AddressBlocked, exit);
      break;
  }
  return false;
}

// Where the server's answer to something else may be under way, a redirect would be read as a part of
// that: the connection is reset instead, and so is one of HTTP/2, whose frames the client could not
// be told in.
void Journey::redirect(const Question& question, const policy::Verdict& verdict,
                       Exit& exit) noexcept {
  const TcpFlows::Found& found = found_[question.packet];
  if (found.inspection.is_http2 || !flows_.awaits_answer(found.flow)) {
    flows_.refuse(found.flow, {}, Outcome::HttpReset, exit);
    return;
  }
  std::array<std::uint8_t, StatusPage::kMaxRedirectBytes> redirect;
  const auto words = burst_.world->category_names;
  const auto category = static_cast<std::size_t>(verdict.category);
  const std::size_t size = status_page_.write_redirect(
      category < words.size() ? std::string_view(words[category]) : "", *question.name, redirect);
  flows_.refuse(found.flow, std::span(redirect).first(size), Outcome::HttpRedirected, exit);
}

// The answer with its length (RFC 7766 §8), then FIN. `refusal` is nullptr for a message that is
// answered with an error.
void Journey::refuse_dns_stream(std::size_t position, const dns::Refusal* refusal,
                                Exit& exit) noexcept {
  constexpr std::size_t kLengthBytes = 2;
  const TcpFlows::Found& found = found_[position];
  std::array<std::uint8_t, kLengthBytes + dns::kMaxRefusalBytes> answer;
  dns::Query query;
  const auto form = dns::parse_query(flows_.unit(found).subspan(kLengthBytes), query);
  dns::Refusal error;
  error.rcode = form == dns::QueryForm::OtherOpcode ? dns::Rcode::NotImp : dns::Rcode::FormErr;
  const std::size_t size = dns::write_refusal(query, refusal != nullptr ? *refusal : error,
                                              std::span(answer).subspan(kLengthBytes));
  store_be16(answer.data(), static_cast<std::uint16_t>(size));
  flows_.refuse(found.flow, std::span(answer).first(kLengthBytes + size),
                refusal != nullptr ? Outcome::DnsBlocked : Outcome::DnsFormatError, exit);
}

void Journey::act_on_quic(const Question& question, const policy::Verdict& verdict,
                          Exit& exit) noexcept {
  const FlowSlot flow = quic_found_[question.packet].flow;
  if (verdict.blocks()) {
    quic_.refuse(flow, question.has_name ? Outcome::QuicBlocked : Outcome::AddressBlocked, exit);
  } else {
    quic_.allow(flow, question.has_name ? Outcome::QuicAllowed : Outcome::QuicNoName, exit);
  }
}

// Without its first packet no tunnel comes about: nothing has to be remembered.
void Journey::act_on_bypass(const Question& question, const policy::Verdict& verdict,
                            Exit& exit) noexcept {
  const UdpDatagram refused = datagram(question.packet);
  if (verdict.blocks()) {
    quic_.refuse_datagram(refused, burst_.now, Outcome::BypassBlocked, exit);
  } else {
    exit.forward(refused.packet, Outcome::BypassAllowed);
  }
}

// The parts that came in earlier datagrams first.
void Journey::act_on_dtls(const Question& question, const policy::Verdict& verdict,
                          Exit& exit) noexcept {
  const Packet& packet = burst_.packets[question.packet];
  const DtlsHelloId hello = dtls_found_[question.packet].hello;
  if (!verdict.blocks()) {
    dtls_.allow(hello, Outcome::DtlsAllowed, exit);
    exit.forward(packet, Outcome::DtlsAllowed);
    return;
  }
  const Outcome outcome = question.has_name ? Outcome::DtlsBlocked : Outcome::AddressBlocked;
  dtls_.refuse(hello, outcome, exit);
  quic_.refuse_datagram(datagram(question.packet), burst_.now, outcome, exit);
}

// There is nothing to tell the client in: the connection is reset for both sides.
bool Journey::act_on_nameless(const Question& question, const policy::Verdict& verdict,
                              Exit& exit) noexcept {
  const TcpFlows::Found& found = found_[question.packet];
  if (question.protocol == Protocol::Dns) {
    refuse_dns_stream(question.packet, nullptr, exit);
    return false;
  }
  const bool is_bypass = question.bypass != Bypass::None;
  if (verdict.blocks()) {
    flows_.refuse(found.flow, {}, is_bypass ? Outcome::BypassBlocked : Outcome::AddressBlocked,
                  exit);
    return false;
  }
  return flows_.allow(found,
                      question.protocol == Protocol::Tls    ? Outcome::TlsNoName
                      : question.protocol == Protocol::Http ? Outcome::HttpNoName
                      : is_bypass                           ? Outcome::BypassAllowed
                                                            : Outcome::StreamUnknown,
                      exit);
}

}  // namespace luytre::dataplane
