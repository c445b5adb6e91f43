// SPDX-License-Identifier: Apache-2.0
// What a filtered line says in fragments is judged as a whole.
#include <algorithm>
#include <numeric>

#include "datagram.h"
#include "quic_test.h"
#include "tests/support/tunnels.h"

namespace luytre::dataplane::test {
namespace {

using luytre::test::ip_of;
using luytre::test::joined;
using luytre::test::Way;
using luytre::test::Wrapping;
using luytre::test::wrappings;

class FragmentJourney : public GatewayTest {};

// A part of the IP payload of a packet without options.
struct Part {
  std::uint16_t begin;
  std::uint16_t end;
};

Bytes ip_payload_of(const Bytes& frame) {
  return {frame.begin() + view_of(frame).transport_offset, frame.end()};
}

// The fragment of `frame` with that part of its payload; the last one if it reaches to the end or
// beyond.
Bytes fragment_of(const Bytes& frame, Part part, std::uint32_t identification = 77) {
  const PacketView view = view_of(frame);
  Bytes payload = ip_payload_of(frame);
  const bool more = part.end < payload.size();
  payload.resize(std::max<std::size_t>(payload.size(), part.end));
  PacketBuilder builder = packet().eth();
  if (view.outer_vlan != 0) {
    builder.vlan(view.outer_vlan);
  }
  if (view.ip_version == 4) {
    builder.ipv4(view.source.to_text(), view.destination.to_text());
  } else {
    builder.ipv6(view.source.to_text(), view.destination.to_text());
  }
  builder.identification(identification).fragment(part.begin, more);
  // The transport header is among the bytes already.
  Bytes fragment = builder.protocol(200)
                       .payload(std::span(payload).subspan(part.begin, part.end - part.begin))
                       .build();
  const std::size_t ip = view.network_offset;
  fragment[ip + (view.ip_version == 4 ? 9 : 40)] = view.protocol;
  if (view.ip_version == 4) {  // the header's checksum, for the change of one byte
    fragment[ip + 10] = fragment[ip + 11] = 0;
    std::uint32_t sum = 0;
    for (std::size_t at = ip; at < ip + 20; at += 2) {
      sum += fragment[at] * 256U + fragment[at + 1];
    }
    sum = (sum & 0xffffU) + (sum >> 16U);
    sum = (sum & 0xffffU) + (sum >> 16U);
    fragment[ip + 10] = static_cast<std::uint8_t>(~sum >> 8U & 0xffU);
    fragment[ip + 11] = static_cast<std::uint8_t>(~sum & 0xffU);
  }
  return fragment;
}

// Pieces of `size` bytes each, a multiple of 8.
std::vector<Bytes> fragments_of(const Bytes& frame, std::size_t size,
                                std::uint32_t identification = 77) {
  const std::size_t total = ip_payload_of(frame).size();
  std::vector<Bytes> fragments;
  for (std::size_t begin = 0; begin < total; begin += size) {
    fragments.push_back(fragment_of(frame,
                                    {static_cast<std::uint16_t>(begin),
                                     static_cast<std::uint16_t>(std::min(total, begin + size))},
                                    identification));
  }
  return fragments;
}

Bytes dns(std::string_view client, std::string_view name) {
  PacketBuilder builder = packet().eth();
  if (client.find(':') == std::string_view::npos) {
    builder.ipv4(client, "192.0.2.53");
  } else {
    builder.ipv6(client, "2001:db8::53");
  }
  return builder.udp(40000, 53).dns_query(name).build();
}

TEST_F(FragmentJourney, AllowedFragmentsPassUnchangedInTheirOrderWhateverItIs) {
  for (const std::string_view client : {kChild, kChildV6}) {
    const auto fragments = fragments_of(dns(client, "a-name-of-some-length.example"), 16);
    ASSERT_EQ(fragments.size(), 4U);
    std::vector<std::size_t> order = {0, 1, 2, 3};
    do {
      start({});
      std::vector<Bytes> sent;
      for (const std::size_t i : order) {
        EXPECT_TRUE(to_server().empty());
        sent.push_back(fragments[i]);
        from_client({fragments[i]});
      }
      EXPECT_EQ(to_server(), sent);
      EXPECT_EQ(counts(), (Counts{{Outcome::DnsAllowed, 4}}));
      EXPECT_EQ(held(), 0U);
    } while (std::ranges::next_permutation(order).found);
  }
}

TEST_F(FragmentJourney, AForbiddenNameIsAnsweredOnceWhateverTheOrder) {
  for (const std::string_view client : {kChild, kChildV6}) {
    const Bytes whole = dns(client, "www.casino.test");
    const auto fragments = fragments_of(whole, 16);
    ASSERT_EQ(fragments.size(), 3U);
    std::vector<std::size_t> order = {0, 1, 2};
    do {
      start({});
      std::vector<Bytes> sent;
      for (const std::size_t i : order) {
        sent.push_back(fragments[i]);
      }
      from_client(sent);
      EXPECT_TRUE(to_server().empty());
      const auto answers = to_client();
      ASSERT_EQ(answers.size(), 1U);
      EXPECT_EQ(payload_of(answers[0])[3] & 15, 3);  // NXDOMAIN
      EXPECT_EQ(view_of(answers[0]).destination, view_of(whole).source);
      EXPECT_EQ(counts(), (Counts{{Outcome::DnsBlocked, 3}}));
    } while (std::ranges::next_permutation(order).found);
  }
}

TEST_F(FragmentJourney, AHelloInFragmentsIsHeldAndRefused) {
  for (const bool v6 : {false, true}) {
    start({});
    Connection connection;
    connection.client = v6 ? kChildV6 : kChild;
    connection.server = v6 ? "2001:db8::80" : "192.0.2.1";
    const Bytes hello = hello_for("casino.test", 600);
    from_client({connection.syn()});
    to_server();
    const auto first = fragments_of(connection.data(first_bytes(hello, 300)), 104, 1);
    from_client(first);
    EXPECT_EQ(held(), first.size());
    EXPECT_TRUE(to_server().empty());
    const Bytes rest(hello.begin() + 300, hello.end());
    const auto second = fragments_of(connection.data(rest, 300), 104, 2);
    from_client(second);
    const auto told = to_client();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(payload_of(told[0]).back(), 112);
    const auto reset = to_server();
    ASSERT_EQ(reset.size(), 1U);
    EXPECT_EQ(view_of(reset[0]).tcp_flags, tcp_flag::kRst);
    EXPECT_EQ(counts(), (Counts{{Outcome::TcpControl, 1},
                                {Outcome::TlsBlocked, first.size() + second.size()}}));
  }
}

TEST_F(FragmentJourney, AnAllowedHelloInFragmentsPassesWhole) {
  const Connection connection;
  const Bytes hello = hello_for("example.org", 600);
  from_client({connection.syn()});
  to_server();
  auto sent = fragments_of(connection.data(first_bytes(hello, 300)), 104, 1);
  const auto second =
      fragments_of(connection.data(Bytes(hello.begin() + 300, hello.end()), 300), 104, 2);
  sent.insert(sent.end(), second.begin(), second.end());
  from_client(sent);
  EXPECT_EQ(to_server(), sent);
  EXPECT_EQ(held(), 0U);
}

TEST_F(FragmentJourney, AHeldHelloInFragmentsIsLetGoAfterItsTime) {
  for (const FailMode mode : {FailMode::Open, FailMode::Closed}) {
    start({.fail_mode = mode});
    const Connection connection;
    from_client({connection.syn()});
    to_server();
    const auto sent = fragments_of(connection.data(first_bytes(hello_for("casino.test"), 100)), 48);
    from_client(sent);
    EXPECT_EQ(held(), sent.size());
    pass(milliseconds(600));
    EXPECT_EQ(held(), 0U);
    EXPECT_EQ(counts()[Outcome::PrefixForwarded], sent.size());
    EXPECT_EQ(to_server(), sent);
  }
}

TEST_F(FragmentJourney, QuicInFragmentsIsReadAndRefused) {
  const Endpoint client;
  std::vector<Bytes> sent;
  std::uint32_t identification = 1;
  for (const Bytes& payload : large_hello(client, "casino.test")) {
    for (const Bytes& fragment :
         fragments_of(QuicPath{}.from_client(payload), 600, identification++)) {
      sent.push_back(fragment);
    }
  }
  from_client(sent);
  EXPECT_TRUE(to_server().empty());
  const auto told = to_client();
  ASSERT_EQ(told.size(), 2U);  // the close, and a port unreachable for who does not read it
  EXPECT_FALSE(opened_by_client(client, payload_of(told[0])).empty());
  EXPECT_EQ(held(), 0U);

  start({});
  sent.clear();
  for (const Bytes& payload : large_hello(client, "example.org")) {
    for (const Bytes& fragment :
         fragments_of(QuicPath{}.from_client(payload), 600, identification++)) {
      sent.push_back(fragment);
    }
  }
  from_client(sent);
  EXPECT_EQ(to_server(), sent);
}

TEST_F(FragmentJourney, DatagramsOfOtherPortsPass) {
  const Bytes ntp = packet().eth().ipv4(kChild, "192.0.2.1").udp(1, 123).payload(Bytes(48)).build();
  const auto fragments = fragments_of(ntp, 24);
  from_client(fragments);
  EXPECT_EQ(to_server(), fragments);
  EXPECT_EQ(counts(), (Counts{{Outcome::UdpOther, fragments.size()}}));
}

TEST_F(FragmentJourney, TheLargestDatagramIsPutTogether) {
  for (const bool v6 : {false, true}) {
    start({});
    PacketBuilder builder = packet().eth();
    if (v6) {
      builder.ipv6(kChildV6, "2001:db8::1");
    } else {
      builder.ipv4(kChild, "192.0.2.1");
    }
    const std::size_t payload = v6 ? 65535 - 8 : 65535 - 20 - 8;
    const auto fragments =
        fragments_of(builder.udp(1, 123).payload(Bytes(payload, 'a')).build(), 1480);
    from_client(fragments);
    EXPECT_EQ(to_server().size(), fragments.size());
    EXPECT_EQ(counts(), (Counts{{Outcome::UdpOther, fragments.size()}}));
  }
}

TEST_F(FragmentJourney, FragmentsToTheLineAndOfOtherLinesPass) {
  const Bytes in = packet().eth().ipv4("192.0.2.1", kChild).udp(53, 1).payload(Bytes(60)).build();
  const auto to_line = fragments_of(in, 24);
  from_server(to_line);
  EXPECT_EQ(to_client(), to_line);
  const auto others = fragments_of(dns(kAdult, "casino.test"), 16);
  from_client(others);
  EXPECT_EQ(to_server(), others);
  EXPECT_EQ(counts(), (Counts{{Outcome::OtherProtocol, to_line.size()},
                              {Outcome::Unprofiled, others.size()}}));
}

TEST_F(FragmentJourney, ARepeatedFragmentIsDroppedAlone) {
  const auto fragments = fragments_of(dns(kChild, "a-name-of-some-length.example"), 16);
  from_client({fragments[1], fragments[1], fragments[0], fragments[2], fragments[1], fragments[3]});
  EXPECT_EQ(to_server().size(), 4U);
  EXPECT_EQ(counts(), (Counts{{Outcome::DnsAllowed, 4}, {Outcome::DuplicateDropped, 2}}));
}

struct Attack {
  const char* description;
  std::vector<Bytes> fragments;
};

// Of datagrams that every receiver may read as it likes; nothing of them may pass.
std::vector<Attack> attacks(std::string_view client) {
  const Bytes good = dns(client, "a-name-of-some-length.example");
  const Bytes bad = dns(client, "www.casino.test.padded.exampl");
  const auto f = fragments_of(good, 16);
  const auto g = fragments_of(bad, 16);
  const std::size_t size = ip_payload_of(good).size();
  const auto end = static_cast<std::uint16_t>(size);
  Bytes longer = good;
  longer.resize(longer.size() + 64);
  return {
      {"the same place with other bytes", {f[0], g[0], f[1], f[2], f[3]}},
      {"the same place with other bytes, later", {f[1], f[2], g[1], f[3], f[0]}},
      {"overlap at the beginning", {f[0], f[1], fragment_of(bad, {8, 24}), f[2], f[3]}},
      {"overlap at the end", {f[2], fragment_of(bad, {24, 40}), f[0], f[1], f[3]}},
      {"one within another (teardrop)",
       {f[0], fragment_of(good, {16, 48}), fragment_of(bad, {24, 32}), f[3]}},
      {"one around another", {fragment_of(bad, {24, 32}), f[0], fragment_of(good, {16, 48}), f[3]}},
      {"identical bytes that overlap in part",
       {f[0], f[1], fragment_of(good, {8, 24}), f[2], f[3]}},
      {"two ends",
       {f[3], fragment_of(good, {16, static_cast<std::uint16_t>(end + 8)}), f[0], f[1], f[2]}},
      {"an end before what is there",
       {f[2], f[0],
        [&] {
          // The last fragment, with an end before.
          Bytes early = fragment_of(dns(client, "a.b"), {16, 29});
          return early;
        }(),
        f[1], f[3]}},
      {"a middle whose size is no multiple of 8", {f[0], fragment_of(good, {16, 31}), f[2], f[3]}},
  };
}

TEST_F(FragmentJourney, ContradictionsAreRefusedWithAllOfTheirDatagram) {
  for (const std::string_view client : {kChild, kChildV6}) {
    for (const Attack& attack : attacks(client)) {
      for (const FailMode mode : {FailMode::Open, FailMode::Closed}) {
        SCOPED_TRACE(testing::Message() << client << ": " << attack.description);
        start({.fail_mode = mode});
        from_client(attack.fragments);
        pass(milliseconds(500));
        from_client({attack.fragments.back()});
        EXPECT_TRUE(to_server().empty());
        EXPECT_TRUE(to_client().empty());
        EXPECT_EQ(counts(), (Counts{{Outcome::FragmentRefused, attack.fragments.size() + 1}}));
        EXPECT_EQ(held(), 0U);
      }
    }
  }
}

TEST_F(FragmentJourney, NothingReachesBeyondTheLargestPacket) {
  for (const bool v6 : {false, true}) {
    start({});
    PacketBuilder builder = packet().eth();
    if (v6) {
      builder.ipv6(kChildV6, "2001:db8::1");
    } else {
      builder.ipv4(kChild, "192.0.2.1");
    }
    from_client({builder.fragment(65528, false).protocol(17).payload(Bytes(v6 ? 8 : 1)).build()});
    EXPECT_EQ(counts(), (Counts{{Outcome::FragmentRefused, 1}}));
  }
}

TEST_F(FragmentJourney, AFragmentWithoutBytesIsRefused) {
  from_client({packet().eth().ipv4(kChild, "192.0.2.1").fragment(8, true).protocol(99).build()});
  EXPECT_EQ(counts(), (Counts{{Outcome::FragmentRefused, 1}}));
}

TEST_F(FragmentJourney, MoreFragmentsThanAnyPathNeedsAreRefused) {
  const Bytes big =
      packet().eth().ipv4(kChild, "192.0.2.53").udp(1, 53).payload(Bytes(8 * 70)).build();
  const auto fragments = fragments_of(big, 8);
  ASSERT_GT(fragments.size(), Datagram::kMaxFragments);
  from_client(fragments);
  EXPECT_TRUE(to_server().empty());
  EXPECT_EQ(counts(), (Counts{{Outcome::FragmentRefused, fragments.size()}}));
}

TEST_F(FragmentJourney, WhatStaysIncompleteGoesByTheFailModeAfterASecond) {
  const auto fragments = fragments_of(dns(kChild, "a-name-of-some-length.example"), 16);
  const std::vector<Bytes> sent = {fragments[0], fragments[2]};
  from_client(sent);
  pass(milliseconds(900));
  EXPECT_EQ(held(), 2U);
  pass(milliseconds(200));
  EXPECT_EQ(held(), 0U);
  EXPECT_EQ(to_server(), sent);
  EXPECT_EQ(counts(), (Counts{{Outcome::FailOpen, 2}}));

  start({.fail_mode = FailMode::Closed});
  from_client(sent);
  pass(milliseconds(1100));
  EXPECT_TRUE(to_server().empty());
  EXPECT_EQ(counts(), (Counts{{Outcome::FailClosed, 2}}));
}

TEST_F(FragmentJourney, ARefusedDatagramIsForgottenAfterItsTime) {
  const auto fragments = fragments_of(dns(kChild, "a-name-of-some-length.example"), 16);
  from_client({fragments[0], fragment_of(dns(kChild, "another-name-of-length.examp"), {8, 24})});
  EXPECT_EQ(counts(), (Counts{{Outcome::FragmentRefused, 2}}));
  pass(milliseconds(1100));
  from_client(fragments);
  EXPECT_EQ(to_server(), fragments);
}

TEST_F(FragmentJourney, TheOldestDatagramMakesRoom) {
  start({.max_datagrams = 4});
  std::vector<Bytes> firsts;
  for (std::uint32_t id = 1; id <= 6; ++id) {
    firsts.push_back(fragments_of(dns(kChild, "a-name-of-some-length.example"), 16, id)[0]);
    from_client({firsts.back()});
    now_ += milliseconds(1);
  }
  EXPECT_EQ(to_server(), (std::vector<Bytes>{firsts[0], firsts[1]}));
  EXPECT_EQ(held(), 4U);
  // The youngest is still put together.
  const auto youngest = fragments_of(dns(kChild, "a-name-of-some-length.example"), 16, 6);
  from_client({youngest[1], youngest[2], youngest[3]});
  EXPECT_EQ(to_server(), youngest);
}

TEST_F(FragmentJourney, HeldFragmentsAreBounded) {
  start({.fail_mode = FailMode::Closed});
  const Bytes big =
      packet().eth().ipv4(kChild, "192.0.2.53").udp(1, 53).payload(Bytes(8 * 50)).build();
  for (std::uint32_t id = 0; id < 40; ++id) {
    auto fragments = fragments_of(big, 8, id);
    fragments.pop_back();
    from_client(fragments);
    EXPECT_LE(held(), kMaxHeldFragments);
  }
  EXPECT_TRUE(to_server().empty());
  EXPECT_GT(held(), kMaxHeldFragments - 64);
}

TEST_F(FragmentJourney, DatagramsOfDifferentVlansAreToldApart) {
  const auto query = [](std::uint16_t vlan, std::string_view name) {
    return packet()
        .eth()
        .vlan(vlan)
        .ipv4(kChild, "192.0.2.53")
        .udp(40000, 53)
        .dns_query(name)
        .build();
  };
  const auto one = fragments_of(query(20, "a-name-of-some-length.example"), 16);
  const auto two = fragments_of(query(21, "b-name-of-some-length.example"), 16);
  std::vector<Bytes> mixed;
  for (std::size_t i = 0; i < one.size(); ++i) {
    mixed.push_back(one[i]);
    mixed.push_back(two[i]);
  }
  from_client(mixed);
  EXPECT_EQ(counts(), (Counts{{Outcome::DnsAllowed, 8}}));
}

TEST_F(FragmentJourney, OptionsDecideWhetherFragmentsAreHeldDroppedOrPassed) {
  const auto fragments = fragments_of(dns(kChild, "casino.test"), 16);
  start({.fragments = FragmentMode::Drop});
  from_client(fragments);
  EXPECT_TRUE(to_server().empty());
  EXPECT_EQ(counts(), (Counts{{Outcome::FragmentDropped, fragments.size()}}));
  start({.fragments = FragmentMode::Pass});
  from_client(fragments);
  EXPECT_EQ(to_server(), fragments);
  EXPECT_EQ(counts(), (Counts{{Outcome::OtherProtocol, fragments.size()}}));
}

TEST_F(FragmentJourney, FragmentsInsideOfTunnelsAreJudgedAndAnsweredThere) {
  for (const Wrapping& wrapping : wrappings()) {
    SCOPED_TRACE(wrapping.name);
    start({});
    from_server(
        {wrapping.wrap(packet().eth().ipv4("192.0.2.1", kChild).udp(1, 1).build(), Way::ToClient)});
    to_client();
    std::vector<Bytes> good;
    for (const Bytes& fragment : fragments_of(dns(kChild, "a-name-of-some-length.example"), 16)) {
      good.push_back(wrapping.wrap(fragment, Way::ToServer));
    }
    from_client(good);
    EXPECT_EQ(to_server(), good);
    for (const Bytes& fragment : fragments_of(dns(kChild, "casino.test"), 16, 5)) {
      from_client({wrapping.wrap(fragment, Way::ToServer)});
    }
    EXPECT_TRUE(to_server().empty());
    const auto answers = to_client();
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(payload_of(answers[0])[3] & 15, 3);
  }
}

TEST_F(FragmentJourney, ATunnelInFragmentsIsReadThrough) {
  const Bytes inner = dns("10.9.9.9", "casino.test");
  const Bytes tunnel = packet()
                           .eth()
                           .ipv4(kChild, "198.51.100.9")
                           .protocol(ip_protocol::kIpv4)
                           .payload(ip_of(inner))
                           .build();
  PacketView view;
  ASSERT_EQ(decode(tunnel, view, Tunnels::none()), DecodeResult::Ok);
  const Bytes payload = ip_of(inner);
  std::vector<Bytes> fragments;
  for (std::size_t begin = 0; begin < payload.size(); begin += 32) {
    const std::size_t size = std::min<std::size_t>(32, payload.size() - begin);
    fragments.push_back(
        packet()
            .eth()
            .ipv4(kChild, "198.51.100.9")
            .identification(3)
            .fragment(static_cast<std::uint16_t>(begin), begin + size < payload.size())
            .protocol(ip_protocol::kIpv4)
            .payload(std::span(payload).subspan(begin, size))
            .build());
  }
  from_client(fragments);
  EXPECT_TRUE(to_server().empty());
  EXPECT_EQ(to_client().size(), 1U);
  EXPECT_EQ(counts(), (Counts{{Outcome::DnsBlocked, fragments.size()}}));
}

TEST_F(FragmentJourney, ExtensionHeadersInFrontOfTheFragmentHeaderStay) {
  const Bytes whole = packet()
                          .eth()
                          .ipv6(kChildV6, "2001:db8::53")
                          .hop_by_hop()
                          .routing()
                          .udp(40000, 53)
                          .dns_query("casino.test")
                          .build();
  const PacketView view = view_of(whole);
  const Bytes datagram(whole.begin() + view.transport_offset, whole.end());
  std::vector<Bytes> fragments;
  for (std::size_t begin = 0; begin < datagram.size(); begin += 16) {
    const std::size_t size = std::min<std::size_t>(16, datagram.size() - begin);
    Bytes fragment =
        packet()
            .eth()
            .ipv6(kChildV6, "2001:db8::53")
            .hop_by_hop()
            .routing()
            .fragment(static_cast<std::uint16_t>(begin), begin + size < datagram.size())
            .protocol(99)
            .payload(std::span(datagram).subspan(begin, size))
            .build();
    fragment[14 + 40 + 16] = ip_protocol::kUdp;
    fragments.push_back(fragment);
  }
  from_client(fragments);
  EXPECT_EQ(counts(), (Counts{{Outcome::DnsBlocked, fragments.size()}}));
  EXPECT_EQ(to_client().size(), 1U);
}

TEST_F(FragmentJourney, WithoutABufferForTheAnswerTheFragmentsAreDroppedAll) {
  const auto fragments = fragments_of(dns(kChild, "casino.test"), 16);
  from_client({fragments[0], fragments[1]});
  pool_.set_limit(0);
  from_client({fragments.begin() + 2, fragments.end()});
  EXPECT_TRUE(to_server().empty());
  EXPECT_TRUE(to_client().empty());
  EXPECT_EQ(counts(), (Counts{{Outcome::NoBufferDropped, fragments.size()}}));
  pool_.set_limit(4096);
}

}  // namespace
}  // namespace luytre::dataplane::test
