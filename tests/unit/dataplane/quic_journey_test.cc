// SPDX-License-Identifier: Apache-2.0
// What a client on a filtered line and its server see of each other over QUIC.
#include <algorithm>
#include <random>

#include "quic_test.h"

namespace luytre::dataplane::test {
namespace {

class QuicJourney : public GatewayTest {
 protected:
  void send(const std::vector<Bytes>& payloads) { from_client(path_.all_from_client(payloads)); }
  void expect_passed(const std::vector<Bytes>& payloads) {
    EXPECT_EQ(to_server(), path_.all_from_client(payloads));
    EXPECT_TRUE(to_client().empty());
  }
  // Refused as a client sees it: an Initial that ends the connection, and ICMP.
  void expect_refused(const Endpoint& endpoint) {
    EXPECT_TRUE(to_server().empty());
    const auto told = to_client();
    ASSERT_EQ(told.size(), 2U);
    const PacketView close = view_of(told[0]);
    EXPECT_EQ(close.protocol, ip_protocol::kUdp);
    EXPECT_EQ(close.source_port, path_.server_port);
    EXPECT_EQ(close.destination_port, path_.client_port);
    EXPECT_EQ(close.source, *categories::IpAddress::from_text(path_.server));
    EXPECT_EQ(opened_by_client(endpoint, payload_of(told[0])), kUnrecognizedName);
    const PacketView unreachable = view_of(told[1]);
    EXPECT_EQ(unreachable.protocol,
              unreachable.ip_version == 4 ? ip_protocol::kIcmp : ip_protocol::kIcmpV6);
    EXPECT_EQ(unreachable.destination, *categories::IpAddress::from_text(path_.client));
  }

  QuicPath path_;
  Endpoint client_;
};

TEST_F(QuicJourney, AnAllowedConnectionPassesByteForByte) {
  const auto hello = large_hello(client_, "example.org");
  send(hello);
  expect_passed(hello);
  const Endpoint server{.destination_id = client_.source_id, .source_id = {1, 2, 3, 4, 5}};
  const std::vector<Bytes> from_there = {path_.from_server(server.sealed(Type::Initial, 1200)),
                                         path_.from_server(server.sealed(Type::Handshake, 800)),
                                         path_.from_server(server.short_header())};
  from_server(from_there);
  EXPECT_EQ(to_client(), from_there);
  Endpoint later = client_;
  later.destination_id = server.source_id;
  const std::vector<Bytes> rest = {
      joined({later.initial(quic_frames::ack()), later.short_header()}),
      later.sealed(Type::Handshake), later.short_header(1000)};
  send(rest);
  expect_passed(rest);
  EXPECT_EQ(counts(), (Counts{{Outcome::QuicAllowed, 2},
                              {Outcome::QuicFromInternet, 3},
                              {Outcome::QuicDecided, 3}}));
}

TEST_F(QuicJourney, ARefusedNameEndsTheConnectionAndNothingReachesTheServer) {
  send(large_hello(client_, "www.casino.test"));
  expect_refused(client_);
  EXPECT_EQ(counts(), (Counts{{Outcome::QuicBlocked, 2}}));
}

TEST_F(QuicJourney, EveryVersionPortAndAddressFamilyIsRead) {
  for (const std::uint32_t version : {kQuicV1, kQuicV2, kQuicDraft29}) {
    for (const std::uint16_t port : {std::uint16_t{443}, std::uint16_t{4433}, std::uint16_t{853}}) {
      start({});
      client_.version = version;
      path_ = {.server_port = port};
      send(small_hello(client_, "casino.test"));
      expect_refused(client_);
      path_ = {.client = kChildV6, .server = "2001:db8::1", .server_port = port};
      send(small_hello(client_, "casino.test"));
      expect_refused(client_);
    }
  }
}

TEST_F(QuicJourney, TheRefusalGoesBackInTheLinesVlan) {
  path_ = {.client = "10.1.2.3", .vlan = kChildVlan};
  send(small_hello(client_, "casino.test"));
  const auto told = to_client();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(view_of(told[0]).outer_vlan, kChildVlan);
  EXPECT_EQ(view_of(told[1]).outer_vlan, kChildVlan);
}

TEST_F(QuicJourney, UpToFourInitialsInEveryOrderAreRead) {
  const Bytes message = browser_hello("casino.test").message();
  const std::size_t quarter = message.size() / 4;
  const auto datagrams = hello_datagrams(client_, message, {quarter, 2 * quarter, 3 * quarter});
  std::array<std::size_t, 4> order = {0, 1, 2, 3};
  do {
    start({});
    for (const std::size_t i : order) {
      EXPECT_TRUE(to_client().empty());
      send({datagrams[i]});
    }
    expect_refused(client_);
    EXPECT_EQ(counts(), (Counts{{Outcome::QuicBlocked, 4}}));
  } while (std::ranges::next_permutation(order).found);
}

TEST_F(QuicJourney, OneToSixInitialsInOneBurstAreRead) {
  const Bytes message = browser_hello("casino.test").message();
  for (std::size_t count = 1; count <= 6; ++count) {
    start({});
    std::vector<Bytes> datagrams;
    for (std::size_t i = 0; i < count; ++i) {
      datagrams.push_back(client_.initial(
          part(message, message.size() * i / count, message.size() * (i + 1) / count), 1200,
          static_cast<std::uint8_t>(i)));
    }
    send(datagrams);
    expect_refused(client_);
  }
}

// As Chromium does it: the hello in many CRYPTO frames, shuffled over two packets, with PING and
// PADDING between them.
TEST_F(QuicJourney, ShuffledCryptoFramesAreRead) {
  const Bytes message = browser_hello("casino.test").message();
  const std::uint64_t first_seed = std::random_device{}();
  for (std::uint64_t seed = first_seed; seed < first_seed + 50; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    start({});
    std::mt19937_64 random(seed);
    std::vector<Bytes> frames;
    for (std::size_t begin = 0; begin < message.size();) {
      const std::size_t end = std::min<std::size_t>(message.size(), begin + 20 + random() % 200);
      frames.push_back(part(message, begin, end));
      begin = end;
    }
    std::ranges::shuffle(frames, random);
    std::vector<Bytes> datagrams(2);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      Bytes& packet = datagrams[i * 2 / frames.size()];
      luytre::test::append(packet, frames[i]);
      luytre::test::append(
          packet, random() % 2 == 0 ? quic_frames::ping() : quic_frames::padding(random() % 9));
    }
    send({client_.initial(datagrams[0], 1200, 1), client_.initial(datagrams[1], 1200, 2)});
    expect_refused(client_);
  }
}

TEST_F(QuicJourney, RepeatedAndOverlappingFramesAreRead) {
  const Bytes message = browser_hello("casino.test").message();
  send({client_.initial(part(message, 0, 700)), client_.initial(part(message, 0, 700), 1200, 1),
        client_.initial(joined({part(message, 500, 1200), quic_frames::ack()}), 1200, 2),
        client_.initial(part(message, 1100, message.size()), 1200, 3)});
  expect_refused(client_);
  EXPECT_EQ(counts(), (Counts{{Outcome::QuicBlocked, 4}}));
}

TEST_F(QuicJourney, ABrowsersFirstDatagramAloneIsHeld) {
  const auto hello = large_hello(client_, "example.org");
  send({hello[0]});
  EXPECT_TRUE(to_server().empty());
  EXPECT_EQ(held(), 1U);
  send({hello[1]});
  expect_passed(hello);
}

TEST_F(QuicJourney, WhatElseTheClientSendsIsHeldInItsOrder) {
  const auto hello = large_hello(client_, "example.org");
  const std::vector<Bytes> all = {client_.sealed(Type::ZeroRtt, 500),
                                  hello[0],
                                  client_.sealed(Type::ZeroRtt, 900),
                                  client_.short_header(),
                                  Bytes(30, 0x42),
                                  hello[1]};
  send(all);
  expect_passed(all);
}

TEST_F(QuicJourney, ZeroRttBeforeARefusedHelloReachesNobody) {
  send({client_.sealed(Type::ZeroRtt, 500)});
  EXPECT_EQ(held(), 1U);
  send(small_hello(client_, "casino.test"));
  expect_refused(client_);
  EXPECT_EQ(counts(), (Counts{{Outcome::QuicBlocked, 2}}));
}

TEST_F(QuicJourney, CoalescedPacketsAndSconeInFrontHideNothing) {
  const Bytes message = hello_message("casino.test");
  for (const Bytes& payload :
       {joined({client_.initial(part(message, 0, message.size()), 1000),
                client_.sealed(Type::ZeroRtt, 300)}),
        joined({client_.sealed(Type::ZeroRtt, 300),
                client_.initial(part(message, 0, message.size()), 1000)}),
        joined({quic_frames::scone(client_), client_.initial(part(message, 0, message.size()))}),
        joined({client_.initial(part(message, 100, message.size()), 700),
                client_.initial(part(message, 0, 100), 700, 1)})}) {
    start({});
    send({payload});
    expect_refused(client_);
  }
}

TEST_F(QuicJourney, JunkInFrontChangesNothing) {
  send({Bytes(40, 0x17), Bytes(1200, 0x80), client_.short_header()});
  to_server();
  send(small_hello(client_, "casino.test"));
  expect_refused(client_);
}

TEST_F(QuicJourney, LaterPacketsOfARefusedFlowAreDroppedAndAnsweredOnceASecond) {
  const auto hello = small_hello(client_, "casino.test");
  send(hello);
  to_client();
  for (int i = 0; i < 5; ++i) {
    send({hello[0], client_.short_header()});
    EXPECT_TRUE(to_client().empty());
    EXPECT_TRUE(to_server().empty());
  }
  pass(seconds(1));
  send({hello[0], hello[0]});
  expect_refused(client_);
  from_server({path_.from_server(client_.sealed(Type::Initial, 1200))});
  EXPECT_TRUE(to_client().empty());
  EXPECT_EQ(counts(), (Counts{{Outcome::QuicBlocked, 1}, {Outcome::RefusedFlowDropped, 13}}));
}

TEST_F(QuicJourney, ANewConnectionOnARefusedFlowIsJudgedAgain) {
  send(small_hello(client_, "casino.test"));
  expect_refused(client_);
  const auto next = small_hello(client_.with_id(1), "example.org");
  send(next);
  expect_passed(next);
}

TEST_F(QuicJourney, ANewConnectionOnAnAllowedFlowIsJudgedAgain) {
  const auto first = small_hello(client_, "example.org");
  send(first);
  expect_passed(first);
  const Endpoint second = client_.with_id(1);
  send(large_hello(second, "casino.test"));
  expect_refused(second);
}

TEST_F(QuicJourney, AfterARetryTheHelloIsJudgedAgain) {
  const auto first = small_hello(client_, "example.org");
  send(first);
  expect_passed(first);
  const Endpoint server{.destination_id = client_.source_id, .source_id = Bytes(8, 0x5a)};
  from_server({path_.from_server(server.retry())});
  EXPECT_EQ(to_client().size(), 1U);
  Endpoint again = client_;
  again.destination_id = server.source_id;
  again.key_id = server.source_id;
  again.token = Bytes(60, 0x70);
  const auto second = small_hello(again, "example.org");
  send(second);
  expect_passed(second);
  again.destination_id.back() = 0;
  again.key_id = again.destination_id;
  send(small_hello(again, "casino.test"));
  expect_refused(again);
}

TEST_F(QuicJourney, AfterVersionNegotiationTheHelloIsJudgedAgain) {
  const auto first = small_hello(client_, "example.org");
  send(first);
  expect_passed(first);
  from_server({path_.from_server(quic_frames::version_negotiation(client_))});
  EXPECT_EQ(to_client().size(), 1U);
  Endpoint v2 = client_;
  v2.version = kQuicV2;
  send(small_hello(v2, "casino.test"));
  expect_refused(v2);
}

TEST_F(QuicJourney, AVersionThatOnlyAsksForVersionsPasses) {
  Endpoint grease = client_;
  grease.version = 0x1a2a3a4a;
  const std::vector<Bytes> first = {grease.sealed(Type::Initial, 1200)};
  send(first);
  expect_passed(first);
}

TEST_F(QuicJourney, AVersionThatIsNotReadIsRefusedOnAnUndecidedAndOnAnAllowedFlowToo) {
  Endpoint unread = client_;
  unread.version = 0xfaceb00e;
  const Bytes other = unread.sealed(Type::Initial, 1200);
  const auto hello = large_hello(client_, "example.org");
  send({hello[0], other, hello[1], other});
  EXPECT_EQ(to_server(), path_.all_from_client(hello));
  EXPECT_EQ(counts(), (Counts{{Outcome::QuicAllowed, 2}, {Outcome::QuicRefused, 2}}));
}

// RFC 9368 §2.3: the server goes over to version 2, the client follows; keys come from the first
// destination id all along.
TEST_F(QuicJourney, ACompatibleChangeOfVersionPasses) {
  const auto hello = small_hello(client_, "example.org");
  send(hello);
  expect_passed(hello);
  const Endpoint server{
      .version = kQuicV2, .destination_id = client_.source_id, .source_id = Bytes(8, 0x5a)};
  from_server({path_.from_server(server.sealed(Type::Initial, 1200))});
  EXPECT_EQ(to_client().size(), 1U);
  Endpoint v2 = client_;
  v2.version = kQuicV2;
  v2.destination_id = server.source_id;
  const std::vector<Bytes> rest = {v2.initial(quic_frames::ack())};
  send(rest);
  expect_passed(rest);
}

TEST_F(QuicJourney, AnIdThatTheServerChoseAndAnotherVersionAreTheSameConnectionWhileUndecided) {
  const Bytes message = browser_hello("casino.test").message();
  Endpoint moved = client_;
  moved.destination_id = Bytes(8, 0x5a);
  moved.version = kQuicV2;
  send({client_.initial(part(message, 0, 1000)),
        moved.initial(joined({quic_frames::ack(), part(message, 1000, message.size())}))});
  EXPECT_EQ(counts(), (Counts{{Outcome::QuicBlocked, 2}}));
}

TEST_F(QuicJourney, InterleavedConnectionsOnOneFlowAreBothRead) {
  const Endpoint other = client_.with_id(1);
  const auto fine = large_hello(client_, "example.org");
  const auto refused = large_hello(other, "casino.test");
  send({fine[0], refused[0], fine[1], refused[1]});
  expect_refused(other);
  EXPECT_EQ(counts(), (Counts{{Outcome::QuicBlocked, 4}}));

  start({});
  const auto also_fine = large_hello(other, "news.test");
  const std::vector<Bytes> all = {fine[0], also_fine[0], fine[1], also_fine[1]};
  send(all);
  expect_passed(all);
}

TEST_F(QuicJourney, InitialsThatServersDiscardAreDroppedAndRefuseNothing) {
  const Bytes message = hello_message("casino.test");
  const Bytes small = client_.initial(part(message, 0, message.size()), 1199);
  send({small});
  EXPECT_TRUE(to_client().empty());
  EXPECT_TRUE(to_server().empty());
  EXPECT_EQ(counts(), (Counts{{Outcome::QuicSmallDropped, 1}}));
  const auto whole = small_hello(client_, "example.org");
  send(whole);
  expect_passed(whole);
}

TEST_F(QuicJourney, ADecoyInASmallDatagramDoesNotChangeWhatIsRead) {
  const Bytes decoy = hello_message("example.org");
  const auto hello = large_hello(client_, "casino.test");
  send({hello[1], client_.initial(part(decoy, 0, decoy.size()), 1000), hello[0]});
  expect_refused(client_);
}

TEST_F(QuicJourney, ADecoyWithAWrongChecksumDoesNotChangeWhatIsRead) {
  const Bytes decoy = hello_message("example.org");
  const auto hello = large_hello(client_, "casino.test");
  const Bytes lie = packet()
                        .eth()
                        .ipv4(path_.client, path_.server)
                        .udp(path_.client_port, path_.server_port)
                        .payload(client_.initial(part(decoy, 0, decoy.size())))
                        .with_transport_checksum(0x1234)
                        .build();
  from_client({lie});
  EXPECT_TRUE(to_server().empty());
  send({hello[0]});
  from_client({lie});
  send({hello[1]});
  expect_refused(client_);
  EXPECT_EQ(counts(), (Counts{{Outcome::DecoyDropped, 2}, {Outcome::QuicBlocked, 2}}));
}

TEST_F(QuicJourney, NoFlippedBitLeadsToARefusal) {
  const Bytes good = small_hello(client_, "casino.test")[0];
  const std::size_t hello_end = 400;  // padding is under the same tag
  for (std::size_t bit = 0; bit < hello_end * 8; bit += 3) {
    Bytes changed = good;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1U << bit % 8);
    path_.client_port = static_cast<std::uint16_t>(20000 + bit);
    path_.server_port = 8443;
    send({changed});
    ASSERT_TRUE(to_client().empty()) << bit;
    pass(milliseconds(600));
    ASSERT_EQ(to_server().size(), 1U) << bit;
  }
}

TEST_F(QuicJourney, NoTruncationLeadsToARefusal) {
  const Bytes good = small_hello(client_, "casino.test")[0];
  for (std::size_t size = 0; size < good.size(); ++size) {
    path_.client_port = static_cast<std::uint16_t>(20000 + size);
    send({first_bytes(good, size)});
    ASSERT_TRUE(to_client().empty()) << size;
    ASSERT_EQ(to_server().size(), 1U) << size;
  }
}

TEST_F(QuicJourney, AHelloWithoutANameIsJudgedByTheServersAddress) {
  const Bytes message = ClientHello().browser_extensions().message();
  const auto hello = hello_datagrams(client_, message);
  send(hello);
  expect_passed(hello);
  EXPECT_EQ(counts(), (Counts{{Outcome::QuicNoName, 1}}));
  path_.server = "203.0.113.7";
  send(hello);
  expect_refused(client_);
  EXPECT_EQ(counts()[Outcome::AddressBlocked], 1U);
}

TEST_F(QuicJourney, AListedAddressCountsBesidesAnAllowedName) {
  path_.server = "203.0.113.7";
  send(small_hello(client_, "example.org"));
  expect_refused(client_);
}

TEST_F(QuicJourney, OtherLinesPassUnread) {
  path_.client = kAdult;
  const auto hello = small_hello(client_, "casino.test");
  send(hello);
  expect_passed(hello);
  EXPECT_EQ(counts(), (Counts{{Outcome::Unprofiled, 1}}));
}

TEST_F(QuicJourney, TheIcmpMessageQuotesTheClientsPacket) {
  const auto hello = small_hello(client_, "casino.test");
  send(hello);
  const auto told = to_client();
  ASSERT_EQ(told.size(), 2U);
  const Bytes sent = path_.from_client(hello[0]);
  const Bytes quoted(told[1].begin() + 14 + 20 + 8, told[1].end());
  ASSERT_GE(quoted.size(), 28U);
  EXPECT_TRUE(std::equal(quoted.begin(), quoted.end(), sent.begin() + 14));
}

TEST_F(QuicJourney, ThePacketsOfABurstThatFollowTheHelloWaitForItsVerdict) {
  const auto hello = small_hello(client_, "casino.test");
  send({hello[0], client_.sealed(Type::ZeroRtt, 100), client_.short_header()});
  expect_refused(client_);
  EXPECT_EQ(counts(), (Counts{{Outcome::QuicBlocked, 1}, {Outcome::RefusedFlowDropped, 2}}));
}

}  // namespace
}  // namespace luytre::dataplane::test
