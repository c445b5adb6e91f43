// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode.h"

#include <random>
#include <string>

#include "tests/support/packet_builder.h"

namespace luytre::dataplane {
namespace {

using test::Bytes;
using test::kServiceTag;
using test::packet;
using test::PacketBuilder;

PacketView decoded(const Bytes& frame) {
  PacketView view;
  EXPECT_EQ(decode(frame, view), DecodeResult::Ok);
  return view;
}

DecodeResult result_of(const Bytes& frame) {
  PacketView view;
  return decode(frame, view);
}

std::string payload_of(const Bytes& frame, const PacketView& view) {
  const auto begin = frame.begin() + view.payload_offset;
  return {begin, begin + static_cast<std::ptrdiff_t>(view.payload_size)};
}

PacketBuilder tcp4() {
  return packet().eth().ipv4("10.0.0.2", "192.0.2.1").tcp(40000, 443).payload("hello");
}
PacketBuilder udp4() {
  return packet().eth().ipv4("10.0.0.2", "192.0.2.1").udp(40000, 53).payload("query");
}
PacketBuilder ip6() { return packet().eth().ipv6("2001:db8::2", "2001:db8:1::1"); }

TEST(Decode, TcpOverIpv4IsReadCompletely) {
  const Bytes frame = packet()
                          .eth()
                          .ipv4("10.0.0.2", "192.0.2.1")
                          .tcp(40000, 443)
                          .seq(0xfffffff0)
                          .ack(7)
                          .flags(tcp_flag::kAck | tcp_flag::kPsh)
                          .window(1234)
                          .payload("hello")
                          .build();
  const PacketView view = decoded(frame);
  EXPECT_EQ(view.ip_version, 4);
  EXPECT_EQ(view.source.to_text(), "10.0.0.2");
  EXPECT_EQ(view.destination.to_text(), "192.0.2.1");
  EXPECT_EQ(view.protocol, ip_protocol::kTcp);
  EXPECT_EQ(view.source_port, 40000);
  EXPECT_EQ(view.destination_port, 443);
  EXPECT_EQ(view.tcp_sequence, 0xfffffff0U);
  EXPECT_EQ(view.tcp_acknowledgement, 7U);
  EXPECT_EQ(view.tcp_flags, tcp_flag::kAck | tcp_flag::kPsh);
  EXPECT_EQ(view.tcp_window, 1234);
  EXPECT_EQ(view.network_offset, 14);
  EXPECT_EQ(view.transport_offset, 34);
  EXPECT_EQ(view.payload_offset, 54);
  EXPECT_EQ(payload_of(frame, view), "hello");
  EXPECT_EQ(view.outer_vlan, 0);
  EXPECT_FALSE(view.is_fragment);
}

TEST(Decode, UdpOverIpv6IsReadCompletely) {
  const Bytes frame = ip6().udp(40000, 53).payload("query").build();
  const PacketView view = decoded(frame);
  EXPECT_EQ(view.ip_version, 6);
  EXPECT_EQ(view.source.to_text(), "2001:db8::2");
  EXPECT_EQ(view.destination.to_text(), "2001:db8:1::1");
  EXPECT_EQ(view.protocol, ip_protocol::kUdp);
  EXPECT_EQ(view.source_port, 40000);
  EXPECT_EQ(view.destination_port, 53);
  EXPECT_EQ(view.transport_offset, 54);
  EXPECT_EQ(payload_of(frame, view), "query");
}

TEST(Decode, TcpAndIpv4OptionsAreSteppedOver) {
  const Bytes frame = packet()
                          .eth()
                          .ipv4("10.0.0.2", "192.0.2.1")
                          .ipv4_options({0x94, 4, 0, 0})  // router alert
                          .tcp(40000, 443)
                          .tcp_options({2, 4, 5, 180, 1, 3, 3})
                          .payload("hello")
                          .build();
  const PacketView view = decoded(frame);
  EXPECT_EQ(view.transport_offset, 38);
  EXPECT_EQ(view.payload_offset, 66);
  EXPECT_EQ(payload_of(frame, view), "hello");
}

TEST(Decode, LongestHeadersStillFindThePayload) {
  const Bytes frame = packet()
                          .eth()
                          .vlan(1, kServiceTag)
                          .vlan(2)
                          .ipv4("10.0.0.2", "192.0.2.1")
                          .ipv4_options(Bytes(40, 1))
                          .tcp(40000, 443)
                          .tcp_options(Bytes(40, 1))
                          .payload("hello")
                          .build();
  const PacketView view = decoded(frame);
  EXPECT_EQ(view.payload_offset, 22 + 60 + 60);
  EXPECT_EQ(payload_of(frame, view), "hello");
}

TEST(Decode, VlanTagsAreReadOutermostFirst) {
  struct Row {
    const char* description;
    PacketBuilder frame;
    policy::VlanId outer;
    policy::VlanId inner;
    std::uint16_t network_offset;
  };
  const Row rows[] = {
      {"untagged", packet(), 0, 0, 14},
      {"802.1Q", packet().vlan(10), 10, 0, 18},
      {"802.1Q with priority bits", packet().vlan(10, 0x8100, 7), 10, 0, 18},
      {"largest identifier", packet().vlan(4094), 4094, 0, 18},
      {"802.1ad alone", packet().vlan(100, kServiceTag), 100, 0, 18},
      {"QinQ", packet().vlan(100, kServiceTag).vlan(7), 100, 7, 22},
      {"QinQ of two customer tags", packet().vlan(100).vlan(7), 100, 7, 22},
      {"QinQ with the old service tag", packet().vlan(100, 0x9100).vlan(7), 100, 7, 22},
      {"priority tag", packet().vlan(0, 0x8100, 5), 0, 0, 18},
      {"priority tag in front of a VLAN", packet().vlan(0, kServiceTag).vlan(7), 7, 0, 22},
      {"priority tag behind a VLAN", packet().vlan(100, kServiceTag).vlan(0), 100, 0, 22},
  };
  for (Row row : rows) {
    SCOPED_TRACE(row.description);
    const PacketView v4 =
        decoded(row.frame.ipv4("10.0.0.2", "192.0.2.1").udp(1, 53).payload("x").build());
    EXPECT_EQ(v4.outer_vlan, row.outer);
    EXPECT_EQ(v4.inner_vlan, row.inner);
    EXPECT_EQ(v4.network_offset, row.network_offset);
    const PacketView v6 = decoded(row.frame.ipv6("2001:db8::2", "2001:db8::1").build());
    EXPECT_EQ(v6.outer_vlan, row.outer);
    EXPECT_EQ(v6.network_offset, row.network_offset);
    EXPECT_EQ(v6.payload_size, 1U);
  }
}

TEST(Decode, FourVlanTagsAreReadOutermostFirst) {
  const PacketView view =
      decoded(tcp4().vlan(30, kServiceTag).vlan(20).vlan(10).vlan(5).payload("hello").build());
  EXPECT_EQ(view.outer_vlan, 30);
  EXPECT_EQ(view.inner_vlan, 20);
  EXPECT_EQ(view.further_vlans[0], 10);
  EXPECT_EQ(view.further_vlans[1], 5);
  EXPECT_EQ(view.network_offset, 30);
  EXPECT_EQ(view.payload_size, 5U);
}

TEST(Decode, FiveVlanTagsAreTooMany) {
  EXPECT_EQ(result_of(tcp4().vlan(1, kServiceTag).vlan(2).vlan(3).vlan(4).vlan(5).build()),
            DecodeResult::TooManyTags);
  EXPECT_EQ(result_of(tcp4().vlan(0).vlan(0).vlan(0).vlan(0).vlan(0).build()),
            DecodeResult::TooManyTags);
}

TEST(Decode, FramesWithoutIpAreNotIp) {
  const Bytes body(50);
  EXPECT_EQ(result_of(packet().eth().ether_type(0x0806).payload(body).build()),
            DecodeResult::NotIp);  // ARP
  EXPECT_EQ(result_of(packet().eth().ether_type(0x8864).payload(body).build()),
            DecodeResult::NotIp);  // PPPoE session
  EXPECT_EQ(result_of(packet().eth().ether_type(0x8847).payload(body).build()),
            DecodeResult::NotIp);  // MPLS
  EXPECT_EQ(result_of(packet().eth().ether_type(50).payload(body).build()),
            DecodeResult::NotIp);  // IEEE 802.3 length
  EXPECT_EQ(result_of(packet().eth().vlan(10).ether_type(0x0806).payload(body).build()),
            DecodeResult::NotIp);
}

TEST(Decode, NotIpKeepsItsVlan) {
  PacketView view;
  const Bytes frame = packet().eth().vlan(10).ether_type(0x0806).payload(Bytes(28)).build();
  EXPECT_EQ(decode(frame, view), DecodeResult::NotIp);
  EXPECT_EQ(view.outer_vlan, 10);
  EXPECT_EQ(view.ip_version, 0);
}

TEST(Decode, PaddingOfTheFrameIsNotPayload) {
  const Bytes frame = udp4().payload("q").padding(17).build();
  EXPECT_EQ(payload_of(frame, decoded(frame)), "q");
  const Bytes bare_ack = packet().eth().ipv4("10.0.0.2", "192.0.2.1").tcp(1, 2).padding(6).build();
  EXPECT_EQ(decoded(bare_ack).payload_size, 0U);
}

TEST(Decode, BytesBehindTheUdpLengthAreNotPayload) {
  const Bytes frame = udp4().payload("query and surplus").with_udp_length(13).build();
  EXPECT_EQ(payload_of(frame, decoded(frame)), "query");
}

TEST(Decode, IpLengthOverTheFrameIsTruncated) {
  EXPECT_EQ(result_of(tcp4().with_ip_length(46).build()), DecodeResult::Truncated);
  EXPECT_EQ(result_of(ip6().udp(1, 2).with_ip_length(9).build()), DecodeResult::Truncated);
}

TEST(Decode, ContradictionsInTheIpHeaderAreRefused) {
  EXPECT_EQ(result_of(tcp4().with_ip_version(6).build()), DecodeResult::BadIpHeader);
  EXPECT_EQ(result_of(tcp4().with_ip_header_words(4).build()), DecodeResult::BadIpHeader);
  EXPECT_EQ(result_of(tcp4().with_ip_length(19).build()), DecodeResult::BadIpHeader);
  EXPECT_EQ(result_of(tcp4().with_ip_length(0).build()), DecodeResult::BadIpHeader);
  EXPECT_EQ(result_of(tcp4().with_ip_header_words(15).with_ip_length(40).build()),
            DecodeResult::BadIpHeader);
  EXPECT_EQ(result_of(ip6().tcp(1, 2).with_ip_version(4).build()), DecodeResult::BadIpHeader);
}

TEST(Decode, ContradictionsInTheTransportHeaderAreRefused) {
  EXPECT_EQ(result_of(tcp4().with_tcp_data_offset(4).build()), DecodeResult::BadTransport);
  EXPECT_EQ(result_of(tcp4().with_tcp_data_offset(15).build()), DecodeResult::BadTransport);
  EXPECT_EQ(result_of(tcp4().with_ip_length(39).build()), DecodeResult::BadTransport);
  EXPECT_EQ(result_of(udp4().with_udp_length(0).build()), DecodeResult::BadTransport);
  EXPECT_EQ(result_of(udp4().with_udp_length(7).build()), DecodeResult::BadTransport);
  EXPECT_EQ(result_of(udp4().with_udp_length(14).build()), DecodeResult::BadTransport);
  EXPECT_EQ(result_of(udp4().with_ip_length(27).build()), DecodeResult::BadTransport);
}

TEST(Decode, MalformedTransportStillNamesTheLine) {
  PacketView view;
  EXPECT_EQ(decode(udp4().vlan(10).with_udp_length(0).build(), view), DecodeResult::BadTransport);
  EXPECT_EQ(view.source.to_text(), "10.0.0.2");
  EXPECT_EQ(view.outer_vlan, 10);
  EXPECT_EQ(view.payload_offset, 0);
}

TEST(Decode, OtherProtocolsEndAtTheirFirstByte) {
  const PacketView icmp =
      decoded(packet().eth().ipv4("10.0.0.2", "192.0.2.1").protocol(1).payload("\x08").build());
  EXPECT_EQ(icmp.protocol, ip_protocol::kIcmp);
  EXPECT_EQ(icmp.transport_offset, 34);
  EXPECT_EQ(icmp.payload_offset, 0);
  EXPECT_EQ(decoded(ip6().protocol(58).payload(Bytes(8)).build()).protocol, ip_protocol::kIcmpV6);
  EXPECT_EQ(decoded(ip6().build()).protocol, 59);  // no next header, nothing behind it
}

TEST(Decode, FragmentsCarryNoTransport) {
  const PacketBuilder first = udp4().fragment(0, true);
  const PacketBuilder middle = udp4().fragment(1480, true);
  const PacketBuilder last = udp4().fragment(2960, false);
  for (const PacketBuilder& frame : {first, middle, last}) {
    const PacketView view = decoded(frame.build());
    EXPECT_TRUE(view.is_fragment);
    EXPECT_EQ(view.protocol, ip_protocol::kUdp);
    EXPECT_EQ(view.source_port, 0);
    EXPECT_EQ(view.payload_size, 0U);
    EXPECT_EQ(view.source.to_text(), "10.0.0.2");
  }
  const PacketView v6 = decoded(ip6().fragment(0, true).udp(40000, 53).build());
  EXPECT_TRUE(v6.is_fragment);
  EXPECT_EQ(v6.protocol, ip_protocol::kUdp);
  EXPECT_EQ(v6.source_port, 0);
}

TEST(Decode, DontFragmentAloneIsNoFragment) {
  Bytes frame = udp4().build();
  frame[20] = 0x40;
  EXPECT_FALSE(decoded(frame).is_fragment);
}

TEST(Decode, AtomicFragmentIsAWholePacket) {
  const Bytes frame = ip6().fragment(0, false).udp(40000, 53).payload("query").build();
  const PacketView view = decoded(frame);
  EXPECT_FALSE(view.is_fragment);
  EXPECT_EQ(payload_of(frame, view), "query");
}

TEST(Decode, ExtensionHeadersAreSteppedOver) {
  const Bytes frame = ip6()
                          .hop_by_hop()
                          .destination_options()
                          .routing()
                          .fragment(0, false)
                          .authentication()
                          .destination_options()
                          .tcp(40000, 443)
                          .payload("hello")
                          .build();
  const PacketView view = decoded(frame);
  EXPECT_EQ(view.protocol, ip_protocol::kTcp);
  EXPECT_EQ(view.destination_port, 443);
  EXPECT_EQ(view.transport_offset, 54 + 5 * 8 + 16);
  EXPECT_EQ(payload_of(frame, view), "hello");
}

TEST(Decode, ExtensionChainIsBounded) {
  PacketBuilder eight = ip6().udp(1, 53).payload("x");
  for (int i = 0; i < 8; ++i) {
    eight.destination_options();
  }
  EXPECT_EQ(result_of(eight.build()), DecodeResult::Ok);
  EXPECT_EQ(result_of(eight.destination_options().build()), DecodeResult::BadExtension);
}

TEST(Decode, LongestExtensionChainStillFindsThePayload) {
  PacketBuilder builder = ip6().udp(1, 53).payload("x");
  for (int i = 0; i < 8; ++i) {
    builder.extension(60, Bytes(2046));
  }
  const Bytes frame = builder.build();
  EXPECT_EQ(payload_of(frame, decoded(frame)), "x");
}

TEST(Decode, BrokenExtensionChainsAreRefused) {
  EXPECT_EQ(result_of(ip6().destination_options().hop_by_hop().udp(1, 53).build()),
            DecodeResult::BadExtension);
  Bytes long_extension = ip6().destination_options().udp(1, 53).build();
  long_extension[55] = 2;
  EXPECT_EQ(result_of(long_extension), DecodeResult::BadExtension);
  Bytes short_authentication = ip6().authentication().udp(1, 53).build();
  short_authentication[55] = 0;
  EXPECT_EQ(result_of(short_authentication), DecodeResult::BadExtension);
  EXPECT_EQ(result_of(ip6().hop_by_hop().udp(1, 53).with_ip_length(7).build()),
            DecodeResult::BadExtension);
}

TEST(Decode, JumbogramIsRefused) {
  // RFC 2675: payload length 0, the true length in a hop-by-hop option.
  const Bytes frame =
      ip6().extension(0, {0xc2, 4, 0, 1, 0, 0}).udp(1, 53).with_ip_length(0).build();
  EXPECT_EQ(result_of(frame), DecodeResult::BadExtension);
}

TEST(Decode, FramesOfTheLargestIpPacketAreRead) {
  const Bytes v4 = udp4().payload(Bytes(65535 - 28, 'a')).build();
  EXPECT_EQ(decoded(v4).payload_size, 65535U - 28U);
  const Bytes v6 = ip6().udp(1, 2).payload(Bytes(65535 - 8, 'a')).build();
  EXPECT_EQ(decoded(v6).payload_size, 65535U - 8U);
}

// Frames that together reach every branch of the reader.
std::vector<Bytes> typical_frames() {
  return {tcp4().build(),
          tcp4().vlan(100, kServiceTag).vlan(7).tcp_options(Bytes(12, 1)).build(),
          udp4().vlan(10).ipv4_options({7, 7, 4, 0, 0, 0, 0}).build(),
          udp4().fragment(8, true).build(),
          ip6().tcp(40000, 443).payload("hello").build(),
          ip6().hop_by_hop().routing().authentication().udp(1, 53).payload("query").build(),
          ip6().fragment(0, false).udp(1, 53).build(),
          ip6().fragment(16, true).udp(1, 53).build()};
}

TEST(Decode, EveryStrictPrefixIsTruncated) {
  for (const Bytes& frame : typical_frames()) {
    for (std::size_t size = 0; size < frame.size(); ++size) {
      // A copy of that very size, so that AddressSanitizer sees one byte too far.
      EXPECT_EQ(result_of(Bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size))),
                DecodeResult::Truncated)
          << size << " of " << frame.size();
    }
  }
}

void expect_view_inside(const Bytes& frame, DecodeResult result, const PacketView& view) {
  EXPECT_LE(view.network_offset, frame.size());
  EXPECT_LE(view.transport_offset, frame.size());
  EXPECT_LE(view.payload_offset + view.payload_size, frame.size());
  if (result != DecodeResult::Ok) {
    EXPECT_EQ(view.payload_size, 0U);
  }
}

TEST(Decode, EveryFlippedByteStaysInsideTheFrame) {
  for (Bytes frame : typical_frames()) {
    for (std::size_t at = 0; at < frame.size(); ++at) {
      for (const int bits : {0x01, 0x80, 0xff}) {
        frame[at] = static_cast<std::uint8_t>(frame[at] ^ bits);
        PacketView view;
        const DecodeResult result = decode(frame, view);
        expect_view_inside(frame, result, view);
        frame[at] = static_cast<std::uint8_t>(frame[at] ^ bits);
      }
    }
  }
}

TEST(Decode, NoiseBehindAnIpEtherTypeStaysInsideTheFrame) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 20000; ++round) {
    Bytes frame(random() % 160);
    for (std::uint8_t& byte : frame) {
      byte = static_cast<std::uint8_t>(random());
    }
    if (frame.size() > 14) {
      const bool v4 = round % 2 == 0;
      frame[12] = v4 ? 0x08 : 0x86;
      frame[13] = v4 ? 0x00 : 0xdd;
      frame[14] = static_cast<std::uint8_t>((frame[14] & 0x0fU) | (v4 ? 0x40U : 0x60U));
    }
    PacketView view;
    const DecodeResult result = decode(frame, view);
    expect_view_inside(frame, result, view);
  }
}

TEST(Decode, NothingOfThePreviousPacketRemains) {
  PacketView view;
  ASSERT_EQ(decode(tcp4().vlan(10).seq(9).build(), view), DecodeResult::Ok);
  ASSERT_EQ(decode(ip6().protocol(58).payload(Bytes(8)).build(), view), DecodeResult::Ok);
  EXPECT_EQ(view.outer_vlan, 0);
  EXPECT_EQ(view.tcp_sequence, 0U);
  EXPECT_EQ(view.source_port, 0);
  EXPECT_EQ(view.payload_size, 0U);
}

TEST(Decode, EveryResultHasAWord) {
  for (int result = 0; result <= static_cast<int>(DecodeResult::TooDeep); ++result) {
    EXPECT_NE(to_string(static_cast<DecodeResult>(result)), "unknown");
  }
}

}  // namespace
}  // namespace luytre::dataplane
