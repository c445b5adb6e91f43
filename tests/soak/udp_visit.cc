// SPDX-License-Identifier: Apache-2.0
#include "udp_visit.h"

#include <algorithm>

#include "support/client_hello.h"
#include "support/quic_packets.h"

namespace luytre::dataplane::soak {
namespace {

namespace quic = luytre::test::quic;

constexpr std::uint16_t kDnsPort = 53;
constexpr std::uint16_t kQuicPort = 443;
constexpr std::uint8_t kResponse = 0x80;
constexpr std::uint8_t kNxDomain = 3;

// Of a long header in version 1 (RFC 9000 §17.2).
quic::Type type_of(std::span<const std::uint8_t> payload) {
  return static_cast<quic::Type>(payload[0] >> 4U & 3U);
}

}  // namespace

void DnsVisit::ask(int tries) {
  if (ending() != Ending::None) {
    return;
  }
  if (tries == 0) {
    end(Ending::GaveUp);
    return;
  }
  network_.send(
      Side::Subscriber,
      towards_server().udp(target_.client_port, kDnsPort).dns_query(target_.name).build());
  later(std::chrono::seconds(1), [this, tries] { ask(tries - 1); });
}

void DnsVisit::at_server(const PacketView& view, const Bytes& frame) {
  require(!target_.is_refused, "no question for a refused name reaches a server");
  Bytes answer(payload_of(view, frame).begin(), payload_of(view, frame).end());
  answer[2] |= kResponse;
  network_.send(Side::Internet,
                towards_client().udp(kDnsPort, target_.client_port).payload(answer).build());
}

void DnsVisit::at_client(const PacketView& view, const Bytes& frame) {
  const auto answer = payload_of(view, frame);
  const bool is_refusal = (answer[3] & 0x0fU) == kNxDomain;
  require((answer[2] & kResponse) != 0, "a client is answered, not asked");
  require(is_refusal == target_.is_refused, "who is told a refusal asked for a refused name");
  end(is_refusal ? Ending::Refused : Ending::Served);
}

QuicVisit::QuicVisit(Network& network, Target target) : Visit(network, std::move(target)) {
  quic::Endpoint client;
  for (std::uint8_t& byte : client.destination_id) {
    byte = static_cast<std::uint8_t>(network_.below(256));
  }
  client.key_id = client.destination_id;
  hello_ =
      quic::hello_datagrams(client, luytre::test::browser_hello(target_.name).message(), {1100});
}

void QuicVisit::greet(milliseconds timeout, int tries) {
  if (ending() != Ending::None) {
    return;
  }
  if (tries == 0) {
    end(Ending::GaveUp);
    return;
  }
  if (network_.below(4) == 0) {
    std::ranges::reverse(hello_);
  }
  for (const Bytes& datagram : hello_) {
    network_.send(Side::Subscriber,
                  towards_server().udp(target_.client_port, kQuicPort).payload(datagram).build());
  }
  later(timeout,
        [this, timeout, tries] { greet(std::min(timeout * 2, milliseconds(2000)), tries - 1); });
}

void QuicVisit::at_server(const PacketView& view, const Bytes& frame) {
  require(!target_.is_refused, "no datagram of a refused hello reaches a server");
  const auto payload = payload_of(view, frame);
  require(std::ranges::any_of(hello_,
                              [&](const Bytes& sent) { return std::ranges::equal(sent, payload); }),
          "a server reads what its client wrote");
  network_.send(Side::Internet, towards_client()
                                    .udp(kQuicPort, target_.client_port)
                                    .payload(quic::Endpoint{}.sealed(quic::Type::Handshake))
                                    .build());
}

// Refused with an Initial that closes the connection, or told by ICMP. A hello that took longer than it
// may be held for ends the same way.
void QuicVisit::at_client(const PacketView& view, const Bytes& frame) {
  const bool is_refusal = view.protocol == ip_protocol::kIcmp ||
                          type_of(payload_of(view, frame)) == quic::Type::Initial;
  require(is_refusal || !target_.is_refused, "nobody is served who asked for a refused name");
  end(!is_refusal ? Ending::Served : target_.is_refused ? Ending::Refused : Ending::Broken);
}

}  // namespace luytre::dataplane::soak
