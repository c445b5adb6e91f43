// SPDX-License-Identifier: Apache-2.0
#include "dataplane/forge.h"

#include <algorithm>
#include <string>
#include <vector>

#include "dataplane/decode.h"
#include "tests/support/frame_buffer.h"
#include "tests/support/packet_builder.h"

namespace luytre::dataplane {
namespace {

using test::Bytes;
using test::FrameBuffer;
using test::kServiceTag;
using test::packet;
using test::PacketBuilder;

// Each forged packet is made behind each of these, which differ in everything that stands in front
// of the transport.
struct Path {
  const char* description;
  PacketBuilder builder;
};

std::vector<Path> paths() {
  const auto v4 = [] { return packet().ipv4("10.0.0.2", "192.0.2.1"); };
  const auto v6 = [] { return packet().ipv6("2001:db8::2", "2001:db8:1::1").flow_label(0xabcde); };
  return {
      {"IPv4", v4()},
      {"IPv4 in a VLAN", v4().vlan(10, 0x8100, 3)},
      {"IPv4 in QinQ", v4().vlan(100, kServiceTag).vlan(7)},
      {"IPv4 with options", v4().ipv4_options({0x83, 7, 4, 10, 0, 0, 1})},
      {"IPv6", v6()},
      {"IPv6 in a VLAN", v6().vlan(10)},
      {"IPv6 in QinQ", v6().vlan(100, kServiceTag).vlan(7)},
      {"IPv6 with extension headers", v6().hop_by_hop().destination_options()},
  };
}

PacketView decoded(std::span<const std::uint8_t> frame) {
  PacketView view;
  EXPECT_EQ(decode(frame, view), DecodeResult::Ok);
  return view;
}

// RFC 1071 as its text says it, apart from the production code.
std::uint16_t plain_sum(std::span<const std::uint8_t> bytes, std::uint32_t sum = 0) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 == 0 ? bytes[i] * 256U : bytes[i];
    sum = (sum & 0xffffU) + (sum >> 16U);
  }
  return static_cast<std::uint16_t>(sum);
}

// Sums header and pseudo-header of a frame without options; a right checksum makes each all ones.
void expect_plain_checksums(std::span<const std::uint8_t> frame, const PacketView& view) {
  const bool v4 = view.ip_version == 4;
  const auto ip = frame.subspan(view.network_offset);
  ASSERT_EQ(view.transport_offset - view.network_offset, v4 ? 20 : 40);
  if (v4) {
    EXPECT_EQ(plain_sum(ip.first(20)), 0xffff);
  }
  const auto transport = frame.subspan(view.transport_offset);
  std::uint32_t sum = 0;
  if (view.protocol != ip_protocol::kIcmp) {
    sum = plain_sum(v4 ? ip.subspan(12, 8) : ip.subspan(8, 32),
                    static_cast<std::uint32_t>(view.protocol + transport.size()));
  }
  EXPECT_EQ(plain_sum(transport, sum), 0xffff);
}

std::string mac(std::span<const std::uint8_t> frame, std::size_t at) {
  return {frame.begin() + static_cast<std::ptrdiff_t>(at),
          frame.begin() + static_cast<std::ptrdiff_t>(at + 6)};
}

// What holds of every forged frame: well formed, right sums, the same tags, an IP header of its own.
PacketView expect_forged(std::span<const std::uint8_t> client_frame,
                         std::span<const std::uint8_t> forged, Towards towards) {
  const PacketView client = decoded(client_frame);
  const PacketView view = decoded(forged);
  EXPECT_TRUE(checksums_are_right(forged, view));
  expect_plain_checksums(forged, view);
  EXPECT_EQ(view.outer_vlan, client.outer_vlan);
  EXPECT_EQ(view.inner_vlan, client.inner_vlan);
  EXPECT_EQ(view.network_offset, client.network_offset);
  const bool to_client = towards == Towards::Client;
  EXPECT_EQ(view.source, to_client ? client.destination : client.source);
  EXPECT_EQ(view.destination, to_client ? client.source : client.destination);
  EXPECT_EQ(mac(forged, 0), mac(client_frame, to_client ? 6 : 0));
  EXPECT_EQ(mac(forged, 6), mac(client_frame, to_client ? 0 : 6));
  const std::uint8_t* ip = forged.data() + view.network_offset;
  if (view.ip_version == 4) {
    const bool may_be_cut = !to_client || view.protocol == ip_protocol::kIcmp;
    EXPECT_EQ(ip[6], may_be_cut ? 0 : 0x40) << "Don't Fragment";
    EXPECT_NE(ip[4] * 256 + ip[5], 0) << "identification";
    EXPECT_EQ(ip[8], 64);
  } else {
    EXPECT_EQ(ip[7], 64);
  }
  return view;
}

std::string payload_of(std::span<const std::uint8_t> frame, const PacketView& view) {
  const auto payload = frame.subspan(view.payload_offset, view.payload_size);
  return {payload.begin(), payload.end()};
}

TEST(ForgeUdpReply, AnswersInPlaceOnEveryPath) {
  for (Path path : paths()) {
    for (const std::string answer : {"", "a", "an answer longer than the question it replies to"}) {
      SCOPED_TRACE(path.description + std::string(", ") + answer);
      const Bytes query = path.builder.udp(40000, 53).payload("question").padding(3).build();
      FrameBuffer buffer(query);
      const PacketView view = decoded(query);
      std::ranges::copy(answer, buffer.packet().bytes + view.payload_offset);
      ASSERT_TRUE(forge_udp_reply_in_place(buffer.packet(), view,
                                           static_cast<std::uint16_t>(answer.size())));
      const PacketView reply = expect_forged(query, buffer.frame(), Towards::Client);
      EXPECT_EQ(reply.protocol, ip_protocol::kUdp);
      EXPECT_EQ(reply.source_port, 53);
      EXPECT_EQ(reply.destination_port, 40000);
      EXPECT_EQ(payload_of(buffer.frame(), reply), answer);
      EXPECT_EQ(buffer.frame().size(), reply.payload_offset + answer.size());
    }
  }
}

TEST(ForgeUdpReply, ChecksumIsNeverZero) {
  // Over all values of two payload bytes the checksum takes every value, so one of them would be
  // zero.
  for (const bool v4 : {true, false}) {
    PacketBuilder builder = packet();
    if (v4) {
      builder.ipv4("10.0.0.2", "192.0.2.1");
    } else {
      builder.ipv6("2001:db8::2", "2001:db8::1");
    }
    const Bytes query = builder.udp(40000, 53).payload("ab").build();
    const PacketView view = decoded(query);
    std::size_t all_ones = 0;
    for (unsigned value = 0; value < 0x10000; ++value) {
      FrameBuffer buffer(query, 128);
      buffer.packet().bytes[view.payload_offset] = static_cast<std::uint8_t>(value >> 8U);
      buffer.packet().bytes[view.payload_offset + 1] = static_cast<std::uint8_t>(value);
      ASSERT_TRUE(forge_udp_reply_in_place(buffer.packet(), view, 2));
      const std::uint8_t* checksum = buffer.packet().bytes + view.transport_offset + 6;
      ASSERT_FALSE(checksum[0] == 0 && checksum[1] == 0);
      all_ones += checksum[0] == 0xff && checksum[1] == 0xff ? 1U : 0U;
    }
    EXPECT_EQ(all_ones, 1U);
  }
}

TEST(ForgeUdpReply, RefusesWhatDoesNotFitAndLeavesTheFrame) {
  const Bytes query = packet().ipv4("10.0.0.2", "192.0.2.1").udp(40000, 53).payload("q").build();
  FrameBuffer buffer(query, query.size() + 10);
  EXPECT_FALSE(forge_udp_reply_in_place(buffer.packet(), decoded(query), 12));
  EXPECT_TRUE(std::ranges::equal(buffer.frame(), query));
  EXPECT_TRUE(forge_udp_reply_in_place(buffer.packet(), decoded(query), 11));
}

TEST(ForgeUdpReply, RefusesAPayloadThatNoIpPacketHolds) {
  const Bytes query = packet().ipv4("10.0.0.2", "192.0.2.1").udp(40000, 53).build();
  FrameBuffer buffer(query, 70000);
  EXPECT_FALSE(forge_udp_reply_in_place(buffer.packet(), decoded(query), 65508));
  EXPECT_TRUE(forge_udp_reply_in_place(buffer.packet(), decoded(query), 65507));
}

TEST(ForgeUdpReply, RefusesOtherPackets) {
  const Bytes tcp = packet().ipv4("10.0.0.2", "192.0.2.1").tcp(1, 2).build();
  FrameBuffer tcp_buffer(tcp);
  EXPECT_FALSE(forge_udp_reply_in_place(tcp_buffer.packet(), decoded(tcp), 1));
  const Bytes fragment = packet().ipv4("10.0.0.2", "192.0.2.1").udp(1, 2).fragment(0, true).build();
  FrameBuffer fragment_buffer(fragment);
  EXPECT_FALSE(forge_udp_reply_in_place(fragment_buffer.packet(), decoded(fragment), 1));
}

TEST(ForgeTcp, SpeaksForTheServer) {
  for (Path path : paths()) {
    SCOPED_TRACE(path.description);
    const Bytes hello = path.builder.tcp(40000, 443).seq(1000).ack(77).payload("hello").build();
    FrameBuffer client(hello);
    FrameBuffer out;
    const Bytes alert = {0x15, 3, 3, 0, 2, 2, 112};
    ASSERT_TRUE(forge_tcp(client.packet(), decoded(hello), Towards::Client,
                          {.sequence = 77,
                           .acknowledgement = 1005,
                           .flags = tcp_flag::kAck | tcp_flag::kPsh | tcp_flag::kFin,
                           .window = 500,
                           .payload = alert},
                          out.packet()));
    const PacketView view = expect_forged(hello, out.frame(), Towards::Client);
    EXPECT_EQ(view.source_port, 443);
    EXPECT_EQ(view.destination_port, 40000);
    EXPECT_EQ(view.tcp_sequence, 77U);
    EXPECT_EQ(view.tcp_acknowledgement, 1005U);
    EXPECT_EQ(view.tcp_flags, tcp_flag::kAck | tcp_flag::kPsh | tcp_flag::kFin);
    EXPECT_EQ(view.tcp_window, 500);
    EXPECT_EQ(payload_of(out.frame(), view), std::string(alert.begin(), alert.end()));
    EXPECT_TRUE(std::ranges::equal(client.frame(), hello)) << "the client's frame is not touched";
  }
}

TEST(ForgeTcp, SpeaksForTheClient) {
  for (Path path : paths()) {
    SCOPED_TRACE(path.description);
    const Bytes hello = path.builder.tcp(40000, 443).seq(1000).ack(77).payload("hello").build();
    FrameBuffer client(hello);
    FrameBuffer out;
    ASSERT_TRUE(forge_tcp(client.packet(), decoded(hello), Towards::Server,
                          {.sequence = 1000, .flags = tcp_flag::kRst}, out.packet()));
    const PacketView view = expect_forged(hello, out.frame(), Towards::Server);
    EXPECT_EQ(view.source_port, 40000);
    EXPECT_EQ(view.destination_port, 443);
    EXPECT_EQ(view.tcp_sequence, 1000U);
    EXPECT_EQ(view.tcp_acknowledgement, 0U);
    EXPECT_EQ(view.tcp_flags, tcp_flag::kRst);
    EXPECT_EQ(view.payload_size, 0U);
  }
}

TEST(ForgeTcp, FlowLabelStaysWithTheClientsFlow) {
  const Bytes hello =
      packet().ipv6("2001:db8::2", "2001:db8::1").flow_label(0xabcde).tcp(1, 2).build();
  FrameBuffer client(hello);
  FrameBuffer out;
  ASSERT_TRUE(forge_tcp(client.packet(), decoded(hello), Towards::Server, {}, out.packet()));
  EXPECT_EQ(Bytes(out.packet().bytes + 14, out.packet().bytes + 18),
            (Bytes{0x60, 0x0a, 0xbc, 0xde}));
  ASSERT_TRUE(forge_tcp(client.packet(), decoded(hello), Towards::Client, {}, out.packet()));
  EXPECT_EQ(Bytes(out.packet().bytes + 14, out.packet().bytes + 18), (Bytes{0x60, 0, 0, 0}));
}

TEST(ForgeTcp, RefusesWhatDoesNotFit) {
  const Bytes syn = packet().ipv4("10.0.0.2", "192.0.2.1").tcp(1, 2).build();
  FrameBuffer client(syn);
  FrameBuffer exact({}, 54 + 5);
  const Bytes payload(6);
  EXPECT_FALSE(forge_tcp(client.packet(), decoded(syn), Towards::Client, {.payload = payload},
                         exact.packet()));
  EXPECT_EQ(exact.packet().size, 0U);
  EXPECT_TRUE(forge_tcp(client.packet(), decoded(syn), Towards::Client,
                        {.payload = std::span(payload).first(5)}, exact.packet()));
  EXPECT_EQ(exact.packet().size, 59U);
}

TEST(ForgeTcp, RefusesOtherPackets) {
  const Bytes udp = packet().ipv4("10.0.0.2", "192.0.2.1").udp(1, 2).build();
  FrameBuffer client(udp);
  FrameBuffer out;
  EXPECT_FALSE(forge_tcp(client.packet(), decoded(udp), Towards::Client, {}, out.packet()));
}

TEST(ForgePortUnreachable, QuotesTheClientsPacket) {
  for (Path path : paths()) {
    SCOPED_TRACE(path.description);
    const Bytes initial = path.builder.udp(40000, 443).payload("QUIC").padding(5).build();
    FrameBuffer client(initial);
    FrameBuffer out;
    const PacketView sent = decoded(initial);
    ASSERT_TRUE(forge_port_unreachable(client.packet(), sent, out.packet()));
    const PacketView view = expect_forged(initial, out.frame(), Towards::Client);
    const bool v4 = view.ip_version == 4;
    EXPECT_EQ(view.protocol, v4 ? ip_protocol::kIcmp : ip_protocol::kIcmpV6);
    const auto message = out.frame().subspan(view.transport_offset);
    EXPECT_EQ(message[0], v4 ? 3 : 1);
    EXPECT_EQ(message[1], v4 ? 3 : 4);
    // All of the client's packet and none of the frame's padding.
    const auto packet_bytes = std::span(initial).subspan(sent.network_offset);
    EXPECT_TRUE(
        std::ranges::equal(message.subspan(8), packet_bytes.first(packet_bytes.size() - 5)));
  }
}

TEST(ForgePortUnreachable, LongPacketsAreQuotedUpToTheLimit) {
  for (Path path : paths()) {
    SCOPED_TRACE(path.description);
    const Bytes initial = path.builder.udp(40000, 443).payload(Bytes(1400, 0xcc)).build();
    FrameBuffer client(initial);
    FrameBuffer out;
    ASSERT_TRUE(forge_port_unreachable(client.packet(), decoded(initial), out.packet()));
    const PacketView view = expect_forged(initial, out.frame(), Towards::Client);
    EXPECT_EQ(out.frame().size() - view.network_offset, view.ip_version == 4 ? 576U : 1280U);
  }
}

TEST(ForgePortUnreachable, RefusesSmallBuffersAndPacketsWithoutPorts) {
  const Bytes initial = packet().ipv4("10.0.0.2", "192.0.2.1").udp(1, 443).payload("QUIC").build();
  FrameBuffer client(initial);
  FrameBuffer small({}, 60);
  EXPECT_FALSE(forge_port_unreachable(client.packet(), decoded(initial), small.packet()));
  const Bytes icmp = packet().ipv4("10.0.0.2", "192.0.2.1").protocol(1).payload(Bytes(8)).build();
  FrameBuffer icmp_client(icmp);
  FrameBuffer out;
  EXPECT_FALSE(forge_port_unreachable(icmp_client.packet(), decoded(icmp), out.packet()));
}

}  // namespace
}  // namespace luytre::dataplane
