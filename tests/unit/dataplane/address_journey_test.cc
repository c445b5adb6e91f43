// SPDX-License-Identifier: Apache-2.0
// Connections to servers whose addresses are listed.
#include <memory>
#include <string>

#include "gateway_test.h"

namespace luytre::dataplane::test {
namespace {

const Connection kListed{.server = "203.0.113.7"};
const Connection kListedV6{.client = kChildV6, .server = "2001:db8:bad::1"};
const Connection kUnlisted{.server = "203.0.114.7"};

Bytes nameless_hello() { return ClientHello().browser_extensions(32).stream(); }
Bytes unknown_protocol() { return luytre::test::bytes_of("SSH-2.0-OpenSSH_9.2\r\n"); }

class AddressJourney : public GatewayTest {
 protected:
  // Both sides were reset, and nothing that the client said reached the server.
  void expect_reset(const Connection& connection, std::size_t sent_bytes) {
    const auto told = to_client();
    ASSERT_EQ(told.size(), 1U);
    const PacketView client = view_of(told[0]);
    EXPECT_EQ(client.tcp_flags, tcp_flag::kRst | tcp_flag::kAck);
    EXPECT_EQ(client.tcp_sequence, connection.server_isn + 1);
    EXPECT_EQ(client.tcp_acknowledgement,
              connection.isn + 1 + static_cast<std::uint32_t>(sent_bytes));
    const auto passed = to_server();
    ASSERT_EQ(passed.size(), 2U);  // the SYN, then the reset
    const PacketView server = view_of(passed[1]);
    EXPECT_EQ(server.tcp_flags, tcp_flag::kRst);
    EXPECT_EQ(server.tcp_sequence, connection.isn + 1);
    EXPECT_EQ(server.payload_size, 0U);
  }
};

TEST_F(AddressJourney, AConnectionWithoutANameToAListedAddressIsResetOnBothSides) {
  for (const Connection& connection : {kListed, kListedV6}) {
    for (const Bytes& first : {unknown_protocol(), nameless_hello()}) {
      start({});
      from_client({connection.syn(), connection.data(first)});
      expect_reset(connection, first.size());
      EXPECT_EQ(counts()[Outcome::AddressBlocked], 1U);
      EXPECT_EQ(worker_->counters().blocked_names(
                    static_cast<std::uint8_t>(shared_world().category("gambling"))),
                1U);
      from_client({connection.data(luytre::test::bytes_of("more"), first.size())});
      EXPECT_TRUE(to_server().empty());
      EXPECT_EQ(counts()[Outcome::RefusedFlowDropped], 1U);
    }
  }
}

TEST_F(AddressJourney, WithoutANameOtherAddressesPassAsBefore) {
  from_client({kUnlisted.syn(), kUnlisted.data(unknown_protocol())});
  EXPECT_EQ(counts(), (Counts{{Outcome::TcpControl, 1}, {Outcome::StreamUnknown, 1}}));
  start({});
  from_client({kUnlisted.syn(), kUnlisted.data(nameless_hello())});
  EXPECT_EQ(counts(), (Counts{{Outcome::TcpControl, 1}, {Outcome::TlsNoName, 1}}));
}

TEST_F(AddressJourney, TheNameAndTheAddressAreJudgedTogether) {
  from_client({kListed.syn(), kListed.data(hello_for("example.org"))});
  EXPECT_EQ(counts()[Outcome::TlsBlocked], 1U);
  start({});
  from_client({kListed.syn(), kListed.data(hello_for("helpline.test"))});
  EXPECT_EQ(counts()[Outcome::TlsAllowed], 1U);
}

TEST_F(AddressJourney, AFewBytesAndAnEndAreJudgedToo) {
  const Bytes part = first_bytes(nameless_hello(), 20);
  from_client({kListed.syn(), kListed.data(part, 0, tcp_flag::kFin)});
  EXPECT_EQ(counts()[Outcome::AddressBlocked], 1U);
  start({});
  from_client({kUnlisted.syn(), kUnlisted.data(part, 0, tcp_flag::kFin)});
  EXPECT_EQ(counts()[Outcome::StreamUnknown], 1U);
}

TEST_F(AddressJourney, WhatFollowsInTheSameBurstWaitsForTheVerdict) {
  const Bytes first = unknown_protocol();
  const Bytes more = luytre::test::bytes_of("more");
  for (const Connection& connection : {kListed, kUnlisted}) {
    start({});
    from_client({connection.syn(), connection.data(first), connection.data(more, first.size())});
    const bool listed = connection.server == kListed.server;
    EXPECT_EQ(counts()[listed ? Outcome::RefusedFlowDropped : Outcome::TcpDecided], 1U);
  }
}

TEST_F(AddressJourney, DnsIsJudgedByItsNameAlone) {
  const auto query = [](std::string_view name) {
    return packet().eth().ipv4(kChild, "203.0.113.7").udp(40000, 53).dns_query(name).build();
  };
  from_client({query("example.org"), query("casino.test")});
  EXPECT_EQ(counts(), (Counts{{Outcome::DnsAllowed, 1}, {Outcome::DnsBlocked, 1}}));
}

TEST_F(AddressJourney, OtherLinesReachListedAddresses) {
  Connection adult = kListed;
  adult.client = kAdult;
  const std::vector<Bytes> frames{adult.syn(), adult.data(unknown_protocol())};
  from_client(frames);
  EXPECT_EQ(to_server(), frames);
  EXPECT_EQ(counts(), (Counts{{Outcome::Unprofiled, 2}}));
}

// A name that changed after the index was compiled, as the gateway publishes it.
TEST_F(AddressJourney, ANameOfTheOverlayIsRefused) {
  categories::IndexBuilder builder(shared_world().taxonomy(), {1, 2});
  const auto set = categories::CategorySet::of(shared_world().category("gambling"));
  builder.add(TestWorld::name("urgent.test"), {.exact = set, .subtree = set});
  builder.overrides(TestWorld::name("urgent.test"));
  builder.overrides(TestWorld::name("porn.test"));
  categories::IndexBuilder main(shared_world().taxonomy(), {1, 2});
  main.add(TestWorld::name("porn.test"), {.exact = set, .subtree = set});
  const categories::LayeredIndex index(
      std::make_shared<const categories::Index>(must(main.build(1))),
      std::make_shared<const categories::Index>(must(builder.build(2))));
  world_.index = &index;
  const Connection first{.client_port = 1001};
  const Connection second{.client_port = 1002};
  from_client({first.syn(), second.syn(), first.data(hello_for("www.urgent.test")),
               second.data(hello_for("porn.test"))});
  EXPECT_EQ(counts(),
            (Counts{{Outcome::TcpControl, 2}, {Outcome::TlsBlocked, 1}, {Outcome::TlsAllowed, 1}}));
}

}  // namespace
}  // namespace luytre::dataplane::test
