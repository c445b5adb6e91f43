// SPDX-License-Identifier: Apache-2.0
// What happens to packets as such, before anybody asks for a name.
#include "gateway_test.h"

namespace luytre::dataplane::test {
namespace {

class LineJourney : public GatewayTest {};

// Frames of all kinds, hostile ones included, with the child's addresses replaced by `client` and
// tagged with `vlan`.
std::vector<Bytes> all_kinds(std::string_view client, std::uint16_t vlan) {
  const auto eth = [&] {
    PacketBuilder builder = packet().eth();
    return vlan == 0 ? builder : builder.vlan(vlan);
  };
  const auto ip = [&] { return eth().ipv4(client, "192.0.2.1"); };
  const Connection connection{.client = client, .vlan = vlan};
  return {
      ip().udp(40000, 53).dns_query("casino.test").build(),
      ip().udp(40000, 443).payload("quic").build(),
      connection.syn(),
      connection.data(hello_for("casino.test")),
      connection.data(get_request("casino.test"), 2000),
      connection.fin(0),
      connection.reset(0),
      ip().fragment(0, true).payload("first fragment").build(),
      ip().fragment(8, false).payload("last fragment").build(),
      ip().protocol(47).payload("gre").build(),
      ip().udp(40000, 53).dns_query("casino.test").with_udp_length(3).build(),
      ip().tcp(40000, 443).with_tcp_data_offset(2).build(),
      ip().udp(40000, 53).dns_query("casino.test").with_ip_length(2000).build(),
      ip().udp(40000, 53).payload("x").padding(20).build(),
      ip().udp(40000, 53).dns_query("casino.test").with_transport_checksum(0x1234).build(),
  };
}

TEST_F(LineJourney, ALineWithoutAProfilePassesByteForByteWhateverItSends) {
  for (const std::uint16_t vlan : {std::uint16_t{0}, std::uint16_t{30}}) {
    const auto frames = all_kinds(kAdult, vlan);
    from_client(frames);
    EXPECT_EQ(to_server(), frames);
    EXPECT_TRUE(to_client().empty());
  }
  EXPECT_EQ(worker_->counters().flows(), 0U);
  EXPECT_EQ(counts(), (Counts{{Outcome::Unprofiled, 30}}));
}

TEST_F(LineJourney, ALineWithoutAProfileIsNotJudgedByOptionsEither) {
  start({.fail_mode = FailMode::Closed, .drop_malformed = true});
  const auto frames = all_kinds(kAdult, 0);
  from_client(frames);
  EXPECT_EQ(to_server(), frames);
}

TEST_F(LineJourney, AnswersToALineWithoutAProfilePassByteForByte) {
  const std::vector<Bytes> frames = {
      packet().eth().ipv4("192.0.2.1", kAdult).udp(53, 40000).payload("answer").build(),
      Connection{.client = kAdult}.syn_ack(),
      packet().eth().ipv6("2001:db8::1", kAdultV6).udp(443, 40000).payload("quic").build(),
  };
  from_server(frames);
  EXPECT_EQ(to_client(), frames);
  EXPECT_EQ(worker_->counters().value(Outcome::Unprofiled, Side::Internet), 3U);
}

TEST_F(LineJourney, WithoutAPolicyEveryLineIsUntouched) {
  world_.policy = nullptr;
  const auto frames = all_kinds(kChild, 0);
  from_client(frames);
  EXPECT_EQ(to_server(), frames);
}

TEST_F(LineJourney, WithoutAnIndexNothingIsListed) {
  world_.index = nullptr;
  const Bytes query =
      packet().eth().ipv4(kChild, "192.0.2.53").udp(40000, 53).dns_query("casino.test").build();
  from_client({query});
  EXPECT_EQ(to_server(), (std::vector<Bytes>{query}));
  EXPECT_EQ(counts(), (Counts{{Outcome::DnsAllowed, 1}}));
}

TEST_F(LineJourney, TheLineIsKnownByItsVlanOnBothSides) {
  const Bytes query = packet()
                          .eth()
                          .vlan(kChildVlan)
                          .ipv4("172.16.9.9", "192.0.2.53")
                          .udp(40000, 53)
                          .dns_query("casino.test")
                          .build();
  const Bytes passing = packet()
                            .eth()
                            .vlan(kChildVlan)
                            .ipv4("192.0.2.1", "172.16.9.9")
                            .udp(123, 123)
                            .payload("ntp")
                            .build();
  from_client({query});
  from_server({passing});
  EXPECT_EQ(to_client().size(), 2U);
  EXPECT_EQ(counts(), (Counts{{Outcome::DnsBlocked, 1}, {Outcome::UdpOther, 1}}));
}

TEST_F(LineJourney, TheLineIsKnownByItsMacAddress) {
  policy::Line line;
  line.id = "tablet";
  line.band = "b1";
  line.keys = {must(policy::parse_line_key("mac:02:00:00:00:00:01"))};  // kClientMac
  const auto policy =
      must(policy::PolicySnapshot::compile(shared_world().preset(), {&line, 1}, {}, {}));
  world_.policy = policy.get();
  from_client({packet()
                   .eth()
                   .ipv4("172.16.9.9", "192.0.2.53")
                   .udp(40000, 53)
                   .dns_query("casino.test")
                   .build()});
  from_server({packet()
                   .eth(luytre::test::kServerMac, luytre::test::kClientMac)
                   .ipv4("192.0.2.1", "172.16.9.9")
                   .udp(123, 123)
                   .payload("ntp")
                   .build()});
  EXPECT_EQ(counts(), (Counts{{Outcome::DnsBlocked, 1}, {Outcome::UdpOther, 1}}));
}

TEST_F(LineJourney, WhatIsNotIpPasses) {
  const std::vector<Bytes> frames = {
      packet().eth().ether_type(0x0806).payload("arp").build(),
      packet().eth().ether_type(0x8864).payload("pppoe session").build(),
  };
  from_client(frames);
  EXPECT_EQ(to_server(), frames);
  EXPECT_EQ(counts(), (Counts{{Outcome::NotIp, 2}}));
}

TEST_F(LineJourney, MalformedPacketsOfAFilteredLinePassOrAreDroppedByOption) {
  const std::vector<Bytes> frames = {
      packet().eth().ipv4(kChild, "192.0.2.1").tcp(40000, 443).with_tcp_data_offset(2).build(),
      packet().eth().ipv4(kChild, "192.0.2.1").udp(40000, 53).with_udp_length(3).build(),
      Bytes(5),
      Bytes(),
  };
  from_client(frames);
  EXPECT_EQ(to_server(), frames);
  EXPECT_EQ(counts(), (Counts{{Outcome::MalformedForwarded, 4}}));

  start({.drop_malformed = true});
  from_client(frames);
  EXPECT_TRUE(to_server().empty());
  EXPECT_EQ(counts(), (Counts{{Outcome::MalformedDropped, 4}}));
}

TEST_F(LineJourney, OtherProtocolsOfAFilteredLinePass) {
  const std::vector<Bytes> frames = {
      packet().eth().ipv4(kChild, "192.0.2.1").protocol(1).payload("ping").build(),
      packet().eth().ipv4(kChild, "192.0.2.1").protocol(47).payload("gre").build(),
      packet().eth().ipv4(kChild, "192.0.2.1").udp(40000, 123).payload("ntp").build(),
  };
  from_client(frames);
  EXPECT_EQ(to_server(), frames);
  EXPECT_EQ(counts(), (Counts{{Outcome::OtherProtocol, 2}, {Outcome::UdpOther, 1}}));
}

// The first datagram of a QUIC version that nobody has published.
Bytes unknown_quic() {
  Bytes initial{0xc3, 0xfa, 0xce, 0xb0, 0x0e, 8};
  initial.resize(1200, 0x11);
  return initial;
}

TEST_F(LineJourney, QuicOfAnUnknownVersionIsRefusedWithOnePortUnreachableADatagram) {
  const Bytes v4 =
      packet().eth().ipv4(kChild, "192.0.2.1").udp(40000, 443).payload(unknown_quic()).build();
  const Bytes v6 =
      packet().eth().ipv6(kChildV6, "2001:db8::1").udp(40000, 443).payload(unknown_quic()).build();
  from_client({v4, v6});
  EXPECT_TRUE(to_server().empty());
  const auto told = to_client();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(view_of(told[0]).protocol, ip_protocol::kIcmp);
  EXPECT_EQ(view_of(told[0]).source, *categories::IpAddress::from_text("192.0.2.1"));
  EXPECT_EQ(view_of(told[0]).destination, *categories::IpAddress::from_text(kChild));
  EXPECT_EQ(view_of(told[1]).protocol, ip_protocol::kIcmpV6);
  EXPECT_LT(told[0].size(), v4.size());
  EXPECT_EQ(counts(), (Counts{{Outcome::QuicRefused, 2}}));
}

TEST_F(LineJourney, QuicOfAnUnknownVersionPassesOnOtherPortsAndWhereItIsToldTo) {
  const Bytes other =
      packet().eth().ipv4(kChild, "192.0.2.1").udp(40000, 4433).payload(unknown_quic()).build();
  from_client({other});
  EXPECT_EQ(to_server(), (std::vector<Bytes>{other}));
  start({.quic_unknown = QuicUnknown::Forward});
  const Bytes https =
      packet().eth().ipv4(kChild, "192.0.2.1").udp(40000, 443).payload(unknown_quic()).build();
  from_client({https});
  EXPECT_EQ(to_server(), (std::vector<Bytes>{https}));
  EXPECT_EQ(counts(), (Counts{{Outcome::QuicUnknownForwarded, 1}}));
}

TEST_F(LineJourney, UdpOnTheHttpsPortThatIsNoQuicPasses) {
  const Bytes vpn =
      packet().eth().ipv4(kChild, "192.0.2.1").udp(40000, 443).payload(Bytes(1200)).build();
  from_client({vpn});
  EXPECT_EQ(to_server(), (std::vector<Bytes>{vpn}));
  EXPECT_EQ(counts(), (Counts{{Outcome::UdpOther, 1}}));
}

TEST_F(LineJourney, QuicToAFilteredLineFromOutsidePasses) {
  from_server({packet().eth().ipv4("192.0.2.1", kChild).udp(443, 40000).payload("quic").build()});
  EXPECT_EQ(counts(), (Counts{{Outcome::UdpOther, 1}}));
}

TEST_F(LineJourney, QuicIsDroppedEvenWithoutABufferToTellTheClient) {
  pool_.set_limit(0);
  from_client(
      {packet().eth().ipv4(kChild, "192.0.2.1").udp(40000, 443).payload(unknown_quic()).build()});
  EXPECT_TRUE(to_client().empty());
  EXPECT_TRUE(to_server().empty());
  EXPECT_EQ(counts(), (Counts{{Outcome::NoBufferDropped, 1}}));
}

}  // namespace
}  // namespace luytre::dataplane::test
