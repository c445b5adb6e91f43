// SPDX-License-Identifier: Apache-2.0
// ClientHellos of DTLS over several datagrams, with a server that puts together what reaches it.
#include <numeric>

#include "gateway_test.h"
#include "tests/support/dtls_hello.h"

namespace luytre::dataplane::test {
namespace {

using luytre::test::dtls_body;
using luytre::test::dtls_fragment;
using luytre::test::dtls_hello;
using luytre::test::dtls_record;

using Part = std::pair<std::size_t, std::size_t>;  // [begin, end) of a hello's body

Bytes hello_body(std::string_view name) {
  return dtls_body(ClientHello().server_name(name).browser_extensions(200).message(), 20);
}
std::vector<Part> parts_of(std::size_t count, std::size_t size) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < count; ++i) {
    parts.emplace_back(size * i / count, size * (i + 1) / count);
  }
  return parts;
}

class DtlsHellosJourney : public GatewayTest {
 protected:
  static Bytes datagram(const Bytes& payload, std::uint16_t port = 40000) {
    return packet().eth().ipv4(kChild, "192.0.2.1").udp(port, 4433).payload(payload).build();
  }
  static Bytes datagram(const Bytes& body, const Part& part, std::uint16_t sequence = 0,
                        std::uint16_t port = 40000) {
    return datagram(dtls_record(dtls_fragment(body, part.first, part.second, sequence)), port);
  }
  static std::vector<Bytes> datagrams(const Bytes& body, const std::vector<Part>& parts) {
    std::vector<Bytes> frames;
    for (const Part& part : parts) {
      frames.push_back(datagram(body, part));
    }
    return frames;
  }
  // The listed hello is refused and none of it passes; the other passes as it came.
  void expect_judged(const std::vector<Part>& parts) {
    start({});
    from_client(datagrams(blocked_, parts));
    ASSERT_TRUE(to_server().empty());
    ASSERT_GE(counts()[Outcome::DtlsBlocked], 1U);
    ASSERT_EQ(held(), 0U);
    const auto told = to_client();
    ASSERT_FALSE(told.empty());
    ASSERT_EQ(view_of(told[0]).protocol, ip_protocol::kIcmp);
    start({});
    const auto sent = datagrams(allowed_, parts);
    from_client(sent);
    ASSERT_EQ(to_server(), sent);
    ASSERT_EQ(counts()[Outcome::DtlsAllowed], sent.size());
  }

  Bytes blocked_ = hello_body("www.casino.test");
  Bytes allowed_ = hello_body("www.example.org");
};

TEST_F(DtlsHellosJourney, EveryCutIntoTwoDatagramsInBothOrders) {
  const std::size_t size = blocked_.size();
  for (std::size_t cut = 1; cut < size; ++cut) {
    SCOPED_TRACE(cut);
    ASSERT_NO_FATAL_FAILURE(expect_judged({{0, cut}, {cut, size}}));
    ASSERT_NO_FATAL_FAILURE(expect_judged({{cut, size}, {0, cut}}));
  }
}

TEST_F(DtlsHellosJourney, ThreeToSixDatagramsInAllOrders) {
  for (std::size_t count = 3; count <= 6; ++count) {
    auto parts = parts_of(count, blocked_.size());
    do {
      ASSERT_NO_FATAL_FAILURE(expect_judged(parts));
    } while (std::ranges::next_permutation(parts).found);
  }
}

TEST_F(DtlsHellosJourney, OverlapsAndRepetitionsChangeNothing) {
  const std::size_t size = blocked_.size();
  for (const std::vector<Part>& parts : std::vector<std::vector<Part>>{
           {{0, 100}, {0, 100}, {50, 200}, {150, size}},
           {{100, size}, {100, size}, {0, 101}},
           {{0, size - 1}, {size - 1, size}},
           {{10, 20}, {30, 40}, {15, 35}, {0, 12}, {38, size}},
       }) {
    ASSERT_NO_FATAL_FAILURE(expect_judged(parts));
  }
}

TEST_F(DtlsHellosJourney, TheDatagramThatMakesItWholeIsJudgedInItsBurstAndWhatFollowsWaits) {
  auto sent = datagrams(allowed_, parts_of(3, allowed_.size()));
  sent.push_back(sent.front());
  from_client(sent);
  EXPECT_EQ(to_server(), sent);
}

TEST_F(DtlsHellosJourney, AHelloWithACookieIsAnotherHello) {
  const Part half{0, 100};
  const Part rest{100, allowed_.size()};
  from_client({datagram(allowed_, half), datagram(allowed_, rest)});
  EXPECT_EQ(to_server().size(), 2U);
  from_client({datagram(blocked_, half, 1), datagram(blocked_, rest, 1)});
  EXPECT_TRUE(to_server().empty());
  EXPECT_EQ(counts()[Outcome::DtlsBlocked], 2U);
}

TEST_F(DtlsHellosJourney, APauseIsNoWayAround) {
  const auto parts = parts_of(2, blocked_.size());
  for (const FailMode mode : {FailMode::Open, FailMode::Closed}) {
    start({.fail_mode = mode});
    from_client({datagram(blocked_, parts[0])});
    EXPECT_EQ(held(), 1U);
    pass(milliseconds(500));
    EXPECT_EQ(counts(), (Counts{{Outcome::OutOfOrderDropped, 1}}));
    from_client({datagram(blocked_, parts[1])});
    EXPECT_TRUE(to_server().empty());
    EXPECT_EQ(counts()[Outcome::DtlsBlocked], 1U);
    // An allowed one arrives with the client's next attempt.
    start({.fail_mode = mode});
    from_client({datagram(allowed_, parts[0])});
    pass(milliseconds(500));
    from_client({datagram(allowed_, parts[1])});
    from_client(datagrams(allowed_, parts));
    EXPECT_EQ(to_server().size(), 3U);
  }
}

TEST_F(DtlsHellosJourney, PartsOfAnAllowedHelloMayBeRepeatedAndNotReplaced) {
  const auto parts = parts_of(2, allowed_.size());
  ASSERT_EQ(allowed_.size(), blocked_.size());
  from_client(datagrams(allowed_, parts));  // the first may have died on its way
  from_client({datagram(allowed_, parts[1])});
  EXPECT_EQ(to_server().size(), 3U);
  from_client(datagrams(blocked_, parts));
  for (const Bytes& passed : to_server()) {  // where both say the same
    EXPECT_TRUE(std::ranges::count(datagrams(allowed_, parts), passed) == 1);
  }
  EXPECT_GE(counts()[Outcome::OverlapReset], 1U);
  // A minute later it is another connection.
  for (int i = 0; i < 61; ++i) {
    pass(seconds(1));
  }
  from_client(datagrams(allowed_, parts));
  EXPECT_EQ(to_server().size(), 2U);
}

TEST_F(DtlsHellosJourney, AnotherAttemptOfWhichNothingPassedIsReadAnew) {
  const auto parts = parts_of(2, allowed_.size());
  from_client({datagram(allowed_, parts[0])});
  from_client(datagrams(blocked_, parts));
  EXPECT_TRUE(to_server().empty());
  EXPECT_EQ(counts(), (Counts{{Outcome::AbandonedDropped, 1}, {Outcome::DtlsBlocked, 2}}));
}

TEST_F(DtlsHellosJourney, ADatagramOfTwoHellosIsRefused) {
  Bytes two = dtls_record(dtls_fragment(allowed_, 0, allowed_.size()));
  luytre::test::append(two, dtls_record(dtls_fragment(blocked_, 0, blocked_.size(), 1)));
  from_client({datagram(two)});
  EXPECT_TRUE(to_server().empty());
  EXPECT_EQ(counts(), (Counts{{Outcome::OverlapReset, 1}}));
}

TEST_F(DtlsHellosJourney, ManyTinyPartsInADatagramAreRefused) {
  Bytes tiny;
  for (std::size_t at = 0; at < 40; ++at) {
    luytre::test::append(tiny, dtls_record(dtls_fragment(blocked_, at, at + 1)));
  }
  luytre::test::append(tiny, dtls_record(dtls_fragment(blocked_, 40, blocked_.size())));
  from_client({datagram(tiny)});
  EXPECT_TRUE(to_server().empty());
}

TEST_F(DtlsHellosJourney, RecordsAndEmptyPartsInFrontHideNothing) {
  Bytes behind = dtls_record({1, 0}, 21);  // a warning alert
  for (int i = 0; i < 20; ++i) {
    luytre::test::append(behind, dtls_record(dtls_fragment(blocked_, 0, 0)));
  }
  luytre::test::append(behind, dtls_record(dtls_fragment(blocked_, 0, blocked_.size())));
  from_client({datagram(behind)});
  EXPECT_TRUE(to_server().empty());
  EXPECT_EQ(counts(), (Counts{{Outcome::DtlsBlocked, 1}}));
}

TEST_F(DtlsHellosJourney, AHelloInManyDatagramsIsJudgedWhole) {
  std::vector<Part> parts;
  for (std::size_t at = 0; at < blocked_.size(); at += 4) {
    parts.emplace_back(at, std::min(at + 4, blocked_.size()));
  }
  from_client(datagrams(blocked_, parts));
  EXPECT_TRUE(to_server().empty());
  EXPECT_GE(counts()[Outcome::DtlsBlocked], 1U);
  start({});
  const auto sent = datagrams(allowed_, parts);
  from_client(sent);
  to_server();
  from_client(sent);  // what was dropped comes again
  EXPECT_EQ(to_server(), sent);
}

TEST_F(DtlsHellosJourney, AHelloThatIsTooLargeIsDecidedByTheFailMode) {
  const Bytes large =
      dtls_body(ClientHello().padding(9300).server_name("casino.test").message(), 0);
  for (const FailMode mode : {FailMode::Open, FailMode::Closed}) {
    start({.fail_mode = mode});
    from_client({datagram(large, {0, 1000})});
    EXPECT_EQ(counts()[mode == FailMode::Open ? Outcome::FailOpen : Outcome::FailClosed], 1U);
  }
}

TEST_F(DtlsHellosJourney, TheOldestMakesRoomByTheFailMode) {
  for (const FailMode mode : {FailMode::Open, FailMode::Closed}) {
    start({.fail_mode = mode});
    for (std::uint16_t i = 0; i < 65; ++i) {
      from_client({datagram(blocked_, {0, 100}, 0, static_cast<std::uint16_t>(41000 + i))});
      pass(milliseconds(1));
    }
    EXPECT_EQ(held(), 64U);
    EXPECT_EQ(counts()[mode == FailMode::Open ? Outcome::FailOpen : Outcome::FailClosed], 1U);
    drain();
    EXPECT_EQ(held(), 0U);
  }
}

TEST_F(DtlsHellosJourney, ListedAddressesAreRefusedForHellosWithoutAName) {
  const Bytes body = dtls_body(ClientHello().browser_extensions().message(), 0);
  const auto send = [&](std::string_view server, const Part& part) {
    from_client({packet()
                     .eth()
                     .ipv4(kChild, server)
                     .udp(40000, 4433)
                     .payload(dtls_record(dtls_fragment(body, part.first, part.second)))
                     .build()});
  };
  for (const std::string_view server : {"192.0.2.1", "203.0.113.9"}) {
    send(server, {0, 40});
    send(server, {40, body.size()});
  }
  EXPECT_EQ(counts(), (Counts{{Outcome::DtlsAllowed, 2}, {Outcome::AddressBlocked, 2}}));
}

TEST_F(DtlsHellosJourney, NoTruncationLeadsToARefusalOrStaysHeld) {
  const Bytes payload = dtls_record(dtls_fragment(blocked_, 0, 100));
  for (std::size_t size = 0; size < payload.size(); ++size) {
    start({});
    from_client({datagram(first_bytes(payload, size))});
    EXPECT_EQ(counts(), (Counts{{Outcome::UdpOther, 1}})) << size;
  }
}

}  // namespace
}  // namespace luytre::dataplane::test
