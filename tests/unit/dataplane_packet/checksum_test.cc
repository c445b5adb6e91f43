// SPDX-License-Identifier: Apache-2.0
#include "checksum.h"

#include "dataplane/decode.h"
#include "dataplane/forge.h"
#include "tests/support/packet_builder.h"

namespace luytre::dataplane {
namespace {

using test::Bytes;
using test::packet;

std::uint16_t checksum_of(const Bytes& bytes) {
  Checksum checksum;
  checksum.add(bytes);
  return checksum.value();
}

bool right(const Bytes& frame) {
  PacketView view;
  EXPECT_EQ(decode(frame, view), DecodeResult::Ok);
  return checksums_are_right(frame, view);
}

TEST(Checksum, TheExampleOfRfc1071) {
  // RFC 1071 §3: the sum of these bytes is ddf2.
  EXPECT_EQ(checksum_of({0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}), 0xffff - 0xddf2);
}

TEST(Checksum, OddLastByteCountsAsTheHighOne) {
  EXPECT_EQ(checksum_of({0x12}), 0xffff - 0x1200);
  EXPECT_EQ(checksum_of({0x00, 0x01, 0x12}), 0xffff - 0x1201);
  EXPECT_EQ(checksum_of({0, 0, 0, 1, 0x12}), 0xffff - 0x1201);
}

TEST(Checksum, NothingSumsToAllOnes) { EXPECT_EQ(checksum_of({}), 0xffff); }

TEST(Checksum, EveryCarryIsFolded) { EXPECT_EQ(checksum_of(Bytes(65535, 0xff)), 0xffff - 0xff00); }

TEST(ChecksumsAreRight, ForEveryKindOfPacketTheBuilderMakes) {
  EXPECT_TRUE(right(packet().ipv4("10.0.0.2", "192.0.2.1").tcp(1, 2).payload("abc").build()));
  EXPECT_TRUE(right(packet().ipv4("10.0.0.2", "192.0.2.1").udp(1, 2).payload("abc").build()));
  EXPECT_TRUE(right(packet().ipv6("2001:db8::2", "2001:db8::1").tcp(1, 2).payload("abc").build()));
  EXPECT_TRUE(right(packet()
                        .ipv6("2001:db8::2", "2001:db8::1")
                        .hop_by_hop()
                        .udp(1, 2)
                        .payload("abc")
                        .padding(9)
                        .build()));
  EXPECT_TRUE(right(packet().ipv4("10.0.0.2", "192.0.2.1").udp(1, 2).fragment(8, true).build()));
}

TEST(ChecksumsAreRight, NotWhenOneByteOfHeaderOrPayloadChanged) {
  const Bytes frame =
      packet().ipv4("10.0.0.2", "192.0.2.1").tcp(40000, 443).seq(5).payload("abc").build();
  for (std::size_t at = 14; at < frame.size(); ++at) {
    Bytes changed = frame;
    changed[at] ^= 0x10U;
    PacketView view;
    if (decode(changed, view) == DecodeResult::Ok && !view.is_fragment) {
      EXPECT_FALSE(checksums_are_right(changed, view)) << at;
    }
  }
}

TEST(ChecksumsAreRight, AbsentUdpChecksumIsRightOverIpv4Only) {
  EXPECT_TRUE(
      right(packet().ipv4("10.0.0.2", "192.0.2.1").udp(1, 2).with_transport_checksum(0).build()));
  EXPECT_FALSE(right(
      packet().ipv6("2001:db8::2", "2001:db8::1").udp(1, 2).with_transport_checksum(0).build()));
}

}  // namespace
}  // namespace luytre::dataplane
