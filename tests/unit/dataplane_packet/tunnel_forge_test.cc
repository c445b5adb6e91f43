// SPDX-License-Identifier: Apache-2.0
// What the gateway makes goes where the client is: back through the encapsulation that it came in.
#include <string>

#include "dataplane/decode.h"
#include "dataplane/forge.h"
#include "dataplane/layers.h"
#include "return_paths.h"
#include "tests/support/frame_buffer.h"
#include "tests/support/tunnels.h"

namespace luytre::dataplane {
namespace {

using test::Bytes;
using test::packet;
using test::Way;
using test::Wrapping;
using test::wrapping;
using test::wrappings;

constexpr std::uint16_t kTick = 7;

std::vector<Bytes> queries() {
  return {
      packet().eth().ipv4("10.0.0.2", "192.0.2.1").udp(40000, 53).payload("a long query").build(),
      packet().eth().ipv6("2001:db8::2", "2001:db8:1::1").udp(40000, 53).payload("query").build(),
  };
}
std::vector<Bytes> segments() {
  return {
      packet()
          .eth()
          .ipv4("10.0.0.2", "192.0.2.1")
          .tcp(40000, 443)
          .seq(5)
          .ack(9)
          .payload("x")
          .build(),
      packet()
          .eth()
          .ipv6("2001:db8::2", "2001:db8:1::1")
          .tcp(40000, 443)
          .seq(5)
          .ack(9)
          .payload("x")
          .build(),
  };
}
// What a server might send to the client of those.
std::vector<Bytes> from_servers() {
  return {
      packet()
          .eth()
          .ipv4("192.0.2.1", "10.0.0.2")
          .udp(53, 40000)
          .payload("longer than what is forged")
          .build(),
      packet().eth().ipv6("2001:db8:1::1", "2001:db8::2").udp(53, 40000).payload("x").build(),
  };
}

PacketView view_of(const Bytes& frame) {
  PacketView view;
  EXPECT_EQ(decode(frame, view), DecodeResult::Ok);
  return view;
}
Bytes frame_of(const Packet& packet) { return {packet.bytes, packet.bytes + packet.size}; }
std::string payload_of(const Bytes& frame, const PacketView& view) {
  const auto begin = frame.begin() + view.payload_offset;
  return {begin, begin + static_cast<std::ptrdiff_t>(view.payload_size)};
}

Packet packet_of(Bytes& frame) {
  return {.bytes = frame.data(),
          .size = static_cast<std::uint32_t>(frame.size()),
          .capacity = static_cast<std::uint32_t>(frame.size()),
          .owner = nullptr};
}
Packet room(Bytes& bytes) {
  bytes.assign(4096, 0xee);
  Packet packet = packet_of(bytes);
  packet.size = 0;
  return packet;
}

void learn_all(ReturnPaths& paths, const Wrapping& wrapping) {
  for (const Bytes& plain : from_servers()) {
    Bytes frame = wrapping.wrap(plain, Way::ToClient);
    paths.learn(packet_of(frame), view_of(frame), kTick);
  }
}

// All that stands below the inner IP header, with what may differ between two packets of a tunnel
// set to zero: lengths, checksums, identification.
Bytes carrier_of(Bytes frame) {
  const PacketView view = view_of(frame);
  Layers layers;
  read_layers(frame, view.network_offset, layers);
  frame.resize(view.network_offset);
  const auto clear = [&](std::size_t at, std::size_t count) {
    std::fill_n(frame.begin() + static_cast<std::ptrdiff_t>(at), count, std::uint8_t{0});
  };
  for (const Layer& layer : layers.list()) {
    const std::size_t at = layer.offset;
    switch (layer.kind) {
      case LayerKind::Pppoe:
        clear(at + 4, 2);
        break;
      case LayerKind::Ipv4:
        clear(at + 2, 4);
        clear(at + 10, 2);
        break;
      case LayerKind::Ipv6:
        clear(at + 4, 2);
        break;
      case LayerKind::Udp:
        clear(at + 4, 4);
        break;
      case LayerKind::Gre:
        if ((frame[at] & 0x80U) != 0) {
          clear(at + 4, 2);
        }
        break;
      case LayerKind::Pptp:
        clear(at + 4, 2);
        break;
      case LayerKind::GtpU:
        clear(at + 2, 2);
        break;
      default:
        break;
    }
  }
  return frame;
}

// The lengths of the outer headers end exactly where the frame does.
void expect_nothing_behind(const Bytes& frame) {
  Bytes longer = frame;
  longer.push_back(0);
  const PacketView view = view_of(frame);
  EXPECT_EQ(view.payload_offset == 0 ? frame.size() : view.payload_offset + view.payload_size,
            frame.size());
  PacketView cut;
  EXPECT_EQ(decode(std::span(frame).first(frame.size() - 1), cut), DecodeResult::Truncated);
}

// Over UDP in IPv6 a checksum is there and right; checksums_are_right() would accept none.
void expect_udp_checksum_over_ipv6(const Bytes& frame) {
  Layers layers;
  read_layers(frame, view_of(frame).network_offset, layers);
  for (std::size_t i = 1; i < layers.list().size(); ++i) {
    if (layers.list()[i].kind == LayerKind::Udp && layers.list()[i - 1].kind == LayerKind::Ipv6) {
      const std::size_t at = layers.list()[i].offset + std::size_t{6};
      EXPECT_NE(frame[at] | frame[at + 1], 0);
    }
  }
}

void expect_reaches_client(const Wrapping& wrapping, const Bytes& client, const Bytes& forged) {
  const PacketView from = view_of(client);
  const PacketView view = view_of(forged);
  EXPECT_TRUE(checksums_are_right(forged, view));
  EXPECT_EQ(view.source, from.destination);
  EXPECT_EQ(view.destination, from.source);
  expect_nothing_behind(forged);
  expect_udp_checksum_over_ipv6(forged);
  const Bytes server = from_servers()[from.ip_version == 4 ? 0 : 1];
  EXPECT_EQ(carrier_of(forged), carrier_of(wrapping.wrap(server, Way::ToClient)));
}

TEST(TunnelForge, SegmentsToTheClientGoBackThroughItsTunnel) {
  for (const Wrapping& wrapping : wrappings()) {
    ReturnPaths paths(64, 1);
    learn_all(paths, wrapping);
    for (const Bytes& plain : segments()) {
      SCOPED_TRACE(wrapping.name);
      Bytes frame = wrapping.wrap(plain, Way::ToServer);
      Bytes bytes;
      Packet out = room(bytes);
      const Bytes alert = {1, 2, 3, 4, 5, 6, 7};
      ASSERT_TRUE(forge_tcp(packet_of(frame), view_of(frame), Towards::Client,
                            {.sequence = 9, .acknowledgement = 6, .flags = 0x10, .payload = alert},
                            out, &paths));
      expect_reaches_client(wrapping, frame, frame_of(out));
      EXPECT_EQ(view_of(frame_of(out)).payload_size, 7U);
    }
  }
}

TEST(TunnelForge, SegmentsToTheServerGoOnThroughTheTunnel) {
  for (const Wrapping& wrapping : wrappings()) {
    for (const Bytes& plain : segments()) {
      SCOPED_TRACE(wrapping.name);
      Bytes frame = wrapping.wrap(plain, Way::ToServer);
      Bytes bytes;
      Packet out = room(bytes);
      ASSERT_TRUE(forge_tcp(packet_of(frame), view_of(frame), Towards::Server,
                            {.sequence = 5, .flags = tcp_flag::kRst}, out));
      const Bytes forged = frame_of(out);
      EXPECT_TRUE(checksums_are_right(forged, view_of(forged)));
      EXPECT_EQ(view_of(forged).source, view_of(frame).source);
      expect_nothing_behind(forged);
      EXPECT_EQ(carrier_of(forged), carrier_of(frame));
    }
  }
}

TEST(TunnelForge, DatagramsBecomeTheirOwnAnswersInPlace) {
  for (const Wrapping& wrapping : wrappings()) {
    ReturnPaths paths(64, 1);
    learn_all(paths, wrapping);
    for (const Bytes& plain : queries()) {
      SCOPED_TRACE(wrapping.name);
      const Bytes frame = wrapping.wrap(plain, Way::ToServer);
      Bytes bytes = frame;
      bytes.resize(4096);
      Packet client = packet_of(bytes);
      client.size = static_cast<std::uint32_t>(frame.size());
      const PacketView view = view_of(frame);
      bytes[view.payload_offset] = '!';
      ASSERT_TRUE(forge_udp_reply_in_place(client, view, 5, &paths));
      const Bytes forged = frame_of(client);
      expect_reaches_client(wrapping, frame, forged);
      EXPECT_EQ(payload_of(forged, view_of(forged)), view.ip_version == 4 ? "! lon" : "!uery");
    }
  }
}

TEST(TunnelForge, UnreachablesQuoteTheInnerPacket) {
  for (const Wrapping& wrapping : wrappings()) {
    ReturnPaths paths(64, 1);
    learn_all(paths, wrapping);
    for (const Bytes& plain : queries()) {
      SCOPED_TRACE(wrapping.name);
      Bytes frame = wrapping.wrap(plain, Way::ToServer);
      const PacketView view = view_of(frame);
      Bytes bytes;
      Packet out = room(bytes);
      ASSERT_TRUE(forge_port_unreachable(packet_of(frame), view, out, &paths));
      const Bytes forged = frame_of(out);
      const PacketView told = view_of(forged);
      EXPECT_TRUE(checksums_are_right(forged, told));
      EXPECT_EQ(told.destination, view.source);
      const Bytes quote(forged.begin() + told.transport_offset + 8, forged.end());
      EXPECT_EQ(quote, test::ip_of(plain));
    }
  }
}

TEST(TunnelForge, WithoutAKnownWayBackNothingIsForgedToTheClient) {
  const ReturnPaths nothing(64, 1);
  for (const Wrapping& wrapping : wrappings()) {
    SCOPED_TRACE(wrapping.name);
    Bytes frame = wrapping.wrap(queries()[0], Way::ToServer);
    const Bytes before = frame;
    Packet client = packet_of(frame);
    const PacketView view = view_of(frame);
    EXPECT_EQ(has_way_back(client, view, &nothing), !wrapping.is_one_way);
    EXPECT_EQ(has_way_back(client, view, nullptr), !wrapping.is_one_way);
    if (wrapping.is_one_way) {
      EXPECT_FALSE(forge_udp_reply_in_place(client, view, 5, &nothing));
      EXPECT_EQ(frame, before);
      Bytes bytes;
      Packet out = room(bytes);
      EXPECT_FALSE(forge_port_unreachable(client, view, out, &nothing));
      EXPECT_EQ(out.size, 0U);
    }
  }
}

TEST(TunnelForge, ARoutingHeaderIsNotAnsweredInReverse) {
  for (const bool behind_options : {false, true}) {
    auto builder = test::tunnel_ipv6(Way::ToServer);
    if (behind_options) {
      builder.destination_options();
    }
    Bytes frame = builder.routing().protocol(4).payload(test::ip_of(queries()[0])).build();
    EXPECT_EQ(view_of(frame).tunnel_depth, 1);
    EXPECT_FALSE(has_way_back(packet_of(frame), view_of(frame), nullptr));
  }
}

TEST(TunnelForge, OptionsOfTheOuterHeaderAreNotSentBack) {
  Bytes frame = test::tunnel_ipv4(Way::ToServer)
                    .ipv4_options({7, 7, 4, 1, 2, 3, 4})  // record route
                    .protocol(4)
                    .payload(test::ip_of(segments()[0]))
                    .build();
  Bytes bytes;
  Packet out = room(bytes);
  ASSERT_TRUE(forge_tcp(packet_of(frame), view_of(frame), Towards::Client, {.flags = 0x14}, out));
  const Bytes forged = frame_of(out);
  EXPECT_TRUE(checksums_are_right(forged, view_of(forged)));
  EXPECT_EQ(Bytes(forged.begin() + 34, forged.begin() + 42), Bytes(8));
}

TEST(TunnelForge, ReplyThatDoesNotFitIsNotForged) {
  ReturnPaths paths(64, 1);
  for (const Wrapping& wrapping : wrappings()) {
    SCOPED_TRACE(wrapping.name);
    learn_all(paths, wrapping);
    Bytes frame = wrapping.wrap(segments()[0], Way::ToServer);
    Bytes bytes;
    Packet whole = room(bytes);
    ASSERT_TRUE(forge_tcp(packet_of(frame), view_of(frame), Towards::Client, {}, whole, &paths));
    Bytes less;
    Packet out = room(less);
    out.capacity = whole.size - 1;
    EXPECT_FALSE(forge_tcp(packet_of(frame), view_of(frame), Towards::Client, {}, out, &paths));
    EXPECT_EQ(less, Bytes(4096, 0xee));
  }
}

TEST(ReturnPaths, EachClientAndVlanHasItsOwn) {
  ReturnPaths paths(64, 1);
  const auto frame = [](std::string_view client, std::uint16_t vlan, std::uint8_t label) {
    const Bytes plain = packet().eth().ipv4("192.0.2.1", client).udp(53, 1).payload("x").build();
    Bytes wrapped = wrapping("mpls").wrap(plain, Way::ToClient);
    const Bytes tag = {0x81, 0, 0, static_cast<std::uint8_t>(vlan)};
    wrapped.insert(wrapped.begin() + 12, tag.begin(), tag.end());
    wrapped[19] = label;
    return wrapped;
  };
  const auto client_view = [](std::string_view client, std::uint16_t vlan) {
    return view_of(packet().eth().vlan(vlan).ipv4(client, "192.0.2.1").udp(1, 53).build());
  };
  for (const auto& [client, vlan, label] :
       {std::tuple{"10.0.0.2", 1, 50}, {"10.0.0.2", 2, 51}, {"10.0.0.3", 1, 52}}) {
    Bytes wrapped =
        frame(client, static_cast<std::uint16_t>(vlan), static_cast<std::uint8_t>(label));
    paths.learn(packet_of(wrapped), view_of(wrapped), kTick);
  }
  EXPECT_EQ(paths.find(client_view("10.0.0.2", 1))->bytes[19], 50);
  EXPECT_EQ(paths.find(client_view("10.0.0.2", 2))->bytes[19], 51);
  EXPECT_EQ(paths.find(client_view("10.0.0.3", 1))->bytes[19], 52);
  EXPECT_EQ(paths.find(client_view("10.0.0.3", 2)), nullptr);
}

TEST(ReturnPaths, AChangedPathIsLearntWithinASecond) {
  ReturnPaths paths(64, 1);
  Bytes frame = wrapping("gtp-u").wrap(from_servers()[0], Way::ToClient);
  paths.learn(packet_of(frame), view_of(frame), kTick);
  const std::size_t teid = view_of(frame).network_offset - 1U;
  frame[teid] = 99;
  paths.learn(packet_of(frame), view_of(frame), kTick + 1);
  const PacketView client = view_of(queries()[0]);
  EXPECT_EQ(paths.find(client)->bytes[teid], 99);
}

TEST(ReturnPaths, MemoryIsBoundedAndTheLongestUnheardClientGoesFirst) {
  ReturnPaths paths(16, 1);
  std::size_t known = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string client = "10.1.0." + std::to_string(i);
    Bytes frame = wrapping("mpls").wrap(
        packet().eth().ipv4("192.0.2.1", client).udp(53, 1).payload("x").build(), Way::ToClient);
    paths.learn(packet_of(frame), view_of(frame), static_cast<std::uint16_t>(i));
    const PacketView view = view_of(packet().eth().ipv4(client, "192.0.2.1").udp(1, 53).build());
    EXPECT_NE(paths.find(view), nullptr);
  }
  for (int i = 0; i < 200; ++i) {
    const std::string client = "10.1.0." + std::to_string(i);
    const PacketView view = view_of(packet().eth().ipv4(client, "192.0.2.1").udp(1, 53).build());
    known += paths.find(view) != nullptr ? 1 : 0;
  }
  EXPECT_LE(known, 16U);
  EXPECT_GE(known, 8U);
}

TEST(ReturnPaths, HeadersOverTheBoundAreNotKept) {
  ReturnPaths paths(16, 1);
  Bytes frame = from_servers()[0];
  for (int i = 0; i < 4; ++i) {
    frame = wrapping("ip-in-ipv6").wrap(frame, Way::ToClient);
  }
  EXPECT_GT(view_of(frame).network_offset, ReturnPaths::kMaxBytes);
  paths.learn(packet_of(frame), view_of(frame), kTick);
  EXPECT_EQ(paths.find(view_of(queries()[0])), nullptr);
}

}  // namespace
}  // namespace luytre::dataplane
