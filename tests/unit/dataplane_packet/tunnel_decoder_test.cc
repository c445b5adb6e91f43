// SPDX-License-Identifier: Apache-2.0
// What decode() finds inside of encapsulations.
#include <random>
#include <string>

#include "dataplane/decode.h"
#include "dataplane/forge.h"
#include "dataplane/layers.h"
#include "tests/support/tunnels.h"

namespace luytre::dataplane {
namespace {

using test::Bytes;
using test::ip_of;
using test::joined;
using test::packet;
using test::PacketBuilder;
using test::Way;
using test::Wrapping;
using test::wrappings;

PacketView decoded(const Bytes& frame, Tunnels tunnels = Tunnels::all()) {
  PacketView view;
  EXPECT_EQ(decode(frame, view, tunnels), DecodeResult::Ok);
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

std::vector<Bytes> inner_frames() {
  return {
      packet().eth().ipv4("10.0.0.2", "192.0.2.1").udp(40000, 53).payload("query").build(),
      packet().eth().ipv4("10.0.0.2", "192.0.2.1").tcp(40000, 443).payload("query").build(),
      packet().eth().ipv6("2001:db8::2", "2001:db8:1::1").udp(40000, 53).payload("query").build(),
      packet().eth().ipv6("2001:db8::2", "2001:db8:1::1").tcp(40000, 53).payload("query").build(),
  };
}

void expect_inner(const Bytes& inner, const Bytes& frame, const PacketView& view) {
  const PacketView plain = decoded(inner);
  EXPECT_EQ(view.source, plain.source);
  EXPECT_EQ(view.destination, plain.destination);
  EXPECT_EQ(view.ip_version, plain.ip_version);
  EXPECT_EQ(view.protocol, plain.protocol);
  EXPECT_EQ(view.destination_port, plain.destination_port);
  EXPECT_EQ(payload_of(frame, view), "query");
  EXPECT_TRUE(checksums_are_right(frame, view));
}

TEST(TunnelDecoder, TheInnermostPacketIsFoundInEveryEncapsulation) {
  for (const Wrapping& wrapping : wrappings()) {
    for (const Bytes& inner : inner_frames()) {
      SCOPED_TRACE(wrapping.name);
      const Bytes frame = wrapping.wrap(inner, Way::ToServer);
      const PacketView view = decoded(frame);
      expect_inner(inner, frame, view);
      ASSERT_EQ(view.encapsulation.size(), wrapping.kinds.size());
      for (std::size_t i = 0; i < wrapping.kinds.size(); ++i) {
        EXPECT_EQ(view.encapsulation[i], wrapping.kinds[i]) << i;
      }
      EXPECT_EQ(view.encapsulation.has_one_way(), wrapping.is_one_way);
    }
  }
}

TEST(TunnelDecoder, VlanTagsOfTheOuterFrameStay) {
  for (const Wrapping& wrapping : wrappings()) {
    SCOPED_TRACE(wrapping.name);
    Bytes frame = wrapping.wrap(inner_frames()[0], Way::ToServer);
    const Bytes tags = {0x88, 0xa8, 0x00, 0x64, 0x81, 0x00, 0x00, 0x07};
    frame.insert(frame.begin() + 12, tags.begin(), tags.end());
    const PacketView view = decoded(frame);
    EXPECT_EQ(view.outer_vlan, 100);
    EXPECT_EQ(view.inner_vlan, 7);
    EXPECT_EQ(payload_of(frame, view), "query");
  }
}

TEST(TunnelDecoder, LayersAreListedWithTheirPlaces) {
  const Bytes inner = inner_frames()[0];
  const Bytes frame = test::wrapping("vxlan").wrap(inner, Way::ToServer);
  const PacketView view = decoded(frame);
  Layers layers;
  read_layers(frame, view.network_offset, layers);
  const std::pair<LayerKind, std::size_t> expected[] = {
      {LayerKind::Ethernet, 0}, {LayerKind::Ipv4, 14},     {LayerKind::Udp, 34},
      {LayerKind::Vxlan, 42},   {LayerKind::Ethernet, 50},
  };
  ASSERT_EQ(layers.list().size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_EQ(layers.list()[i].kind, expected[i].first);
    EXPECT_EQ(layers.list()[i].offset, expected[i].second);
  }
  EXPECT_EQ(view.link_offset, 50);
  EXPECT_EQ(view.network_offset, 64);
  EXPECT_EQ(view.tunnel_depth, 1);
}

TEST(TunnelDecoder, LayersOfAPlainFrameAreItsEthernetHeader) {
  const Bytes frame = inner_frames()[0];
  Layers layers;
  read_layers(frame, decoded(frame).network_offset, layers);
  ASSERT_EQ(layers.list().size(), 1U);
  EXPECT_EQ(layers.list()[0].kind, LayerKind::Ethernet);
}

TEST(TunnelDecoder, WhatIsSwitchedOffIsNotLookedInto) {
  for (const Wrapping& wrapping : wrappings()) {
    SCOPED_TRACE(wrapping.name);
    const Bytes frame = wrapping.wrap(inner_frames()[0], Way::ToServer);
    PacketView view;
    const DecodeResult result = decode(frame, view, Tunnels::none());
    EXPECT_TRUE(view.encapsulation.empty());
    EXPECT_EQ(view.tunnel_depth, 0);
    const bool is_over_ip =
        wrapping.kinds[0] == LayerKind::Ipv4 || wrapping.kinds[0] == LayerKind::Ipv6;
    EXPECT_EQ(result, is_over_ip ? DecodeResult::Ok : DecodeResult::NotIp);
    if (wrapping.kinds.size() < 5) {
      EXPECT_FALSE(decoded(frame, Tunnels::none().with(wrapping.tunnel)).encapsulation.empty());
    }
  }
}

TEST(TunnelDecoder, ATunnelOfAnotherProtocolIsThePacketItself) {
  const auto outer = [] { return packet().eth().ipv4("10.0.0.2", "192.0.2.1"); };
  const Bytes arp = packet().eth().ether_type(0x0806).payload(Bytes(28)).build();
  const Bytes frames[] = {
      outer().udp(5000, 4789).payload("no vxlan").build(),
      outer().udp(5000, 4789).payload(joined({{8, 0, 0, 0, 0, 0, 1, 0}, arp})).build(),
      outer().udp(5000, 6081).payload("no geneve").build(),
      outer().udp(5000, 6081).payload(Bytes{0, 0x80, 0x65, 0x58, 0, 0, 1, 0}).build(),  // OAM
      outer()
          .udp(5000, 2152)
          .payload(Bytes{0x32, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0})
          .build(),  // echo
      outer().udp(5000, 2152).payload("no gtp at all").build(),
      outer().protocol(47).payload("gre").build(),
      outer().protocol(47).payload(joined({Bytes{0, 0, 0x08, 0x06}, Bytes(28)})).build(),
      outer().protocol(47).payload(Bytes{0x40, 0, 0x08, 0x00, 0x45, 0, 0, 20}).build(),  // RFC 1701
      outer().protocol(4).payload("not ip").build(),
      outer().protocol(41).payload(Bytes(3)).build(),
  };
  for (const Bytes& frame : frames) {
    const PacketView view = decoded(frame);
    EXPECT_EQ(view.source.to_text(), "10.0.0.2");
    EXPECT_EQ(view.tunnel_depth, 0);
    EXPECT_TRUE(view.encapsulation.empty());
  }
}

TEST(TunnelDecoder, PppWithoutIpIsNotIp) {
  for (const Bytes& ppp : {Bytes{0xc0, 0x21, 1, 1, 0, 4}, Bytes{0x00, 0xfd, 1, 2}}) {
    const Bytes session = joined({{0x11, 0, 0, 1, 0, static_cast<std::uint8_t>(ppp.size())}, ppp});
    EXPECT_EQ(result_of(packet().eth().ether_type(0x8864).payload(session).build()),
              DecodeResult::NotIp);
  }
  const Bytes discovery = {0x11, 0x09, 0, 0, 0, 0};
  EXPECT_EQ(result_of(packet().eth().ether_type(0x8863).payload(discovery).build()),
            DecodeResult::NotIp);
}

Bytes in_ipv4(const Bytes& frame) {
  const Bytes ip = ip_of(frame);
  const std::uint8_t protocol = ip[0] >> 4U == 4 ? ip_protocol::kIpv4 : ip_protocol::kIpv6;
  return packet().eth().ipv4("198.51.100.1", "198.51.100.9").protocol(protocol).payload(ip).build();
}

TEST(TunnelDecoder, DepthIsBounded) {
  Bytes frame = inner_frames()[0];
  for (int depth = 1; depth <= 4; ++depth) {
    frame = in_ipv4(frame);
    EXPECT_EQ(decoded(frame).tunnel_depth, depth);
    EXPECT_EQ(payload_of(frame, decoded(frame)), "query");
  }
  PacketView view;
  EXPECT_EQ(decode(in_ipv4(frame), view), DecodeResult::TooDeep);
  EXPECT_EQ(view.source.to_text(), "198.51.100.1");  // the line of the packet can still be found
}

TEST(TunnelDecoder, NumberOfLabelsIsBounded) {
  const auto stack = [](std::size_t labels) {
    Bytes content;
    for (std::size_t i = 0; i < labels; ++i) {
      const Bytes label = {0, 1, i + 1 == labels ? std::uint8_t{1} : std::uint8_t{0}, 64};
      content.insert(content.end(), label.begin(), label.end());
    }
    content = joined({content, ip_of(inner_frames()[0])});
    return packet().eth().ether_type(0x8847).payload(content).build();
  };
  EXPECT_EQ(payload_of(stack(8), decoded(stack(8))), "query");
  EXPECT_EQ(result_of(stack(9)), DecodeResult::NotIp);
}

TEST(TunnelDecoder, AFragmentedTunnelIsNotLookedInto) {
  const Bytes frame = packet()
                          .eth()
                          .ipv4("198.51.100.1", "198.51.100.9")
                          .protocol(4)
                          .fragment(0, true)
                          .payload(ip_of(inner_frames()[0]))
                          .build();
  const PacketView view = decoded(frame);
  EXPECT_TRUE(view.is_fragment);
  EXPECT_EQ(view.source.to_text(), "198.51.100.1");
}

TEST(TunnelDecoder, AFragmentInsideOfATunnelIsTheInnerOne) {
  const Bytes inner = packet()
                          .eth()
                          .ipv4("10.0.0.2", "192.0.2.1")
                          .udp(1, 53)
                          .fragment(8, true)
                          .payload("x")
                          .build();
  for (const Wrapping& wrapping : wrappings()) {
    SCOPED_TRACE(wrapping.name);
    const PacketView view = decoded(wrapping.wrap(inner, Way::ToServer));
    EXPECT_TRUE(view.is_fragment);
    EXPECT_EQ(view.source.to_text(), "10.0.0.2");
  }
}

TEST(TunnelDecoder, AMalformedInnerPacketNamesItsLine) {
  const Bytes inner =
      packet().eth().ipv4("10.0.0.2", "192.0.2.1").udp(1, 53).with_udp_length(3).build();
  for (const Wrapping& wrapping : wrappings()) {
    SCOPED_TRACE(wrapping.name);
    PacketView view;
    EXPECT_EQ(decode(wrapping.wrap(inner, Way::ToServer), view), DecodeResult::BadTransport);
    EXPECT_EQ(view.source.to_text(), "10.0.0.2");
    EXPECT_EQ(view.payload_size, 0U);
  }
}

TEST(TunnelDecoder, EveryStrictPrefixIsTruncated) {
  for (const Wrapping& wrapping : wrappings()) {
    SCOPED_TRACE(wrapping.name);
    for (const Bytes& inner : inner_frames()) {
      Bytes frame = wrapping.wrap(inner, Way::ToServer);
      if (wrapping.tunnel == Tunnel::Pppoe) {
        frame.erase(frame.end() - 3, frame.end());  // padding
      }
      for (std::size_t size = 0; size < frame.size(); ++size) {
        // A copy of that very size, so that AddressSanitizer sees one byte too far.
        EXPECT_EQ(
            result_of(Bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size))),
            DecodeResult::Truncated)
            << size << " of " << frame.size();
      }
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
  Layers layers;
  read_layers(frame, view.network_offset, layers);
  for (const Layer& layer : layers.list()) {
    EXPECT_LT(layer.offset, std::max<std::size_t>(view.network_offset, 1));
  }
}

TEST(TunnelDecoder, EveryFlippedByteStaysInsideTheFrame) {
  for (const Wrapping& wrapping : wrappings()) {
    for (const Bytes& inner : {inner_frames()[0], inner_frames()[3]}) {
      Bytes frame = wrapping.wrap(inner, Way::ToServer);
      frame.shrink_to_fit();
      for (std::size_t at = 0; at < frame.size(); ++at) {
        for (const int bits : {0x01, 0x04, 0x80, 0xff}) {
          frame[at] = static_cast<std::uint8_t>(frame[at] ^ bits);
          PacketView view;
          const DecodeResult result = decode(frame, view);
          expect_view_inside(frame, result, view);
          frame[at] = static_cast<std::uint8_t>(frame[at] ^ bits);
        }
      }
    }
  }
}

// A tunnel's frame whose inner part is cut, while the lengths of the outer part say it is whole.
TEST(TunnelDecoder, ACutPacketInAWholeTunnelStaysInside) {
  for (const Wrapping& wrapping : wrappings()) {
    SCOPED_TRACE(wrapping.name);
    const Bytes inner = inner_frames()[3];
    for (std::size_t size = 14; size < inner.size(); ++size) {
      Bytes cut(inner.begin(), inner.begin() + static_cast<std::ptrdiff_t>(size));
      if (cut.size() == 14) {
        cut.push_back(0x60);
      }
      const Bytes frame = wrapping.wrap(cut, Way::ToServer);
      PacketView view;
      const DecodeResult result = decode(frame, view);
      expect_view_inside(frame, result, view);
      EXPECT_FALSE(result == DecodeResult::Ok && view.protocol == ip_protocol::kTcp);
    }
  }
}

TEST(TunnelDecoder, TheLargestOffsetsFit) {
  // Two IPv6 headers with the longest extension chains; a third one would begin too late.
  const auto wrap = [](const Bytes& frame) {
    PacketBuilder builder =
        packet()
            .eth()
            .ipv6("2001:db8::2", "2001:db8:1::1")
            .protocol(ip_of(frame)[0] >> 4U == 4 ? ip_protocol::kIpv4 : ip_protocol::kIpv6);
    for (int i = 0; i < 7; ++i) {
      builder.extension(60, Bytes(2046));
    }
    return builder.payload(ip_of(frame)).build();
  };
  const Bytes once = wrap(inner_frames()[0]);
  EXPECT_EQ(payload_of(once, decoded(once)), "query");
  const Bytes twice = wrap(once);
  EXPECT_EQ(payload_of(twice, decoded(twice)), "query");
  EXPECT_EQ(result_of(wrap(twice)), DecodeResult::TooDeep);
}

TEST(TunnelDecoder, ConfigurationsHaveAWordForEveryTunnel) {
  for (const std::string_view word : kTunnelWords) {
    EXPECT_FALSE(word.empty());
  }
  for (const Wrapping& wrapping : wrappings()) {
    EXPECT_TRUE(Tunnels::all().has(wrapping.tunnel));
    EXPECT_FALSE(Tunnels::none().has(wrapping.tunnel));
  }
}

}  // namespace
}  // namespace luytre::dataplane
