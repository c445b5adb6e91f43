// SPDX-License-Identifier: Apache-2.0
// A TLS connection from its SYN to the verdict on its ClientHello.
#include "gateway_test.h"

namespace luytre::dataplane::test {
namespace {

class TlsJourney : public GatewayTest {
 protected:
  void handshake(const Connection& connection) {
    from_client({connection.syn()});
    from_server({connection.syn_ack()});
    from_client({connection.acknowledgement()});
    EXPECT_EQ(to_server().size(), 2U);
    EXPECT_EQ(to_client().size(), 1U);
  }
  // The client was refused with the alert and FIN, the server was reset, and all numbers are exact.
  void expect_refused(const Connection& connection, std::size_t sent_bytes) {
    const auto told = to_client();
    ASSERT_EQ(told.size(), 1U);
    const PacketView client = view_of(told[0]);
    EXPECT_EQ(client.source, *categories::IpAddress::from_text(connection.server));
    EXPECT_EQ(client.destination, *categories::IpAddress::from_text(connection.client));
    EXPECT_EQ(client.source_port, connection.server_port);
    EXPECT_EQ(client.destination_port, connection.client_port);
    EXPECT_EQ(client.outer_vlan, connection.vlan);
    EXPECT_EQ(client.tcp_flags, tcp_flag::kFin | tcp_flag::kPsh | tcp_flag::kAck);
    EXPECT_EQ(client.tcp_sequence, connection.server_isn + 1);
    EXPECT_EQ(client.tcp_acknowledgement,
              connection.isn + 1 + static_cast<std::uint32_t>(sent_bytes));
    EXPECT_EQ(payload_of(told[0]), (Bytes{0x15, 3, 3, 0, 2, 2, 0x70}));
    const auto reset = to_server();
    ASSERT_EQ(reset.size(), 1U);
    const PacketView server = view_of(reset[0]);
    EXPECT_EQ(server.source, client.destination);
    EXPECT_EQ(server.destination, client.source);
    EXPECT_EQ(server.tcp_flags, tcp_flag::kRst);
    EXPECT_EQ(server.tcp_sequence, connection.isn + 1);
    EXPECT_EQ(server.payload_size, 0U);
  }
};

TEST_F(TlsJourney, AnAllowedHelloPassesAndSoDoesWhatFollows) {
  const Connection connection;
  handshake(connection);
  const Bytes hello = hello_for("example.org");
  const Bytes segment = connection.data(hello);
  from_client({segment});
  EXPECT_EQ(to_server(), (std::vector<Bytes>{segment}));
  const Bytes later = connection.data(luytre::test::bytes_of("application data"), hello.size());
  from_client({later});
  from_server({connection.server_data("server hello")});
  EXPECT_EQ(to_server(), (std::vector<Bytes>{later}));
  EXPECT_EQ(to_client().size(), 1U);
  EXPECT_EQ(counts(), (Counts{{Outcome::TcpControl, 2},
                              {Outcome::TcpFromInternet, 2},
                              {Outcome::TlsAllowed, 1},
                              {Outcome::TcpDecided, 1}}));
}

TEST_F(TlsJourney, AListedNameIsRefusedWithAlertAndFinAndTheServerIsReset) {
  for (const Connection& connection :
       {Connection{},
        Connection{.server_port = 8443, .isn = 0xfffffff0U, .server_isn = 0xffffffffU},
        Connection{.client = kChildV6, .server = "2001:db8::80"},
        Connection{.client = "172.16.0.9", .vlan = kChildVlan}}) {
    start({});
    handshake(connection);
    const Bytes hello = hello_for("www.casino.test");
    from_client({connection.data(hello)});
    expect_refused(connection, hello.size());
    EXPECT_EQ(counts()[Outcome::TlsBlocked], 1U);
    EXPECT_EQ(worker_->counters().blocked_names(
                  static_cast<std::uint8_t>(shared_world().category("gambling"))),
              1U);
  }
}

TEST_F(TlsJourney, AHelloOverTwoSegmentsIsHeldUntilItsNameIsKnownWhereverItIsCut) {
  const Bytes hello = hello_for("www.casino.test", 200);
  for (std::size_t cut = 1; cut < hello.size(); ++cut) {
    start({});
    const Connection connection;
    handshake(connection);
    from_client({connection.data(std::span(hello).first(cut))});
    ASSERT_TRUE(to_server().empty()) << "cut at " << cut;
    ASSERT_EQ(held(), 1U);
    from_client({connection.data(std::span(hello).subspan(cut), cut)});
    expect_refused(connection, hello.size());
    ASSERT_EQ(counts()[Outcome::TlsBlocked], 2U) << "cut at " << cut;
  }
}

TEST_F(TlsJourney, AnAllowedHelloInSegmentsLeavesInOrderAndUnchanged) {
  const Bytes hello = hello_for("example.org", 1216);
  for (const std::size_t size : {1U, 100U, 300U, 536U, 1000U}) {
    if (hello.size() / size >= 48) {
      continue;
    }
    start({});
    const Connection connection;
    handshake(connection);
    const auto segments = connection.segments(hello, size);
    from_client(segments);
    EXPECT_EQ(to_server(), segments);
    EXPECT_EQ(counts()[Outcome::TlsAllowed] + counts()[Outcome::PrefixForwarded], segments.size());
  }
}

TEST_F(TlsJourney, SegmentsInOneBurstAreJudgedOnceAndWhatFollowsKeepsItsPlace) {
  for (const bool allowed : {true, false}) {
    start({});
    const Connection connection;
    handshake(connection);
    const Bytes hello = hello_for(allowed ? "example.org" : "casino.test", 1216);
    auto frames = connection.segments(hello, 700);
    const std::size_t hello_frames = frames.size();
    const Bytes early_data = luytre::test::tls_record(Bytes(50), 23);
    frames.push_back(connection.data(early_data, hello.size()));
    frames.push_back(connection.acknowledgement(static_cast<std::uint32_t>(hello.size() + 55)));
    from_client(frames);
    if (allowed) {
      EXPECT_EQ(to_server(), frames);
      EXPECT_EQ(counts()[Outcome::TlsAllowed], hello_frames);
      EXPECT_EQ(counts()[Outcome::TcpDecided], 2U);
    } else {
      expect_refused(connection, hello.size());
      EXPECT_EQ(counts()[Outcome::TlsBlocked], hello_frames);
      EXPECT_EQ(counts()[Outcome::RefusedFlowDropped], 2U);
    }
  }
}

TEST_F(TlsJourney, TwoConnectionsOverTheSamePortsInOneBurstAreJudgedSeparately) {
  const Connection first;
  Connection second = first;
  second.isn = 900'000;
  const Bytes blocked = hello_for("casino.test");
  const Bytes allowed = hello_for("example.org");
  from_client({first.syn(), first.data(blocked), second.syn(), second.data(allowed)});
  EXPECT_EQ(counts(),
            (Counts{{Outcome::TcpControl, 2}, {Outcome::TlsBlocked, 1}, {Outcome::TlsAllowed, 1}}));
}

TEST_F(TlsJourney, ARepeatedSegmentIsDroppedWhileItIsHeld) {
  const Connection connection;
  handshake(connection);
  const Bytes hello = hello_for("example.org", 1216);
  const auto segments = connection.segments(hello, 900);
  ASSERT_EQ(segments.size(), 2U);
  from_client({segments[0], segments[0], segments[0]});
  EXPECT_EQ(counts()[Outcome::DuplicateDropped], 2U);
  from_client({segments[1]});
  EXPECT_EQ(to_server(), segments);
}

TEST_F(TlsJourney, ARepetitionThatGoesFurtherIsReadFromWhereItIsNew) {
  const Connection connection;
  handshake(connection);
  const Bytes hello = hello_for("casino.test", 600);
  from_client({connection.data(std::span(hello).first(300))});
  from_client({connection.data(std::span(hello).subspan(100), 100)});
  expect_refused(connection, hello.size());
}

TEST_F(TlsJourney, AHelloOverSeveralRecordsIsReadWhole) {
  const Connection connection;
  handshake(connection);
  const Bytes message = ClientHello().server_name("casino.test").browser_extensions().message();
  Bytes stream = luytre::test::tls_record(std::span(message).first(20));
  luytre::test::append(stream, luytre::test::tls_record(std::span(message).subspan(20)));
  from_client(connection.segments(stream, 40));
  expect_refused(connection, stream.size());
}

TEST_F(TlsJourney, AHelloWithoutANamePassesAndIsCounted) {
  const Connection connection;
  handshake(connection);
  from_client({connection.data(ClientHello().browser_extensions().stream())});
  EXPECT_EQ(to_server().size(), 1U);
  EXPECT_EQ(counts()[Outcome::TlsNoName], 1U);
}

TEST_F(TlsJourney, AnUnknownProtocolPassesWithItsFirstData) {
  const Connection connection{.server_port = 22};
  handshake(connection);
  from_client({connection.data(luytre::test::bytes_of("SSH-2.0-OpenSSH_9.2\r\n"))});
  EXPECT_EQ(to_server().size(), 1U);
  EXPECT_EQ(counts()[Outcome::StreamUnknown], 1U);
}

TEST_F(TlsJourney, AServerThatSpeaksFirstIsHeard) {
  const Connection connection{.server_port = 25};
  handshake(connection);
  from_server({connection.server_data("220 mail.example ESMTP\r\n")});
  EXPECT_EQ(to_client().size(), 1U);
  EXPECT_EQ(counts()[Outcome::TcpFromInternet], 2U);
}

TEST_F(TlsJourney, AConnectionFromBeforeARestartIsReadFromItsNextData) {
  const Connection connection;
  const Bytes hello = hello_for("casino.test");
  from_client({connection.acknowledgement()});
  from_client({connection.data(hello)});
  EXPECT_EQ(counts()[Outcome::TlsBlocked], 1U);

  const Connection running{.client_port = 40001};
  from_client({running.data(luytre::test::tls_record(Bytes(100), 23), 5000)});
  from_client({running.data(Bytes(100, 0xcc), 5105)});
  EXPECT_EQ(counts()[Outcome::StreamUnknown], 1U);
  EXPECT_EQ(counts()[Outcome::TcpDecided], 1U);
}

TEST_F(TlsJourney, UrgentDataInAHelloIsDropped) {
  const Connection connection;
  handshake(connection);
  from_client({connection.data(hello_for("casino.test"), 0, tcp_flag::kUrg)});
  EXPECT_TRUE(to_server().empty());
  EXPECT_EQ(counts()[Outcome::MalformedDropped], 1U);
}

TEST_F(TlsJourney, AResetOfAnUndecidedConnectionLetsGoOfItsPackets) {
  const Connection connection;
  handshake(connection);
  from_client({connection.data(first_bytes(hello_for("casino.test"), 50))});
  EXPECT_EQ(held(), 1U);
  from_client({connection.reset(50)});
  EXPECT_EQ(held(), 0U);
  EXPECT_EQ(to_server().size(), 1U);  // the RST alone
  EXPECT_EQ(counts()[Outcome::AbandonedDropped], 1U);
}

TEST_F(TlsJourney, ANewSynOnTheSamePortsBeginsAnew) {
  const Connection first;
  handshake(first);
  from_client({first.data(first_bytes(hello_for("example.org"), 50))});
  Connection second = first;
  second.isn = 5'000'000;
  handshake(second);
  EXPECT_EQ(counts()[Outcome::AbandonedDropped], 1U);
  const Bytes hello = hello_for("casino.test");
  from_client({second.data(hello)});
  expect_refused(second, hello.size());
}

TEST_F(TlsJourney, ARepeatedSynChangesNothing) {
  const Connection connection;
  handshake(connection);
  const Bytes hello = hello_for("casino.test");
  from_client({connection.data(std::span(hello).first(50))});
  from_client({connection.syn()});
  EXPECT_EQ(to_server().size(), 1U);
  from_client({connection.data(std::span(hello).subspan(50), 50)});
  expect_refused(connection, hello.size());
}

TEST_F(TlsJourney, AnAllowedConnectionsPortsAreJudgedAgainForANewOne) {
  const Connection first;
  handshake(first);
  from_client({first.data(hello_for("example.org"))});
  EXPECT_EQ(to_server().size(), 1U);
  Connection second = first;
  second.isn = 5'000'000;
  handshake(second);
  const Bytes hello = hello_for("casino.test");
  from_client({second.data(hello)});
  expect_refused(second, hello.size());
}

TEST_F(TlsJourney, ARefusalHasNoEffectOnTheNextConnectionOverTheSamePorts) {
  const Connection first;
  handshake(first);
  const Bytes blocked = hello_for("casino.test");
  from_client({first.data(blocked)});
  expect_refused(first, blocked.size());
  Connection second = first;
  second.isn = 5'000'000;
  handshake(second);
  const Bytes segment = second.data(hello_for("example.org"));
  from_client({segment});
  EXPECT_EQ(to_server(), (std::vector<Bytes>{segment}));
}

TEST_F(TlsJourney, AFinBehindAPieceOfAHelloDecidesTheConnection) {
  const Connection connection;
  handshake(connection);
  const Bytes hello = hello_for("example.org");
  from_client({connection.data(std::span(hello).first(50)), connection.fin(50)});
  EXPECT_EQ(to_server().size(), 2U);
  EXPECT_EQ(counts()[Outcome::StreamUnknown], 2U);
}

TEST_F(TlsJourney, AFinInTheHelloIsAcknowledgedWithIt) {
  const Connection connection;
  handshake(connection);
  const Bytes hello = hello_for("casino.test");
  from_client({connection.data(hello, 0, tcp_flag::kFin)});
  expect_refused(connection, hello.size() + 1);
}

TEST_F(TlsJourney, AConnectionClosedWithoutAWordPasses) {
  const Connection connection;
  handshake(connection);
  from_client({connection.fin(0)});
  EXPECT_EQ(to_server().size(), 1U);
  EXPECT_EQ(counts()[Outcome::TcpControl], 3U);
}

TEST_F(TlsJourney, TheClientOfARefusedConnectionIsLedToItsEnd) {
  const Connection connection;
  handshake(connection);
  const Bytes hello = hello_for("casino.test");
  from_client({connection.data(hello)});
  expect_refused(connection, hello.size());
  const std::uint32_t after_fin = connection.server_isn + 1 + 7 + 1;

  // It acknowledges the alert and our FIN, then closes: its FIN is acknowledged with the right
  // numbers.
  const auto client_says = [&](std::uint8_t flags, std::uint32_t ack,
                               std::span<const std::uint8_t> bytes = {}) {
    return connection.from_client()
        .seq(connection.isn + 1 + static_cast<std::uint32_t>(hello.size()))
        .flags(flags)
        .ack(ack)
        .payload(bytes)
        .build();
  };
  from_client({client_says(0, after_fin)});
  EXPECT_TRUE(to_client().empty());
  from_client({client_says(tcp_flag::kFin, after_fin)});
  auto told = to_client();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(view_of(told[0]).tcp_flags, tcp_flag::kAck);
  EXPECT_EQ(view_of(told[0]).tcp_sequence, after_fin);
  EXPECT_EQ(view_of(told[0]).tcp_acknowledgement, connection.isn + 1 + hello.size() + 1);

  // The refusal was lost and the hello comes again: RST, exactly where the client expects it.
  from_client({connection.data(hello)});
  told = to_client();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(view_of(told[0]).tcp_flags, tcp_flag::kRst | tcp_flag::kAck);
  EXPECT_EQ(view_of(told[0]).tcp_sequence, connection.server_isn + 1);

  // Data that was under way with the hello is left unanswered, and so is what the server still
  // says.
  from_client({client_says(0, connection.server_isn + 1, Bytes(100))});
  from_server({connection.server_data("late")});
  EXPECT_TRUE(to_client().empty());
  EXPECT_TRUE(to_server().empty());
  EXPECT_EQ(counts()[Outcome::RefusedFlowDropped], 5U);
}

TEST_F(TlsJourney, ARefusalWithoutABufferStillLetsNothingPass) {
  const Connection connection;
  handshake(connection);
  pool_.set_limit(0);
  from_client({connection.data(hello_for("casino.test"))});
  EXPECT_TRUE(to_server().empty());
  EXPECT_TRUE(to_client().empty());
  EXPECT_EQ(counts()[Outcome::NoBufferDropped], 1U);
  pool_.set_limit(1000);
  from_client({connection.data(hello_for("casino.test"))});  // the client tries again and is told
  EXPECT_EQ(to_client().size(), 1U);
}

struct RecordedNames : NameObserver {
  std::vector<std::string> seen;
  void on_inspection(const PacketView& first_packet, const Inspection& inspection,
                     std::span<const std::uint8_t> bytes) noexcept override {
    seen.push_back(std::to_string(first_packet.tcp_sequence) + " " +
                   (inspection.finding == Finding::Name ? inspection.name.to_text() : "-") + " " +
                   std::to_string(bytes.size()));
  }
};

TEST_F(TlsJourney, AnObserverSeesEachNameWithTheFirstPacketOfItsConnection) {
  RecordedNames names;
  start({}, &names);
  const Connection connection;
  const Bytes hello = hello_for("casino.test", 1216);
  from_client({connection.syn()});
  from_client(connection.segments(hello, 800));
  const Connection nameless{.client_port = 40001, .isn = 0};
  const Bytes no_name = ClientHello().stream();
  from_client({nameless.syn(), nameless.data(no_name)});
  from_client(
      {packet().eth().ipv4(kChild, "192.0.2.53").udp(40000, 53).dns_query("example.org").build()});
  EXPECT_EQ(names.seen, (std::vector<std::string>{
                            "1001 casino.test " + std::to_string(hello.size()),
                            "1 - " + std::to_string(no_name.size()), "0 example.org 29"}));
  start({});
}

// Noise in every browser's hello, or a real one with its provider's public name: the shown name decides.
TEST_F(TlsJourney, AnEncryptedClientHelloIsJudgedByTheNameThatItShows) {
  constexpr std::uint16_t kEncryptedClientHello = 0xfe0d;  // RFC 9849 §5
  Bytes outer{0, 0, 1, 0, 1, 0x2a, 0, 32};
  outer.resize(outer.size() + 32 + 2 + 208, 0x9c);
  for (const auto& [name, outcome] : {std::pair("www.example.org", Outcome::TlsAllowed),
                                      std::pair("casino.test", Outcome::TlsBlocked)}) {
    start({});
    const Connection connection;
    from_client({connection.syn(), connection.data(ClientHello()
                                                       .add(kEncryptedClientHello, outer)
                                                       .server_name(name)
                                                       .browser_extensions(1216)
                                                       .stream())});
    EXPECT_EQ(counts()[outcome], 1U) << name;
  }
}

}  // namespace
}  // namespace luytre::dataplane::test
