// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "dataplane/quic/packet.h"
#include "support/quic_packets.h"

namespace luytre::dataplane::quic {
namespace {

using luytre::test::Bytes;
using luytre::test::ClientHello;
using luytre::test::kQuicV2;
using luytre::test::quic::Endpoint;
using luytre::test::quic::joined;
using luytre::test::quic::Type;

const Bytes kHello = luytre::test::quic::crypto(0, ClientHello().server_name("a.test").message());

Bytes unknown_version(std::uint32_t version, std::size_t size = 1200, std::uint8_t first = 0xc3) {
  Bytes packet{first};
  luytre::test::append_size(packet, 4, version);
  luytre::test::append(packet, luytre::test::with_size(1, Bytes(8, 1)));
  luytre::test::append(packet, luytre::test::with_size(1, Bytes(8, 2)));
  packet.resize(std::max(packet.size(), size), 0x77);
  return packet;
}

TEST(TakeApart, FindsEachInitialOfADatagramWithItsIds) {
  const Endpoint client;
  const Bytes payload = joined(
      {client.initial(kHello, 600), client.sealed(Type::ZeroRtt), client.initial(kHello, 600)});
  const Datagram datagram = take_apart(payload);
  EXPECT_EQ(datagram.kind, DatagramKind::Initial);
  ASSERT_EQ(datagram.initial_count, 2U);
  EXPECT_EQ(datagram.initials[1].packet.size(), 600U);
  EXPECT_EQ(datagram.initials[1].packet.data(), payload.data() + payload.size() - 600);
  EXPECT_TRUE(std::ranges::equal(datagram.initials[0].destination_id, client.destination_id));
  EXPECT_TRUE(std::ranges::equal(datagram.initials[0].source_id, client.source_id));
}

TEST(TakeApart, AnInitialBehindZeroRttOrHandshakeOrSconeIsFound) {
  for (const std::uint32_t version : {1U, kQuicV2}) {
    const Endpoint client{.version = version};
    const Bytes initial = client.initial(kHello);
    for (const Bytes& before :
         {client.sealed(Type::ZeroRtt), client.sealed(Type::Handshake),
          luytre::test::quic::scone(client), luytre::test::quic::scone(client, 0xef7dc0fd)}) {
      const Bytes payload = joined({before, initial});
      const Datagram datagram = take_apart(payload);
      EXPECT_EQ(datagram.kind, DatagramKind::Initial);
      EXPECT_EQ(datagram.initial_count, 1U);
    }
  }
}

TEST(TakeApart, TellsWhatBeginsNoConnection) {
  const Endpoint client;
  EXPECT_EQ(take_apart(client.sealed(Type::ZeroRtt)).kind, DatagramKind::ZeroRtt);
  EXPECT_EQ(take_apart(client.sealed(Type::Handshake)).kind, DatagramKind::Later);
  EXPECT_EQ(take_apart(client.retry()).kind, DatagramKind::Later);
  EXPECT_EQ(take_apart(luytre::test::quic::version_negotiation(client)).kind, DatagramKind::Later);
  EXPECT_EQ(take_apart(client.short_header()).kind, DatagramKind::Other);
  EXPECT_EQ(take_apart({}).kind, DatagramKind::Other);
}

TEST(TakeApart, OtherVersionsAreTold) {
  EXPECT_EQ(take_apart(unknown_version(0xfaceb00e)).kind, DatagramKind::UnknownVersion);
  EXPECT_EQ(take_apart(unknown_version(0x709a50c4)).kind, DatagramKind::UnknownVersion);
  EXPECT_EQ(take_apart(unknown_version(0x51303436)).kind, DatagramKind::GoogleQuic);
  EXPECT_EQ(take_apart(unknown_version(0x1a2a3a4a)).kind, DatagramKind::Later);
  EXPECT_EQ(take_apart(unknown_version(0xfaceb00e, 1199)).kind, DatagramKind::Other);
  // RTP has the highest bit set too, and not the next one.
  EXPECT_EQ(take_apart(unknown_version(0x60a1b2c3, 1200, 0x80)).kind, DatagramKind::Other);
}

TEST(TakeApart, GoogleQuicIsToldByItsVersion) {
  Bytes hello{0x0d, 1, 2, 3, 4, 5, 6, 7, 8, 'Q', '0', '4', '3', 1, 0};
  EXPECT_EQ(take_apart(hello).kind, DatagramKind::GoogleQuic);
  hello[9] = 'X';
  EXPECT_EQ(take_apart(hello).kind, DatagramKind::Other);
  EXPECT_EQ(take_apart(std::span(hello).first(12)).kind, DatagramKind::Other);
}

TEST(TakeApart, NoTruncationShowsAnInitial) {
  const Bytes payload = Endpoint{.token = Bytes(70, 1)}.initial(kHello, 400);
  for (std::size_t size = 0; size < payload.size(); ++size) {
    ASSERT_EQ(take_apart(std::span(payload).first(size)).initial_count, 0U) << size;
  }
  EXPECT_EQ(take_apart(payload).initial_count, 1U);
}

TEST(TakeApart, WhatNoServerOpensIsSteppedOver) {
  const Endpoint client;
  Bytes before;
  for (int i = 0; i < 30; ++i) {
    luytre::test::append(before, client.sealed(Type::Handshake, i % 2 == 0 ? 1 : 20));
  }
  luytre::test::append(before, Endpoint{.destination_id = Bytes(30, 1)}.sealed(Type::Initial, 40));
  const Bytes payload = joined({before, client.initial(kHello, 400)});
  EXPECT_EQ(take_apart(payload).initial_count, 1U);
  EXPECT_FALSE(take_apart(payload).has_more);
}

TEST(TakeApart, MorePacketsThanAnybodySendsAreTold) {
  Bytes initials;
  for (int i = 0; i < 5; ++i) {
    luytre::test::append(initials, Endpoint{}.initial(kHello, 100));
  }
  EXPECT_EQ(take_apart(initials).initial_count, Datagram::kMaxInitials);
  EXPECT_TRUE(take_apart(initials).has_more);
  Bytes handshakes;
  for (int i = 0; i < 70; ++i) {
    luytre::test::append(handshakes, Endpoint{}.sealed(Type::Handshake, 1));
  }
  luytre::test::append(handshakes, Endpoint{}.initial(kHello, 100));
  EXPECT_TRUE(take_apart(handshakes).has_more);
}

TEST(TakeApart, ConnectionIdsOverTwentyBytesAreNone) {
  const Endpoint client{.destination_id = Bytes(21, 1)};
  EXPECT_EQ(take_apart(client.sealed(Type::Initial, 1200)).initial_count, 0U);
}

TEST(ServerSourceId, IsReadOfInitialsAndHandshakesAndNotOfRetries) {
  const Endpoint server{.source_id = {9, 8, 7}};
  const Bytes handshake = server.sealed(Type::Handshake);
  const Bytes initial = server.sealed(Type::Initial);
  EXPECT_TRUE(std::ranges::equal(server_source_id(handshake), server.source_id));
  EXPECT_TRUE(std::ranges::equal(server_source_id(initial), server.source_id));
  EXPECT_TRUE(server_source_id(server.retry()).empty());
  EXPECT_TRUE(server_source_id(server.short_header()).empty());
  EXPECT_TRUE(server_source_id(luytre::test::quic::version_negotiation(server)).empty());
}

}  // namespace
}  // namespace luytre::dataplane::quic
