// SPDX-License-Identifier: Apache-2.0
#include "bench_frames.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "base/byte_order.h"
#include "checksum.h"
#include "dataplane/packet_view.h"
#include "tests/support/client_hello.h"
#include "tests/support/quic_packets.h"

namespace luytre::dataplane::bench {
namespace {

using luytre::test::packet;

constexpr std::size_t kIpAt = 14;
constexpr std::size_t kProtocolAt = 23;
constexpr std::size_t kIpChecksumAt = 24;
constexpr std::size_t kTransportAt = 34;
constexpr std::size_t kTcpChecksumAt = 50;
constexpr std::size_t kUdpChecksumAt = 40;

}  // namespace

Bytes padded(Bytes frame) {
  frame.resize(std::max<std::size_t>(frame.size(), 60));
  return frame;
}

void write_checksums(const Packet& packet) {
  const auto frame = std::span(packet.bytes, packet.size);
  store_be16(&frame[kIpChecksumAt], 0);
  Checksum header;
  header.add(frame.subspan(kIpAt, kTransportAt - kIpAt));
  store_be16(&frame[kIpChecksumAt], header.value());
  const std::size_t at = frame[kProtocolAt] == ip_protocol::kUdp ? kUdpChecksumAt : kTcpChecksumAt;
  store_be16(&frame[at], 0);
  const std::size_t bytes = load_be16(&frame[kIpAt + 2]) - (kTransportAt - kIpAt);
  Checksum transport;
  transport.add(frame.subspan(kSourceAt, 8));  // the addresses of the pseudo-header
  transport.add(frame[kProtocolAt] + static_cast<std::uint32_t>(bytes));
  transport.add(frame.subspan(kTransportAt, bytes));
  store_be16(&frame[at], transport.value());
}

void address_flow(std::uint8_t* frame, std::uint32_t number, std::uint32_t line_count, Side from) {
  const std::uint32_t client = 0x0a000000U + number % line_count;
  const auto port = static_cast<std::uint16_t>(1024 + number / line_count);
  const bool outbound = from == Side::Subscriber;
  store_be32(frame + (outbound ? kSourceAt : kDestinationAt), client);
  store_be32(frame + (outbound ? kDestinationAt : kSourceAt), 0xc0000201U);
  store_be16(frame + (outbound ? kSourcePortAt : kDestinationPortAt), port);
  store_be16(frame + (outbound ? kDestinationPortAt : kSourcePortAt), 22);
}

Bytes unprofiled_frame() {
  return padded(packet().eth().ipv4("100.64.0.0", "192.0.2.1").udp(40000, 123).build());
}

Bytes query_frame(const std::string& name, std::uint64_t line) {
  Bytes frame =
      packet().eth().ipv4("10.0.0.0", "192.0.2.53").udp(40000, 53).dns_query(name).build();
  store_be32(frame.data() + kSourceAt, 0x0a000000U + static_cast<std::uint32_t>(line));
  return frame;
}

DecidedFlow::DecidedFlow() {
  const std::string_view greeting = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n";
  const auto heard_up_to = static_cast<std::uint32_t>(1 + greeting.size());
  const auto client = [] { return packet().eth().ipv4("10.0.0.0", "192.0.2.1").tcp(1024, 22); };
  const auto server = [] { return packet().eth().ipv4("192.0.2.1", "10.0.0.0").tcp(22, 1024); };
  first = client().seq(1).ack(1).payload(greeting).build();
  heard = padded(server().seq(1).ack(heard_up_to).build());
  later = padded(client().seq(heard_up_to).ack(1).build());
}

std::vector<Bytes> hello_segments(const std::string& name) {
  const Bytes hello =
      luytre::test::ClientHello().padding(300).browser_extensions(1216).server_name(name).stream();
  const auto segment = [&](std::size_t begin, std::size_t end) {
    return packet()
        .eth()
        .ipv4("10.0.0.0", "192.0.2.1")
        .tcp(1024, 443)
        .seq(static_cast<std::uint32_t>(1 + begin))
        .ack(1)
        .payload(std::span(hello).subspan(begin, end - begin))
        .build();
  };
  return {segment(0, kHelloCut), segment(kHelloCut, hello.size())};
}

std::vector<Bytes> initial_datagrams(const std::string& name, std::size_t datagrams) {
  namespace quic = luytre::test::quic;
  const quic::Endpoint client;
  const auto payloads =
      datagrams == 1
          ? quic::hello_datagrams(
                client,
                luytre::test::ClientHello().browser_extensions().server_name(name).message())
          : quic::hello_datagrams(client, luytre::test::browser_hello(name).message(), {1100});
  std::vector<Bytes> frames;
  for (const Bytes& payload : payloads) {
    frames.push_back(
        packet().eth().ipv4("10.0.0.0", "192.0.2.1").udp(1024, 443).payload(payload).build());
  }
  return frames;
}

}  // namespace luytre::dataplane::bench
