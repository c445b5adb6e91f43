// SPDX-License-Identifier: Apache-2.0
// What a person did counts once, whatever the browser makes of it.
#include "quic_test.h"
#include "tests/support/tunnels.h"

namespace luytre::dataplane::test {
namespace {

using luytre::test::wrapping;

class BlockedViewsJourney : public GatewayTest {
 protected:
  void query(std::string_view client, std::string_view name, std::uint16_t qtype = 1) {
    PacketBuilder builder = packet().eth();
    if (client.find(':') == std::string_view::npos) {
      builder.ipv4(client, "9.9.9.9");
    } else {
      builder.ipv6(client, "2620:fe::fe");
    }
    from_client({builder.udp(40000, 53).dns_query(name, qtype).build()});
  }
  void hello(std::string_view client, std::string_view name) {
    const bool v6 = client.find(':') != std::string_view::npos;
    const Connection connection{
        .client = client, .server = v6 ? "2001:db8::80" : "192.0.2.1", .client_port = next_port_++};
    from_client({connection.syn(), connection.data(hello_for(name))});
  }
  void quic_hello(std::string_view name) {
    const QuicPath path{.client_port = next_port_++};
    Endpoint endpoint;
    from_client(path.all_from_client(hello_datagrams(endpoint, browser_hello(name).message())));
  }
  void http_request(std::string_view host) {
    const Connection connection{.client_port = next_port_++, .server_port = 80};
    from_client({connection.syn(), connection.data(get_request(host))});
  }
  [[nodiscard]] std::uint64_t views(std::string_view category = "gambling") const {
    return worker_->counters().blocked_views(bit(category));
  }
  [[nodiscard]] std::uint64_t names(std::string_view category = "gambling") const {
    return worker_->counters().blocked_names(bit(category));
  }
  static std::uint8_t bit(std::string_view category) {
    return static_cast<std::uint8_t>(shared_world().category(category));
  }

 private:
  std::uint16_t next_port_ = 40000;
};

TEST_F(BlockedViewsJourney, APageCountsOnceWithAllItsQueriesAndHellos) {
  for (const std::uint16_t qtype : std::initializer_list<std::uint16_t>{1, 28, 65}) {
    query(kChild, "casino.test", qtype);
  }
  for (int attempt = 0; attempt < 10; ++attempt) {
    hello(kChild, "casino.test");
    pass(milliseconds(50));
  }
  quic_hello("casino.test");
  http_request("casino.test");
  EXPECT_EQ(names(), 15U);
  EXPECT_EQ(views(), 1U);
}

TEST_F(BlockedViewsJourney, ALineIsOneWhicheverOfItsAddressesItUses) {
  query(kChild, "casino.test");
  query(kChildV6, "casino.test");
  query("2001:db8:1::77", "casino.test");
  hello(kChildV6, "casino.test");
  EXPECT_EQ(names(), 4U);
  EXPECT_EQ(views(), 1U);
}

TEST_F(BlockedViewsJourney, NamesCountForThemselvesAndByTheirCategory) {
  query(kChild, "casino.test");
  query(kChild, "www.casino.test");
  query(kChild, "porn.test");
  query(kChild, "porn.test");
  EXPECT_EQ(views("gambling"), 2U);
  EXPECT_EQ(views("porn"), 1U);
}

TEST_F(BlockedViewsJourney, ASecondLaterTheSamePageCountsAgain) {
  hello(kChild, "casino.test");
  pass(milliseconds(999));
  hello(kChild, "casino.test");
  EXPECT_EQ(views(), 1U);
  pass(milliseconds(1));
  hello(kChild, "casino.test");
  hello(kChild, "casino.test");
  EXPECT_EQ(views(), 2U);
}

TEST_F(BlockedViewsJourney, LinesWithTheSameProfileCountForThemselves) {
  policy::Line first;
  first.id = "first";
  first.band = "b1";
  first.keys.push_back(must(policy::parse_line_key("10.0.0.2")));
  policy::Line second = first;
  second.id = "second";
  second.keys = {must(policy::parse_line_key("10.0.0.5"))};
  const std::array lines = {first, second};
  const auto snapshot =
      must(policy::PolicySnapshot::compile(shared_world().preset(), lines, {}, {}));
  world_.policy = snapshot.get();
  for (int repetition = 0; repetition < 3; ++repetition) {
    query("10.0.0.2", "casino.test");
    query("10.0.0.5", "casino.test");
  }
  EXPECT_EQ(views(), 2U);
}

TEST_F(BlockedViewsJourney, GuestsAreToldApartByTheirAddresses) {
  const auto snapshot =
      must(policy::PolicySnapshot::compile(shared_world().preset(), {}, {.band = "b1"}, {}));
  world_.policy = snapshot.get();
  for (const std::string_view guest :
       {"10.0.0.2", "10.0.0.9", "10.0.0.2", "2001:db8:7::1", "2001:db8:7::2", "2001:db8:8::1"}) {
    query(guest, "casino.test");
  }
  EXPECT_EQ(names(), 6U);
  EXPECT_EQ(views(), 4U);  // two addresses of one /64 are one guest
}

TEST_F(BlockedViewsJourney, WithoutANameItIsTheServerThatCounts) {
  for (const std::string_view server : {"203.0.113.7", "203.0.113.7", "203.0.113.8"}) {
    const Connection connection{.server = server};
    from_client({connection.syn(), connection.data(Bytes(64, 0xfe))});
  }
  EXPECT_EQ(names(), 3U);
  EXPECT_EQ(views(), 2U);
}

TEST_F(BlockedViewsJourney, ATunneledLineIsTheSameLine) {
  query(kChild, "casino.test");
  const Bytes plain =
      packet().eth().ipv4(kChild, "9.9.9.9").udp(40000, 53).dns_query("casino.test").build();
  from_client({wrapping("gre").wrap(plain, luytre::test::Way::ToServer)});
  EXPECT_EQ(names(), 2U);
  EXPECT_EQ(views(), 1U);
}

}  // namespace
}  // namespace luytre::dataplane::test
