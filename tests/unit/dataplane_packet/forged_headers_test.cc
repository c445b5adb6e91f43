// SPDX-License-Identifier: Apache-2.0
// Forged packets look like what the two hosts themselves send.
#include <algorithm>
#include <optional>
#include <vector>

#include "base/byte_order.h"
#include "dataplane/decode.h"
#include "dataplane/forge.h"
#include "return_paths.h"
#include "tests/support/frame_buffer.h"
#include "tests/support/packet_builder.h"
#include "tests/support/tunnels.h"

namespace luytre::dataplane {
namespace {

using test::Bytes;
using test::FrameBuffer;
using test::packet;
using test::PacketBuilder;
using test::Way;
using test::Wrapping;
using test::wrappings;

PacketView view_of(std::span<const std::uint8_t> frame) {
  PacketView view;
  EXPECT_EQ(decode(frame, view), DecodeResult::Ok);
  EXPECT_TRUE(checksums_are_right(frame, view));
  return view;
}

// What the innermost IP header says.
struct Header {
  explicit Header(std::span<const std::uint8_t> frame) {
    const std::uint8_t* ip = frame.data() + view_of(frame).network_offset;
    const bool v4 = ip[0] >> 4U == 4;
    hop_limit = ip[v4 ? 8 : 7];
    traffic_class = v4 ? ip[1] : static_cast<std::uint8_t>(load_be16(ip) >> 4U);
    identification = v4 ? load_be16(ip + 4) : std::uint16_t{0};
    fragment_field = v4 ? load_be16(ip + 6) : std::uint16_t{0};
    flow_label = v4 ? 0 : load_be32(ip) & 0xfffffU;
  }

  std::uint8_t hop_limit;
  std::uint8_t traffic_class;
  std::uint16_t identification;
  std::uint16_t fragment_field;
  std::uint32_t flow_label;
};

PacketBuilder v4() { return packet().eth().ipv4("10.0.0.2", "192.0.2.1").ttl(57); }
PacketBuilder v6() {
  return packet().eth().ipv6("2001:db8::2", "2001:db8:1::1").flow_label(0xabcde).ttl(57);
}
PacketBuilder& tcp(PacketBuilder& builder) {
  return builder.tcp(40000, 443).seq(1000).ack(77).payload("hello");
}

Bytes forged_tcp(const Bytes& sample, Towards towards, const TcpSegment& segment,
                 const ReturnPaths* paths = nullptr) {
  FrameBuffer client(sample);
  FrameBuffer out;
  EXPECT_TRUE(forge_tcp(client.packet(), view_of(sample), towards, segment, out.packet(), paths));
  return {out.frame().begin(), out.frame().end()};
}
Bytes forged_reset(const Bytes& sample) {
  return forged_tcp(sample, Towards::Server, {.sequence = 1000, .flags = tcp_flag::kRst});
}

TEST(ForgedHeaders, InTheClientsNameEverythingIsTheClientsOwn) {
  // DSCP 26 and ECT(0), which a segment without data does not have.
  PacketBuilder four = v4().traffic_class(26 << 2 | 2).identification(0x12ff).dont_fragment();
  const Header in_v4(forged_reset(tcp(four).build()));
  EXPECT_EQ(in_v4.hop_limit, 57);
  EXPECT_EQ(in_v4.traffic_class, 26 << 2);
  EXPECT_EQ(in_v4.identification, 0x1300);
  EXPECT_EQ(in_v4.fragment_field, 0x4000);
  PacketBuilder six = v6().traffic_class(26 << 2 | 2);
  const Header in_v6(forged_reset(tcp(six).build()));
  EXPECT_EQ(in_v6.hop_limit, 57);
  EXPECT_EQ(in_v6.traffic_class, 26 << 2);
  EXPECT_EQ(in_v6.flow_label, 0xabcdeU);
}

struct IdentificationCase {
  const char* description;
  std::uint16_t sent;
  bool dont_fragment;
  std::uint16_t follows;
};

TEST(ForgedHeaders, TheIdentificationFollowsTheClients) {
  for (const IdentificationCase& row :
       {IdentificationCase{"counted", 7, true, 8},
        IdentificationCase{"counted, DF off", 7, false, 8},
        IdentificationCase{"wraps around", 0xffff, true, 0},
        IdentificationCase{"always zero beside DF", 0, true, 0},
        IdentificationCase{"zero without DF is a count", 0, false, 1}}) {
    SCOPED_TRACE(row.description);
    PacketBuilder builder = v4().identification(row.sent);
    if (row.dont_fragment) {
      builder.dont_fragment();
    }
    const Header header(forged_reset(tcp(builder).build()));
    EXPECT_EQ(header.identification, row.follows);
    EXPECT_EQ(header.fragment_field, row.dont_fragment ? 0x4000 : 0);
  }
}

TEST(ForgedHeaders, InTheServersNameTheHopLimitIsWhatWasLearnt) {
  for (const PacketBuilder& path : {v4(), v6()}) {
    PacketBuilder builder = path;
    builder.traffic_class(0xb8);
    const Bytes hello = tcp(builder).build();
    const Header segment(forged_tcp(hello, Towards::Client, {.hop_limit = 52}));
    EXPECT_EQ(segment.hop_limit, 52);
    EXPECT_EQ(segment.traffic_class, 0);
    EXPECT_EQ(segment.flow_label, 0U);

    builder = path;
    const Bytes query = builder.udp(40000, 53).payload("question").build();
    FrameBuffer answer(query);
    ASSERT_TRUE(forge_udp_reply_in_place(answer.packet(), view_of(query), 8, nullptr, 117));
    EXPECT_EQ(Header(answer.frame()).hop_limit, 117);
    FrameBuffer client(query);
    FrameBuffer unreachable;
    ASSERT_TRUE(forge_port_unreachable(client.packet(), view_of(query), unreachable.packet(),
                                       nullptr, 240));
    EXPECT_EQ(Header(unreachable.frame()).hop_limit, 240);
  }
}

TEST(ForgedHeaders, AnIcmpMessageHasThePrecedenceOfNetworkControl) {
  PacketBuilder four = v4().traffic_class(0x08 | 2);  // throughput; ECT(0)
  const Bytes initial = four.dont_fragment().udp(40000, 443).payload("QUIC").build();
  FrameBuffer client(initial);
  FrameBuffer out;
  ASSERT_TRUE(forge_port_unreachable(client.packet(), view_of(initial), out.packet()));
  EXPECT_EQ(Header(out.frame()).traffic_class, 0xc8);
  EXPECT_EQ(Header(out.frame()).fragment_field, 0);
  EXPECT_NE(Header(out.frame()).identification, 0);
  PacketBuilder six = v6().traffic_class(0x0a);
  const Bytes initial_v6 = six.udp(40000, 443).payload("QUIC").build();
  FrameBuffer client_v6(initial_v6);
  ASSERT_TRUE(forge_port_unreachable(client_v6.packet(), view_of(initial_v6), out.packet()));
  EXPECT_EQ(Header(out.frame()).traffic_class, 0);
}

const Bytes kAlert = {0x15, 3, 3, 0, 2, 2, 112};
constexpr TcpTimestamps kTimestamps{.value = 0x01020304, .echo = 0xa0b0c0d0};

// NOP, NOP, timestamps, and nothing else; the payload follows.
void expect_timestamps(const Bytes& frame, const Bytes& payload) {
  const PacketView view = view_of(frame);
  EXPECT_EQ(view.payload_offset - view.transport_offset, 32);
  const auto* options = frame.data() + view.transport_offset + 20;
  EXPECT_EQ(Bytes(options, options + 12), (Bytes{1, 1, 8, 10, 1, 2, 3, 4, 0xa0, 0xb0, 0xc0, 0xd0}));
  EXPECT_EQ(Bytes(frame.begin() + view.payload_offset,
                  frame.begin() + view.payload_offset + view.payload_size),
            payload);
}

TEST(ForgedHeaders, TimestampsStandAsLinuxWritesThem) {
  for (PacketBuilder builder : {v4(), v6()}) {
    const Bytes hello = tcp(builder).build();
    expect_timestamps(
        forged_tcp(hello, Towards::Client, {.payload = kAlert, .timestamps = kTimestamps}), kAlert);
    expect_timestamps(
        forged_tcp(hello, Towards::Server, {.flags = tcp_flag::kRst, .timestamps = kTimestamps}),
        {});
  }
}

TEST(ForgedHeaders, TimestampsAndHopLimitsAreInTheInnermostPacketOfEveryEncapsulation) {
  for (const Wrapping& wrapping : wrappings()) {
    for (const bool is_v4 : {true, false}) {
      SCOPED_TRACE(wrapping.name);
      ReturnPaths paths(64, 1);
      const Bytes answer = wrapping.wrap(
          is_v4 ? packet().eth().ipv4("192.0.2.1", "10.0.0.2").udp(1, 2).build()
                : packet().eth().ipv6("2001:db8:1::1", "2001:db8::2").udp(1, 2).build(),
          Way::ToClient);
      FrameBuffer learnt(answer);
      paths.learn(learnt.packet(), view_of(answer), 1);
      PacketBuilder builder = is_v4 ? v4() : v6();
      const Bytes hello = wrapping.wrap(tcp(builder).build(), Way::ToServer);
      const Bytes told =
          forged_tcp(hello, Towards::Client,
                     {.payload = kAlert, .timestamps = kTimestamps, .hop_limit = 52}, &paths);
      expect_timestamps(told, kAlert);
      EXPECT_EQ(Header(told).hop_limit, 52);
      EXPECT_EQ(Header(forged_reset(hello)).hop_limit, 57);
    }
  }
}

TEST(ForgedHeaders, TheLongestRedirectFitsOneSegmentOverPppoeWithTimestamps) {
  PacketBuilder builder = v6();
  const Bytes redirect(1400, 'x');
  const Bytes told = forged_tcp(tcp(builder).build(), Towards::Client,
                                {.payload = redirect, .timestamps = kTimestamps});
  EXPECT_LE(told.size() - view_of(told).network_offset, 1492U);
}

TEST(ForgedHeaders, ABufferWithoutRoomForTheOptionIsRefused) {
  PacketBuilder builder = v4();
  const Bytes hello = tcp(builder).build();
  FrameBuffer client(hello);
  FrameBuffer small({}, 14 + 20 + 31);
  EXPECT_FALSE(forge_tcp(client.packet(), view_of(hello), Towards::Client,
                         {.timestamps = kTimestamps}, small.packet()));
  EXPECT_TRUE(forge_tcp(client.packet(), view_of(hello), Towards::Client, {}, small.packet()));
}

}  // namespace
}  // namespace luytre::dataplane
