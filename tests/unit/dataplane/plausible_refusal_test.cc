// SPDX-License-Identifier: Apache-2.0
// Refusals look as if the server had said them: neither the client's TCP nor what stands between may
// take them for foreign.
#include <optional>

#include "base/byte_order.h"
#include "quic_test.h"
#include "tcp_options.h"
#include "tcp_segment.h"

namespace luytre::dataplane::test {
namespace {

constexpr std::uint32_t kClientClock = 500000;
constexpr std::uint32_t kServerClock = 0xfffffff0;  // about to wrap around

Bytes timestamps(std::uint32_t value, std::uint32_t echo) {
  Bytes option = {1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0};
  store_be32(option.data() + 4, value);
  store_be32(option.data() + 8, echo);
  return option;
}

std::optional<TcpTimestamps> timestamps_in(Bytes frame) {
  const Packet packet{.bytes = frame.data(),
                      .size = static_cast<std::uint32_t>(frame.size()),
                      .capacity = static_cast<std::uint32_t>(frame.size()),
                      .owner = nullptr};
  return timestamps_of(packet, view_of(frame));
}
std::uint8_t hop_limit_of(const Bytes& frame) {
  const PacketView view = view_of(frame);
  return frame[view.network_offset + (view.ip_version == 4 ? 8U : 7U)];
}
bool is_v6(std::string_view address) { return address.find(':') != std::string_view::npos; }

class PlausibleRefusal : public GatewayTest {
 protected:
  // A handshake over a path on which the server's packets arrive with `hop_limit`.
  void connect(const Connection& connection, std::uint8_t hop_limit = 52) {
    from_client({connection.from_client()
                     .seq(connection.isn)
                     .syn()
                     .tcp_options(timestamps(kClientClock, 0))
                     .build()});
    from_server({connection.from_server()
                     .ttl(hop_limit)
                     .seq(connection.server_isn)
                     .flags(tcp_flag::kSyn)
                     .ack(connection.isn + 1)
                     .tcp_options(timestamps(kServerClock, kClientClock))
                     .build()});
    to_client();
    to_server();
  }
  // The client's data at `offset`, when it has heard the server at `echo`.
  static Bytes data(const Connection& connection, const Bytes& bytes, std::size_t offset = 0,
                    std::uint32_t echo = kServerClock) {
    return connection.from_client()
        .ttl(61)
        .identification(0x4444)
        .dont_fragment()
        .seq(connection.isn + 1 + static_cast<std::uint32_t>(offset))
        .flags(tcp_flag::kPsh)
        .ack(connection.server_isn + 1)
        .tcp_options(timestamps(kClientClock + 30, echo))
        .payload(bytes)
        .build();
  }
  Bytes only(std::vector<Bytes> frames) {
    EXPECT_EQ(frames.size(), 1U);
    return frames.empty() ? Bytes{} : frames[0];
  }
};

const std::vector<Connection>& connections() {
  static const std::vector<Connection> both = {{}, {.client = kChildV6, .server = "2001:db8::80"}};
  return both;
}

TEST_F(PlausibleRefusal, TheAlertHasTheHopLimitOfTheServersPackets) {
  for (const Connection& connection : connections()) {
    for (const std::uint8_t hop_limit : std::initializer_list<std::uint8_t>{52, 117, 243}) {
      start({});
      connect(connection, hop_limit);
      from_client({data(connection, hello_for("casino.test"))});
      EXPECT_EQ(hop_limit_of(only(to_client())), hop_limit);
    }
  }
}

TEST_F(PlausibleRefusal, WithoutAWordOfTheServerItIsSomeRoutersAway) {
  for (const Connection& connection : connections()) {
    from_client({data(connection, hello_for("casino.test"))});
    const std::uint8_t hop_limit = hop_limit_of(only(to_client()));
    EXPECT_GE(hop_limit, 49);
    EXPECT_LE(hop_limit, 56);
  }
}

TEST_F(PlausibleRefusal, TheResetIsTheClientsNextPacket) {
  for (const Connection& connection : connections()) {
    connect(connection);
    from_client({data(connection, hello_for("casino.test"))});
    const Bytes reset = only(to_server());
    EXPECT_EQ(hop_limit_of(reset), 61);
    EXPECT_EQ(view_of(reset).tcp_flags, tcp_flag::kRst);
    const auto sent = timestamps_in(reset);
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->value, kClientClock + 30);
    EXPECT_EQ(sent->echo, kServerClock);
    if (!is_v6(connection.client)) {
      const std::uint8_t* ip = reset.data() + view_of(reset).network_offset;
      EXPECT_EQ(load_be16(ip + 4), 0x4445);
      EXPECT_EQ(load_be16(ip + 6), 0x4000);
    }
  }
}

TEST_F(PlausibleRefusal, TheAlertEchoesTheClientAndIsNotOlderThanTheServer) {
  for (const Connection& connection : connections()) {
    start({});
    connect(connection);
    from_client({data(connection, hello_for("casino.test"))});
    const Bytes alert = only(to_client());
    EXPECT_EQ(payload_of(alert), (Bytes{0x15, 3, 3, 0, 2, 2, 0x70}));
    const auto told = timestamps_in(alert);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->echo, kClientClock + 30);
    EXPECT_GE(distance(told->value, kServerClock), 0);
  }
}

TEST_F(PlausibleRefusal, WhatTheServerSaidWhileTheHelloWasHeldDoesNotMakeTheAlertOld) {
  const Connection connection;
  connect(connection);
  const Bytes hello = hello_for("casino.test");
  const std::size_t cut = hello.size() / 2;
  from_client({data(connection, first_bytes(hello, cut))});
  pass(milliseconds(400));
  // The server repeats itself, and the client, which has not heard that yet, sends the rest.
  const std::uint32_t later = kServerClock + 400;
  from_server({connection.from_server()
                   .seq(connection.server_isn + 1)
                   .ack(connection.isn + 1)
                   .tcp_options(timestamps(later, kClientClock))
                   .build()});
  EXPECT_EQ(to_client().size(), 1U);
  from_client(
      {data(connection, {hello.begin() + static_cast<std::ptrdiff_t>(cut), hello.end()}, cut)});
  const auto told = timestamps_in(only(to_client()));
  ASSERT_TRUE(told);
  EXPECT_GE(distance(told->value, later), 0);
}

TEST_F(PlausibleRefusal, WhatFollowsARefusalIsNotOlderEither) {
  const Connection connection;
  connect(connection);
  const Bytes hello = hello_for("casino.test");
  from_client({data(connection, hello)});
  const auto alert = timestamps_in(only(to_client()));
  ASSERT_TRUE(alert);
  // The client has the alert and our FIN, and sends its own.
  from_client({connection.from_client()
                   .seq(connection.isn + 1 + static_cast<std::uint32_t>(hello.size()))
                   .flags(tcp_flag::kFin)
                   .ack(connection.server_isn + 1 + 7 + 1)
                   .tcp_options(timestamps(kClientClock + 31, alert->value))
                   .build()});
  const Bytes acknowledgement = only(to_client());
  EXPECT_EQ(view_of(acknowledgement).tcp_flags, tcp_flag::kAck);
  EXPECT_EQ(hop_limit_of(acknowledgement), 52);
  const auto told = timestamps_in(acknowledgement);
  ASSERT_TRUE(told);
  EXPECT_GE(distance(told->value, alert->value), 0);
  EXPECT_EQ(told->echo, kClientClock + 31);
}

TEST_F(PlausibleRefusal, WithoutTheClientsOptionThereIsNone) {
  const Connection connection;
  from_client({connection.syn()});
  from_server({connection.syn_ack()});
  from_client({connection.acknowledgement()});
  to_client();
  to_server();
  from_client({connection.data(hello_for("casino.test"))});
  EXPECT_FALSE(timestamps_in(only(to_client())));
  EXPECT_FALSE(timestamps_in(only(to_server())));
}

TEST_F(PlausibleRefusal, TheLongestRedirectStillIsOneSegment) {
  std::string page = "http://status.luytre.test/";
  page.append(400, 'p');
  start({.status_page = page});
  const Connection connection{.client = kChildV6, .server = "2001:db8::80", .server_port = 80};
  connect(connection);
  std::string host;
  for (int label = 0; label < 3; ++label) {
    host.append(60, 'a').push_back('.');
  }
  from_client({data(connection, get_request(host + "casino.test"))});
  const Bytes redirect = only(to_client());
  const PacketView view = view_of(redirect);
  EXPECT_TRUE(timestamps_in(redirect));
  EXPECT_LE(redirect.size() - view.network_offset, 1492U);
  const Bytes words = payload_of(redirect);
  EXPECT_NE(std::string(words.begin(), words.end()).find(host + "casino.test"), std::string::npos);
}

TEST_F(PlausibleRefusal, AResetHasNoWindowAndAnAlertOneThatServersHave) {
  const Connection connection;
  connect(connection);
  from_client({data(connection, hello_for("casino.test"))});
  EXPECT_EQ(view_of(only(to_client())).tcp_window, 509);
  EXPECT_EQ(view_of(only(to_server())).tcp_window, 0);
}

TEST_F(PlausibleRefusal, ADnsAnswerHasTheHopLimitOfTheResolversAnswers) {
  for (const auto& [client, resolver] : {std::pair{kChild, std::string_view("9.9.9.9")},
                                         std::pair{kChildV6, std::string_view("2620:fe::fe")}}) {
    const auto between = [](std::string_view source, std::string_view destination) {
      PacketBuilder builder = packet().eth();
      return is_v6(source) ? builder.ipv6(source, destination) : builder.ipv4(source, destination);
    };
    from_server({between(resolver, client).ttl(58).udp(53, 40000).payload("an answer").build()});
    to_client();
    from_client({between(client, resolver).udp(40000, 53).dns_query("casino.test").build()});
    EXPECT_EQ(hop_limit_of(only(to_client())), 58);
  }
}

TEST_F(PlausibleRefusal, QuicIsClosedWithTheHopLimitThatTheServerIsKnownByFromTcp) {
  connect(Connection{}, 55);
  const QuicPath path;
  from_client(path.all_from_client(hello_datagrams(Endpoint(), browser_hello("casino.test").message())));
  const auto told = to_client();
  ASSERT_EQ(told.size(), 2U);  // CONNECTION_CLOSE and port unreachable
  for (const Bytes& frame : told) {
    EXPECT_EQ(hop_limit_of(frame), 55);
  }
}

}  // namespace
}  // namespace luytre::dataplane::test
