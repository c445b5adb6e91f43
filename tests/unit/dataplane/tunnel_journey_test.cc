// SPDX-License-Identifier: Apache-2.0
// Whose packet it is when several lines or none could be meant, and what becomes of tunnels.
#include "quic_test.h"
#include "tests/support/tunnels.h"

namespace luytre::dataplane::test {
namespace {

using luytre::test::Way;
using luytre::test::Wrapping;
using luytre::test::wrapping;
using luytre::test::wrappings;

class TunnelJourney : public GatewayTest {};

Bytes query(std::string_view client, std::string_view name) {
  const bool v6 = client.find(':') != std::string_view::npos;
  PacketBuilder builder = packet().eth();
  if (v6) {
    builder.ipv6(client, "2001:db8::53");
  } else {
    builder.ipv4(client, "192.0.2.53");
  }
  return builder.udp(40000, 53).dns_query(name).build();
}

TEST_F(TunnelJourney, AllowedNamesPassByteForByteInEveryEncapsulation) {
  for (const Wrapping& wrapping : wrappings()) {
    SCOPED_TRACE(wrapping.name);
    start({});
    const std::vector<Bytes> frames = {
        wrapping.wrap(query(kChild, "example.org"), Way::ToServer),
        wrapping.wrap(query(kChildV6, "example.org"), Way::ToServer)};
    from_client(frames);
    EXPECT_EQ(to_server(), frames);
    EXPECT_EQ(counts(), (Counts{{Outcome::DnsAllowed, 2}}));
  }
}

TEST_F(TunnelJourney, ALineWithoutAProfilePassesByteForByteInEveryEncapsulation) {
  for (const Wrapping& wrapping : wrappings()) {
    SCOPED_TRACE(wrapping.name);
    start({.fail_mode = FailMode::Closed, .drop_malformed = true});
    const std::vector<Bytes> frames = {
        wrapping.wrap(query(kAdult, "casino.test"), Way::ToServer),
        wrapping.wrap(query(kAdultV6, "casino.test"), Way::ToServer),
        wrapping.wrap(
            packet().eth().ipv4(kAdult, "192.0.2.1").udp(1, 53).with_udp_length(3).build(),
            Way::ToServer)};
    from_client(frames);
    EXPECT_EQ(to_server(), frames);
    EXPECT_EQ(counts(), (Counts{{Outcome::Unprofiled, 3}}));
  }
}

TEST_F(TunnelJourney, NoForbiddenNamePassesInAnyEncapsulation) {
  for (const Wrapping& wrapping : wrappings()) {
    SCOPED_TRACE(wrapping.name);
    start({});
    const Connection connection;
    from_client({wrapping.wrap(query(kChild, "casino.test"), Way::ToServer),
                 wrapping.wrap(query(kChildV6, "casino.test"), Way::ToServer)});
    EXPECT_TRUE(to_server().empty());
    EXPECT_EQ(counts()[Outcome::DnsAllowed], 0U);
    from_client({wrapping.wrap(connection.syn(), Way::ToServer)});
    EXPECT_EQ(to_server().size(), 1U);
    from_client({wrapping.wrap(connection.data(hello_for("casino.test")), Way::ToServer)});
    for (const Bytes& frame : to_server()) {
      EXPECT_EQ(view_of(frame).payload_size, 0U);
      EXPECT_EQ(view_of(frame).tcp_flags, tcp_flag::kRst);
    }
  }
}

TEST_F(TunnelJourney, WhatIsSwitchedOffPassesAsTheOuterPacket) {
  for (const Wrapping& wrapping : wrappings()) {
    SCOPED_TRACE(wrapping.name);
    start({.tunnels = Tunnels::none()});
    const std::vector<Bytes> frames = {wrapping.wrap(query(kChild, "casino.test"), Way::ToServer)};
    from_client(frames);
    EXPECT_EQ(to_server(), frames);
    const Counts ended = counts();
    EXPECT_TRUE(ended.contains(Outcome::NotIp) || ended.contains(Outcome::Unprofiled));
  }
}

// Teaches the gateway the way to the child, as the answer to any earlier packet does.
std::vector<Bytes> towards_the_child(const Wrapping& wrapping) {
  return {
      wrapping.wrap(packet().eth().ipv4("192.0.2.1", kChild).udp(123, 123).build(), Way::ToClient),
      wrapping.wrap(packet().eth().ipv6("2001:db8::1", kChildV6).udp(123, 123).build(),
                    Way::ToClient)};
}

TEST_F(TunnelJourney, DnsAnswersAndTlsAlertsReachTheClientThroughItsTunnel) {
  for (const Wrapping& wrapping : wrappings()) {
    SCOPED_TRACE(wrapping.name);
    start({});
    from_server(towards_the_child(wrapping));
    to_client();
    from_client({wrapping.wrap(query(kChild, "casino.test"), Way::ToServer),
                 wrapping.wrap(query(kChildV6, "casino.test"), Way::ToServer)});
    const auto answers = to_client();
    ASSERT_EQ(answers.size(), 2U);
    for (const Bytes& answer : answers) {
      EXPECT_EQ(view_of(answer).source_port, 53);
      EXPECT_EQ(payload_of(answer)[3] & 15, 3);  // NXDOMAIN
      EXPECT_EQ(view_of(answer).encapsulation,
                view_of(wrapping.wrap(query(kChild, "a"), Way::ToServer)).encapsulation);
    }
    const Connection connection;
    from_client({wrapping.wrap(connection.syn(), Way::ToServer),
                 wrapping.wrap(connection.data(hello_for("casino.test")), Way::ToServer)});
    const auto told = to_client();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(payload_of(told[0]).back(), 112);
    EXPECT_EQ(counts()[Outcome::TlsBlocked], 1U);
    EXPECT_EQ(counts()[Outcome::DnsBlocked], 2U);
  }
}

TEST_F(TunnelJourney, DataIsCutFromASynInEveryEncapsulation) {
  for (const Wrapping& wrapping : wrappings()) {
    SCOPED_TRACE(wrapping.name);
    start({});
    const Connection connection;
    const Bytes syn = connection.from_client().seq(connection.isn).syn().payload("early").build();
    from_client({wrapping.wrap(syn, Way::ToServer)});
    const auto passed = to_server();
    ASSERT_EQ(passed.size(), 1U);
    EXPECT_EQ(view_of(passed[0]).tcp_flags, tcp_flag::kSyn);
    EXPECT_EQ(view_of(passed[0]).payload_size, 0U);
    EXPECT_EQ(view_of(passed[0]).payload_offset, passed[0].size());
    PacketView cut;
    EXPECT_EQ(decode(std::span(passed[0]).first(passed[0].size() - 1), cut),
              DecodeResult::Truncated);
  }
}

TEST_F(TunnelJourney, QuicIsClosedThroughTheClientsTunnel) {
  for (const Wrapping& wrapping : wrappings()) {
    SCOPED_TRACE(wrapping.name);
    start({});
    from_server(towards_the_child(wrapping));
    to_client();
    const Endpoint client;
    std::vector<Bytes> frames;
    for (const Bytes& payload : large_hello(client, "casino.test")) {
      frames.push_back(wrapping.wrap(QuicPath{}.from_client(payload), Way::ToServer));
    }
    from_client(frames);
    EXPECT_TRUE(to_server().empty());
    const auto told = to_client();
    ASSERT_EQ(told.size(), 2U);  // the close, and a port unreachable for who does not read it
    EXPECT_FALSE(opened_by_client(client, payload_of(told[0])).empty());
    for (const Bytes& frame : told) {
      EXPECT_EQ(view_of(frame).encapsulation, view_of(frames[0]).encapsulation);
    }
  }
}

TEST_F(TunnelJourney, ARefusalWithoutAKnownWayBackIsDroppedAndCounted) {
  for (const Wrapping& wrapping : wrappings()) {
    if (!wrapping.is_one_way) {
      continue;
    }
    SCOPED_TRACE(wrapping.name);
    start({});
    const Connection connection;
    // QUIC of a version that nobody reads.
    Bytes unreadable{0xc0, 0xba, 0xba, 0xba, 0x0b, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0};
    unreadable.resize(1200);
    from_client(
        {wrapping.wrap(query(kChild, "casino.test"), Way::ToServer),
         wrapping.wrap(
             packet().eth().ipv4(kChild, "192.0.2.1").udp(40000, 443).payload(unreadable).build(),
             Way::ToServer),
         wrapping.wrap(connection.syn(), Way::ToServer),
         wrapping.wrap(connection.data(hello_for("casino.test")), Way::ToServer)});
    EXPECT_TRUE(to_client().empty());
    EXPECT_EQ(counts(), (Counts{{Outcome::NoReturnPath, 3}, {Outcome::TcpControl, 1}}));
    // The answer to anything else shows it.
    from_server(towards_the_child(wrapping));
    to_client();
    from_client({wrapping.wrap(query(kChild, "casino.test"), Way::ToServer)});
    EXPECT_EQ(to_client().size(), 1U);
  }
}

// A tunnel that the child's own computer opened: the inner addresses are nobody's.
Bytes opened_by(std::string_view line, std::string_view name) {
  const Bytes inner = query("2001:db8:77::2", name);
  return packet()
      .eth()
      .ipv4(line, "198.51.100.9")
      .protocol(ip_protocol::kIpv6)
      .payload(luytre::test::ip_of(inner))
      .build();
}

TEST_F(TunnelJourney, ATunnelThatALineOpensItselfIsTheLinesOwn) {
  const Bytes allowed = opened_by(kChild, "example.org");
  from_client({allowed, opened_by(kChild, "casino.test")});
  EXPECT_EQ(to_server(), (std::vector<Bytes>{allowed}));
  EXPECT_EQ(counts(), (Counts{{Outcome::DnsAllowed, 1}, {Outcome::DnsBlocked, 1}}));
}

TEST_F(TunnelJourney, ATunnelOfNobodyToNobodyPasses) {
  const std::vector<Bytes> frames = {opened_by(kAdult, "casino.test")};
  from_client(frames);
  EXPECT_EQ(to_server(), frames);
  EXPECT_EQ(counts(), (Counts{{Outcome::Unprofiled, 1}}));
}

TEST_F(TunnelJourney, TheInnermostKnownLineCounts) {
  // Outside the child's address, inside an adult's that is registered with a band of its own.
  policy::Line child;
  child.id = "child";
  child.band = "b1";
  child.keys = {must(policy::parse_line_key("198.51.100.1"))};
  policy::Line adult;
  adult.id = "adult";
  adult.band = "b1";
  adult.keys = {must(policy::parse_line_key("10.0.0.3"))};
  adult.overrides = {
      {.name = TestWorld::name("casino.test"), .kind = policy::Override::Kind::Allow}};
  const policy::Line lines[] = {child, adult};
  const auto policy = must(policy::PolicySnapshot::compile(shared_world().preset(), lines, {}, {}));
  world_.policy = policy.get();
  const Bytes adults = wrapping("ip-in-ipv4").wrap(query(kAdult, "casino.test"), Way::ToServer);
  const Bytes others = wrapping("ip-in-ipv4").wrap(query("10.9.9.9", "casino.test"), Way::ToServer);
  from_client({adults, others});
  EXPECT_EQ(to_server(), (std::vector<Bytes>{adults}));
  EXPECT_EQ(counts(), (Counts{{Outcome::DnsAllowed, 1}, {Outcome::DnsBlocked, 1}}));
}

TEST_F(TunnelJourney, AStrictSettingForUnknownLinesDoesNotHideTheOuterLine) {
  policy::Line child;
  child.id = "child";
  child.band = "b1";
  child.keys = {must(policy::parse_line_key("198.51.100.1"))};
  child.overrides = {
      {.name = TestWorld::name("casino.test"), .kind = policy::Override::Kind::Allow}};
  const auto policy = must(
      policy::PolicySnapshot::compile(shared_world().preset(), {&child, 1}, {.band = "b1"}, {}));
  world_.policy = policy.get();
  const Bytes known = wrapping("ip-in-ipv4").wrap(query("10.9.9.9", "casino.test"), Way::ToServer);
  const Bytes unknown =
      wrapping("ip-in-ipv6").wrap(query("10.9.9.9", "casino.test"), Way::ToServer);
  from_client({known, unknown});
  EXPECT_EQ(to_server(), (std::vector<Bytes>{known}));
  EXPECT_EQ(counts(), (Counts{{Outcome::DnsAllowed, 1}, {Outcome::DnsBlocked, 1}}));
}

TEST_F(TunnelJourney, TheLineIsKnownByMacAddressAndVlanOfTheOuterFrame) {
  policy::Line line;
  line.id = "tablet";
  line.band = "b1";
  for (const char* key : {"mac:02:00:00:00:00:01", "vlan:20", "mac:02:00:00:00:01:01"}) {
    line.keys = {must(policy::parse_line_key(key))};
    const auto policy =
        must(policy::PolicySnapshot::compile(shared_world().preset(), {&line, 1}, {}, {}));
    world_.policy = policy.get();
    for (const Wrapping& wrapping : wrappings()) {
      const bool is_bridged =
          std::ranges::find(wrapping.kinds, LayerKind::Ethernet) != wrapping.kinds.end();
      if (std::string_view(key).ends_with("01:01") && !is_bridged) {
        continue;  // the inner frame's address
      }
      SCOPED_TRACE(testing::Message() << key << ", " << wrapping.name);
      start({});
      Bytes frame = wrapping.wrap(query("172.16.9.9", "example.org"), Way::ToServer);
      const Bytes tag = {0x81, 0x00, 0x00, 20};
      frame.insert(frame.begin() + 12, tag.begin(), tag.end());
      from_client({frame});
      EXPECT_EQ(counts(), (Counts{{Outcome::DnsAllowed, 1}}));
    }
  }
}

TEST_F(TunnelJourney, TooManyTunnelsAreMalformedPacketsOfTheirLine) {
  Bytes frame = query(kChild, "casino.test");
  for (int depth = 0; depth < 5; ++depth) {
    frame = wrapping("ip-in-ipv4").wrap(frame, Way::ToServer);
  }
  from_client({frame});
  EXPECT_EQ(counts(), (Counts{{Outcome::Unprofiled, 1}}));  // of nobody: the child was not reached
  Bytes own = opened_by(kChild, "casino.test");
  for (int depth = 0; depth < 4; ++depth) {
    own = packet()
              .eth()
              .ipv4(kChild, "198.51.100.9")
              .protocol(ip_protocol::kIpv4)
              .payload(luytre::test::ip_of(own))
              .build();
  }
  start({.drop_malformed = true});
  from_client({own});
  EXPECT_EQ(counts(), (Counts{{Outcome::MalformedDropped, 1}}));
}

}  // namespace
}  // namespace luytre::dataplane::test
