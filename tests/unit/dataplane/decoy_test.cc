// SPDX-License-Identifier: Apache-2.0
// Bytes that are sent for the gateway alone, so that it reads another name than the server.
#include "server_model.h"

namespace luytre::dataplane::test {
namespace {

const Connection kConnection;

struct Decoys : ServersBehindTest {
  // A frame that says `stream`, as somebody disguised it.
  PacketBuilder disguised(const Bytes& stream, std::size_t offset = 0) const {
    return kConnection.from_client()
        .seq(kConnection.isn + 1 + static_cast<std::uint32_t>(offset))
        .flags(tcp_flag::kPsh)
        .ack(kConnection.server_isn + 1)
        .payload(stream);
  }
  Bytes blocked = hello_for("www.casino.test", 600);
  Bytes allowed = hello_for("www.example.org", 600);
};

TEST_F(Decoys, AHelloThatItsServerDropsIsNotTheOneThatIsJudged) {
  const Bytes md5{19, 18, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  for (const Bytes& decoy :
       {disguised(allowed).with_transport_checksum(1).build(),
        disguised(allowed).with_ip_checksum(1).build(), disguised(allowed).tcp_options(md5).build(),
        disguised(allowed).flags(tcp_flag::kUrg).ack(1).build(),
        kConnection.from_client().seq(kConnection.isn + 1).payload(allowed).build(),
        disguised(allowed, 0x10000).build(), disguised(allowed, 0xffff0000U).build()}) {
    connect(kConnection);
    send({decoy});
    EXPECT_EQ(held(), 0U);
    send({kConnection.data(blocked)});
    expect_never_asked_for("casino");
    EXPECT_EQ(counts()[Outcome::TlsBlocked], 1U);
    EXPECT_EQ(counts()[Outcome::TlsAllowed], 0U);
  }
}

TEST_F(Decoys, WrongChecksumsOfDecidedConnectionsCostNothing) {
  connect(kConnection);
  send({kConnection.data(allowed)});
  from_server({kConnection.from_server()
                   .seq(kConnection.server_isn + 1)
                   .ack(kConnection.isn + 1 + static_cast<std::uint32_t>(allowed.size()))
                   .payload("server hello")
                   .build()});
  send({kConnection.data(luytre::test::tls_record(Bytes(40), 23), allowed.size())});
  send({disguised(Bytes(10), allowed.size() + 45).with_transport_checksum(1).build()});
  EXPECT_EQ(counts()[Outcome::DecoyDropped], 0U);
  EXPECT_EQ(counts()[Outcome::TcpDecided], 2U);
}

TEST_F(Decoys, ChecksumsAreNotLookedAtWhenTheyAreSwitchedOff) {
  connect(kConnection, {.verify_checksums = false});
  send({disguised(blocked).with_transport_checksum(1).build()});
  EXPECT_EQ(counts()[Outcome::TlsBlocked], 1U);
}

// Each decoy is a whole hello with an allowed name, or a part of one; the listed name follows in its
// place. Neither server may read it.
TEST_F(Decoys, AHelloThatDiesOnItsWayDoesNotPermitAnotherInItsPlace) {
  const Bytes decoy = disguised(allowed).ttl(kShortTtl).build();
  const std::span<const std::uint8_t> real(blocked);
  const std::vector<std::vector<Bytes>> sequels = {
      {kConnection.data(real)},
      {kConnection.data(real.first(200)), kConnection.data(real.subspan(200), 200)},
      {kConnection.data(real.subspan(200), 200), kConnection.data(real.first(200))},
      kConnection.segments(real, 50),
      {kConnection.data(luytre::test::tls_record(Bytes(50), 23), allowed.size()),
       kConnection.data(real)},
      {decoy, decoy, kConnection.data(real)},
  };
  for (const auto& sequel : sequels) {
    connect(kConnection);
    send({decoy});
    EXPECT_EQ(counts()[Outcome::TlsAllowed], 1U);
    send(sequel);
    expect_never_asked_for("casino");
    EXPECT_EQ(counts()[Outcome::OverlapReset], 1U);
    EXPECT_FALSE(to_client().empty());
  }
}

TEST_F(Decoys, BytesOfNoProtocolThatDieOnTheirWayDoNotPermitAHelloInTheirPlace) {
  connect(kConnection);
  send({disguised(Bytes(600, 0x55)).ttl(kShortTtl).build(), kConnection.data(blocked)});
  expect_never_asked_for("casino");
  EXPECT_EQ(counts()[Outcome::OverlapReset], 1U);
}

TEST_F(Decoys, AnAllowedHelloIsForgottenOnceItsServerHasIt) {
  connect(kConnection);
  send({kConnection.data(allowed)});
  from_server({kConnection.from_server()
                   .seq(kConnection.server_isn + 1)
                   .ack(kConnection.isn + 1 + static_cast<std::uint32_t>(allowed.size()))
                   .build()});
  send({kConnection.data(luytre::test::tls_record(Bytes(50), 23), allowed.size())});
  send({kConnection.data(blocked)});  // to a server that has read something else there
  EXPECT_EQ(counts()[Outcome::OverlapReset], 0U);
  expect_never_asked_for("casino");
}

TEST_F(Decoys, ARepeatedAllowedHelloPassesHoweverItIsCut) {
  connect(kConnection);
  // Lost between the gateway and the server, both times.
  send({disguised(allowed).ttl(kShortTtl).build(), disguised(allowed).ttl(kShortTtl).build()});
  send(kConnection.segments(allowed, 100));
  expect_read(allowed);
  EXPECT_EQ(counts()[Outcome::OverlapReset], 0U);
}

TEST_F(Decoys, TwoContentsForTheSameBytesEndTheConnection) {
  const std::span<const std::uint8_t> real(blocked);
  const std::span<const std::uint8_t> other(allowed);
  const std::vector<std::vector<Bytes>> layouts = {
      {kConnection.data(real.first(300)), kConnection.data(other.first(301))},
      {kConnection.data(other.subspan(100), 100), kConnection.data(real)},
      {kConnection.data(real.subspan(100), 100), kConnection.data(other.subspan(90), 90),
       kConnection.data(other.first(90))},
      {kConnection.data(real.first(300)), kConnection.data(Bytes(1), 10)},
  };
  for (const auto& layout : layouts) {
    connect(kConnection);
    send(layout);
    for (const ServerModel& server : servers_) {
      EXPECT_EQ(server.stream(), "");
      EXPECT_TRUE(server.is_reset());
    }
    EXPECT_GE(counts()[Outcome::OverlapReset], 2U);
    EXPECT_EQ(held(), 0U);
    const auto told = to_client();
    ASSERT_FALSE(told.empty());
    EXPECT_EQ(view_of(told[0]).tcp_flags, tcp_flag::kRst | tcp_flag::kAck);
    EXPECT_EQ(view_of(told[0]).tcp_sequence, kConnection.server_isn + 1);
  }
}

TEST_F(Decoys, TwoEndsOfAStreamEndTheConnection) {
  connect(kConnection);
  send({kConnection.data(std::span(blocked).first(100), 0, tcp_flag::kFin)});
  EXPECT_EQ(counts()[Outcome::StreamUnknown], 1U);  // nothing can follow
  connect(kConnection);
  send({kConnection.data(std::span(blocked).subspan(100, 100), 100, tcp_flag::kFin),
        kConnection.data(blocked)});
  EXPECT_EQ(counts()[Outcome::OverlapReset], 2U);
  expect_never_asked_for("casino");
}

TEST_F(Decoys, AResetThatTheServerIgnoresEndsNothing) {
  for (const Bytes& reset :
       {kConnection.reset(40), kConnection.reset(0xfffffff0U), kConnection.reset(70000),
        kConnection.from_client()
            .seq(kConnection.isn + 1)
            .flags(tcp_flag::kRst)
            .with_transport_checksum(1)
            .build()}) {
    connect(kConnection);
    send({kConnection.data(std::span(blocked).first(50)), reset});
    EXPECT_EQ(held(), 1U);
    send({kConnection.data(std::span(blocked).subspan(50), 50)});
    expect_never_asked_for("casino");
    EXPECT_EQ(counts()[Outcome::TlsBlocked], 2U);
  }
}

TEST_F(Decoys, AResetThatDiesOnItsWayLeavesTheBeginningOfTheStreamKnown) {
  connect(kConnection);
  send({kConnection.data(std::span(blocked).first(50)), kConnection.from_client()
                                                            .seq(kConnection.isn + 1)
                                                            .flags(tcp_flag::kRst)
                                                            .ttl(kShortTtl)
                                                            .build()});
  EXPECT_EQ(counts()[Outcome::AbandonedDropped], 1U);
  send({kConnection.data(std::span(blocked).subspan(50), 50),
        kConnection.data(std::span(blocked).first(50))});
  expect_never_asked_for("casino");
  EXPECT_EQ(counts()[Outcome::TlsBlocked], 2U);
}

// Somebody lets the gateway believe that the stream begins later than it does.
TEST_F(Decoys, AnotherSynDoesNotLetTheBeginningPassUnread) {
  connect(kConnection);
  Connection shifted = kConnection;
  shifted.isn += 50;
  send({shifted.from_client().seq(shifted.isn).syn().ttl(kShortTtl).build(),
        kConnection.data(std::span(blocked).subspan(50), 50),
        kConnection.data(std::span(blocked).first(50)), kConnection.data(blocked)});
  expect_never_asked_for("casino");
}

TEST_F(Decoys, ASynWithDataReachesTheServerWithoutIt) {
  const Bytes cookie{34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 2, 4, 5, 0xb4};
  const Bytes experiment{254, 12, 0xf9, 0x89, 1, 2, 3, 4, 5, 6, 7, 8, 2, 4, 5, 0xb4};
  const Connection over_ipv6{.client = kChildV6, .server = "2001:db8::80"};
  const Connection in_vlan{.client = "172.16.0.9", .vlan = kChildVlan};
  for (const Connection& connection : {kConnection, over_ipv6, in_vlan}) {
    for (const Bytes& options : {cookie, experiment, Bytes{}}) {
      start({});
      to_server();
      from_client({connection.from_client()
                       .seq(connection.isn)
                       .syn()
                       .tcp_options(options)
                       .payload(blocked)
                       .build()});
      EXPECT_EQ(counts(), (Counts{{Outcome::SynDataCut, 1}}));
      const auto passed = to_server();
      ASSERT_EQ(passed.size(), 1U);
      const PacketView view = view_of(passed[0]);  // lengths and checksums are right
      EXPECT_EQ(view.payload_size, 0U);
      EXPECT_EQ(view.payload_offset, passed[0].size());
      EXPECT_EQ(view.tcp_flags, tcp_flag::kSyn);
      EXPECT_EQ(view.tcp_sequence, connection.isn);
      if (!options.empty()) {
        const std::size_t begin = view.transport_offset + 20U;
        EXPECT_EQ(passed[0][begin], 1);                       // the cookie is NOP
        EXPECT_EQ(passed[0][begin + options.size() - 4], 2);  // the segment size stands
      }
      // The server acknowledges the SYN alone, so the client sends the data again.
      from_server({connection.syn_ack()});
      from_client({connection.data(blocked)});
      EXPECT_EQ(counts()[Outcome::TlsBlocked], 1U);
    }
  }
}

TEST_F(Decoys, ASynWithAWrongChecksumIsNoNewConnection) {
  connect(kConnection);
  send({kConnection.data(std::span(blocked).first(50)),
        kConnection.from_client().seq(7).syn().with_transport_checksum(1).build()});
  EXPECT_EQ(held(), 1U);
  EXPECT_EQ(counts()[Outcome::DecoyDropped], 1U);
}

}  // namespace
}  // namespace luytre::dataplane::test
