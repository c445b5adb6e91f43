// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dataplane/quic/initial_cipher.h"
#include "dataplane/quic/packet.h"
#include "gateway_test.h"
#include "tests/support/quic_packets.h"

namespace luytre::dataplane::test {

namespace quic_frames = luytre::test::quic;
using luytre::test::browser_hello;
using luytre::test::kQuicDraft29;
using luytre::test::kQuicV1;
using luytre::test::kQuicV2;
using luytre::test::quic::Endpoint;
using luytre::test::quic::hello_datagrams;
using luytre::test::quic::joined;
using luytre::test::quic::part;
using luytre::test::quic::Type;

// The UDP flow of a QUIC connection as its two ends write it.
struct QuicPath {
  std::string_view client = kChild;
  std::string_view server = "192.0.2.1";
  std::uint16_t client_port = 50000;
  std::uint16_t server_port = 443;
  std::uint16_t vlan = 0;

  [[nodiscard]] Bytes from_client(std::span<const std::uint8_t> payload) const {
    return frame(client, server, client_port, server_port, payload);
  }
  [[nodiscard]] Bytes from_server(std::span<const std::uint8_t> payload) const {
    return frame(server, client, server_port, client_port, payload);
  }
  [[nodiscard]] std::vector<Bytes> all_from_client(const std::vector<Bytes>& payloads) const {
    std::vector<Bytes> frames;
    for (const Bytes& payload : payloads) {
      frames.push_back(from_client(payload));
    }
    return frames;
  }

 private:
  [[nodiscard]] Bytes frame(std::string_view source, std::string_view destination,
                            std::uint16_t source_port, std::uint16_t destination_port,
                            std::span<const std::uint8_t> payload) const {
    PacketBuilder builder = packet().eth();
    if (vlan != 0) {
      builder.vlan(vlan);
    }
    if (source.find(':') != std::string_view::npos) {
      builder.ipv6(source, destination);
    } else {
      builder.ipv4(source, destination);
    }
    return builder.udp(source_port, destination_port).payload(payload).build();
  }
};

inline Bytes hello_message(std::string_view name, std::size_t share = 32) {
  return ClientHello().session_id(0).browser_extensions(share).server_name(name).message();
}
// A hello in one datagram, and one of a current browser in two.
inline std::vector<Bytes> small_hello(const Endpoint& endpoint, std::string_view name) {
  return hello_datagrams(endpoint, hello_message(name));
}
inline std::vector<Bytes> large_hello(const Endpoint& endpoint, std::string_view name) {
  return hello_datagrams(endpoint, browser_hello(name).message(), {1100});
}

// What a client with these ids reads in a datagram of its server: the frames of an Initial that is
// authentic.
inline Bytes opened_by_client(const Endpoint& client, const Bytes& payload) {
  const quic::InitialKeySchedule schedule;
  quic::InitialCipher cipher;
  const quic::Datagram datagram = quic::take_apart(payload);
  if (datagram.initial_count != 1 ||
      !std::ranges::equal(datagram.initials[0].destination_id, client.source_id)) {
    return {};
  }
  quic::InitialKeys keys;
  schedule.derive(datagram.initials[0].version, client.key_id, quic::Sender::Server, keys);
  const auto frames = cipher.open(datagram.initials[0], keys);
  return frames ? Bytes(frames->begin(), frames->end()) : Bytes{};
}
inline const Bytes kUnrecognizedName = {0x1c, 0x41, 0x70, 0x06, 0x00};

}  // namespace luytre::dataplane::test
