// SPDX-License-Identifier: Apache-2.0
// What happens at each bound, in both fail modes.
#include "gateway_test.h"

namespace luytre::dataplane::test {
namespace {

class BoundsJourney : public GatewayTest {
 protected:
  // Leaves `connection` undecided with one held packet of 50 bytes.
  void begin_hello(const Connection& connection) {
    from_client({connection.syn(), connection.data(first_bytes(hello_for("casino.test"), 50))});
  }
  void expect_both_reset(const Connection& connection, std::size_t sent_bytes) {
    const auto told = to_client();
    const auto reset = to_server();
    ASSERT_EQ(told.size(), 1U);
    ASSERT_EQ(reset.size(), 1U);
    EXPECT_EQ(view_of(told[0]).tcp_flags, tcp_flag::kRst | tcp_flag::kAck);
    EXPECT_EQ(view_of(told[0]).tcp_sequence, connection.server_isn + 1);
    EXPECT_EQ(view_of(told[0]).tcp_acknowledgement,
              connection.isn + 1 + static_cast<std::uint32_t>(sent_bytes));
    EXPECT_EQ(view_of(reset[0]).tcp_flags, tcp_flag::kRst);
    EXPECT_EQ(view_of(reset[0]).tcp_sequence, connection.isn + 1);
  }
};

TEST_F(BoundsJourney, ABeginningPassesAfterItsTimeAndIsJudgedWithTheRest) {
  const Bytes hello = hello_for("casino.test");
  for (const FailMode mode : {FailMode::Open, FailMode::Closed}) {
    start({.hold_timeout = milliseconds(500), .fail_mode = mode});
    const Connection connection;
    begin_hello(connection);
    EXPECT_EQ(to_server().size(), 1U);
    pass(milliseconds(499));
    EXPECT_TRUE(to_server().empty());
    pass(milliseconds(1));
    EXPECT_EQ(to_server().size(), 1U);
    EXPECT_EQ(held(), 0U);
    pass(seconds(50));
    from_client({connection.data(std::span(hello).subspan(50), 50)});
    EXPECT_EQ(counts(), (Counts{{Outcome::TcpControl, 1},
                                {Outcome::PrefixForwarded, 1},
                                {Outcome::TlsBlocked, 1}}));
    const auto told = to_client();
    const auto reset = to_server();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(view_of(told[0]).tcp_acknowledgement, connection.isn + 1 + hello.size());
    // What the server has acknowledged, and what it may have.
    ASSERT_EQ(reset.size(), 2U);
    EXPECT_EQ(view_of(reset[0]).tcp_sequence, connection.isn + 1 + 50);
    EXPECT_EQ(view_of(reset[1]).tcp_sequence, connection.isn + 1);
  }
}

TEST_F(BoundsJourney, AHelloThatIsNotWholeAfterAMinuteIsDecidedByTheFailMode) {
  for (const FailMode mode : {FailMode::Open, FailMode::Closed}) {
    for (const bool goes_on : {false, true}) {  // a byte now and then
      start({.fail_mode = mode});
      const Bytes hello = hello_for("casino.test");
      const Connection connection;
      begin_hello(connection);
      for (std::size_t second = 0; second < 62; ++second) {
        pass(seconds(1));
        if (goes_on) {
          from_client({connection.data(std::span(hello).subspan(50 + second, 1), 50 + second)});
        }
      }
      to_server();
      to_client();
      from_client({connection.data(std::span(hello).subspan(112), 112)});
      EXPECT_EQ(to_server().size(), mode == FailMode::Open ? 1U : 0U);
      EXPECT_EQ(
          counts()[mode == FailMode::Open ? Outcome::TcpDecided : Outcome::RefusedFlowDropped],
          goes_on ? 3U : 1U);
    }
  }
}

TEST_F(BoundsJourney, WhatPassedMayBeRepeatedAndNotChanged) {
  const Bytes hello = hello_for("casino.test");
  const Connection connection;
  begin_hello(connection);
  pass(milliseconds(500));
  to_server();
  const std::vector<Bytes> again = {connection.data(first_bytes(hello, 50)),
                                    connection.data(std::span(hello).subspan(10, 20), 10)};
  from_client(again);
  EXPECT_EQ(to_server(), again);
  EXPECT_EQ(counts()[Outcome::PrefixForwarded], 3U);
  from_client({connection.data(Bytes(10, 0x55), 10)});
  EXPECT_EQ(counts()[Outcome::OverlapReset], 1U);
  EXPECT_EQ(to_client().size(), 1U);
}

TEST_F(BoundsJourney, TooManyBeginningsAreDecidedByTheFailModeTheOldestFirst) {
  for (const FailMode mode : {FailMode::Open, FailMode::Closed}) {
    start({.max_collecting = 16, .fail_mode = mode});
    for (std::uint16_t i = 0; i < 3; ++i) {
      begin_hello({.client_port = static_cast<std::uint16_t>(41000 + i)});
      pass(milliseconds(500));
    }
    to_server();
    const Bytes hello = hello_for("casino.test");
    for (std::uint16_t i = 0; i < 3; ++i) {
      const Connection connection{.client_port = static_cast<std::uint16_t>(41000 + i)};
      from_client({connection.data(std::span(hello).subspan(50), 50)});
    }
    EXPECT_EQ(counts()[Outcome::TlsBlocked], 2U);
    EXPECT_EQ(counts()[mode == FailMode::Open ? Outcome::TcpDecided : Outcome::RefusedFlowDropped],
              1U);
  }
}

TEST_F(BoundsJourney, ManyHoldsExpireOverSeveralCallsInTheirOrder) {
  start({.max_collecting = 64, .hold_timeout = milliseconds(500)});
  for (std::uint16_t i = 0; i < 50; ++i) {
    begin_hello({.client_port = static_cast<std::uint16_t>(41000 + i)});
  }
  to_server();
  pass(milliseconds(500));
  const auto first = to_server();
  ASSERT_EQ(first.size(), 32U);
  EXPECT_EQ(view_of(first.front()).source_port, 41000);
  pass(milliseconds(0));
  EXPECT_EQ(to_server().size(), 18U);
}

TEST_F(BoundsJourney, TooManyBytesEndTheHold) {
  const Connection connection;
  const Bytes hello = hello_for("casino.test", 1216);  // not complete within 1,000 bytes
  for (const FailMode mode : {FailMode::Open, FailMode::Closed}) {
    start({.max_collect_bytes = 1000, .fail_mode = mode});
    from_client({connection.syn()});
    to_server();
    from_client(connection.segments(hello, 600));
    if (mode == FailMode::Open) {
      EXPECT_EQ(to_server().size(), 3U);
      EXPECT_EQ(counts()[Outcome::FailOpen], 2U);
      EXPECT_EQ(counts()[Outcome::TcpDecided], 1U);
    } else {
      expect_both_reset(connection, 600);
      EXPECT_EQ(counts()[Outcome::FailClosed], 2U);
      EXPECT_EQ(counts()[Outcome::RefusedFlowDropped], 1U);
    }
  }
}

TEST_F(BoundsJourney, ASegmentLargerThanAllThatMayBeHeldFailsAlone) {
  const Connection connection;
  const Bytes hello = hello_for("casino.test", 1216);
  for (const FailMode mode : {FailMode::Open, FailMode::Closed}) {
    start({.max_collect_bytes = 100, .fail_mode = mode});
    from_client({connection.syn(), connection.data(std::span(hello).first(600))});
    EXPECT_EQ(counts()[mode == FailMode::Open ? Outcome::FailOpen : Outcome::FailClosed], 1U);
    EXPECT_EQ(held(), 0U);
  }
}

TEST_F(BoundsJourney, NoNumberOfPacketsEndsTheHold) {
  const Connection connection;
  const Bytes hello = hello_for("casino.test", 300);
  auto forwards = connection.segments(hello, 1);
  auto backwards = forwards;
  std::ranges::reverse(backwards);
  for (const FailMode mode : {FailMode::Open, FailMode::Closed}) {
    start({.fail_mode = mode});
    from_client({connection.syn()});
    from_client(forwards);
    EXPECT_GE(counts()[Outcome::TlsBlocked], 1U);
    start({.fail_mode = mode});
    from_client({connection.syn()});
    from_client(backwards);  // more ahead of order than can be held
    EXPECT_GE(counts()[Outcome::OutOfOrderDropped], 128U);
    EXPECT_EQ(counts()[Outcome::FailOpen] + counts()[Outcome::FailClosed], 0U);
    from_client(forwards);
    EXPECT_GE(counts()[Outcome::TlsBlocked], 1U);
    EXPECT_EQ(held(), 0U);
  }
}

TEST_F(BoundsJourney, WithoutAPlaceToHoldPacketsTheFailModeDecides) {
  for (const FailMode mode : {FailMode::Open, FailMode::Closed}) {
    start({.max_collecting = 1, .fail_mode = mode});
    begin_hello({.client_port = 41000});
    to_server();
    const Connection second{.client_port = 41001};
    const Bytes segment = second.data(hello_for("casino.test"));
    from_client({second.syn()});
    to_server();
    from_client({segment});
    if (mode == FailMode::Open) {
      EXPECT_EQ(to_server(), (std::vector<Bytes>{segment}));
      EXPECT_EQ(counts()[Outcome::FailOpen], 1U);
    } else {
      EXPECT_TRUE(to_server().empty());
      EXPECT_EQ(counts()[Outcome::FailClosed], 1U);
      // The place is free again: the repeated hello is judged.
      from_client({Connection{.client_port = 41000}.reset(50)});
      from_client({segment});
      EXPECT_EQ(counts()[Outcome::TlsBlocked], 1U);
    }
    drain();
  }
}

TEST_F(BoundsJourney, AFullFlowTableStillHoldsAndJudgesNewConnections) {
  start({.max_flows = 16});
  for (std::uint16_t i = 0; i < 1000; ++i) {
    const Connection connection{.client_port = static_cast<std::uint16_t>(1024 + i)};
    from_client({connection.syn(), connection.data(hello_for("example.org"))});
  }
  EXPECT_EQ(counts(), (Counts{{Outcome::TcpControl, 1000}, {Outcome::TlsAllowed, 1000}}));
  EXPECT_LE(worker_->counters().flows(), 16U);
  EXPECT_GE(worker_->counters().replaced_flows(), 984U);
  const Connection last{.client_port = 9000};
  from_client({last.syn(), last.data(hello_for("casino.test"))});
  EXPECT_EQ(counts()[Outcome::TlsBlocked], 1U);
}

TEST_F(BoundsJourney, WithAllPlacesOfTheTableHoldingPacketsTheFailModeDecides) {
  for (const FailMode mode : {FailMode::Open, FailMode::Closed}) {
    start({.max_flows = 16, .max_collecting = 64, .fail_mode = mode});
    for (std::uint16_t i = 0; i < 200; ++i) {
      begin_hello({.client_port = static_cast<std::uint16_t>(1024 + i)});
    }
    EXPECT_EQ(held(), 16U);
    const Counts outcomes = counts();
    EXPECT_TRUE(
        outcomes.contains(mode == FailMode::Open ? Outcome::FailOpen : Outcome::FailClosed));
    drain();
  }
}

TEST_F(BoundsJourney, AMalformedHelloIsDecidedByTheFailMode) {
  const Bytes two_names =
      ClientHello().server_name("example.org").server_name("casino.test").stream();
  for (const FailMode mode : {FailMode::Open, FailMode::Closed}) {
    start({.fail_mode = mode});
    const Connection connection;
    from_client({connection.syn(), connection.data(two_names)});
    EXPECT_EQ(counts()[mode == FailMode::Open ? Outcome::FailOpen : Outcome::FailClosed], 1U);
  }
}

TEST_F(BoundsJourney, DrainLetsGoOfEverythingByTheFailMode) {
  for (const FailMode mode : {FailMode::Open, FailMode::Closed}) {
    start({.fail_mode = mode});
    for (std::uint16_t i = 0; i < 60; ++i) {
      begin_hello({.client_port = static_cast<std::uint16_t>(41000 + i)});
    }
    to_server();
    drain();
    EXPECT_EQ(held(), 0U);
    EXPECT_EQ(to_server().size(), 60U);  // the held ones, or RST
    EXPECT_EQ(to_client().size(), mode == FailMode::Open ? 0U : 60U);
    EXPECT_EQ(counts()[mode == FailMode::Open ? Outcome::FailOpen : Outcome::FailClosed], 60U);
  }
}

TEST_F(BoundsJourney, DrainNeedsSeveralCallsWhenMoreIsHeldThanEgressTakes) {
  TestPool pool(10000);
  const auto egress = std::make_unique<Egress>();
  const auto release = [&] {
    for (const Packet& packet : egress->packets(Side::Internet)) {
      pool.release(packet);
    }
    egress->clear();
  };
  Worker worker({.max_flows = 1024, .max_collecting = 1000}, pool);
  const Bytes hello = hello_for("casino.test");
  for (std::uint16_t i = 0; i < 60; ++i) {
    const Connection connection{.client_port = static_cast<std::uint16_t>(41000 + i)};
    const Packet syn = pool.load(connection.syn());
    worker.process_burst(Side::Subscriber, {&syn, 1}, world_, now_, *egress);
    release();
    // From the second byte on: what is in order would pass.
    for (const Bytes& frame : connection.segments(std::span(hello).first(101), 1, 1)) {
      const Packet one = pool.load(frame);
      worker.process_burst(Side::Subscriber, {&one, 1}, world_, now_, *egress);
    }
  }
  EXPECT_EQ(worker.counters().held_packets(), 6000U);
  EXPECT_FALSE(worker.drain(*egress));
  release();
  EXPECT_TRUE(worker.drain(*egress));
  release();
  EXPECT_EQ(worker.counters().value(Outcome::FailOpen, Side::Subscriber), 6000U);
  EXPECT_EQ(pool.in_use(), 0U);
}

TEST_F(BoundsJourney, AllConnectionsTogetherHoldNoMoreThanTheirShareOfPackets) {
  start({.max_collecting = 2});
  const Bytes hello = hello_for("casino.test");
  for (std::uint16_t i = 0; i < 2; ++i) {
    const Connection connection{.client_port = static_cast<std::uint16_t>(41000 + i)};
    from_client({connection.syn()});
    from_client(connection.segments(std::span(hello).first(71), 1, 1));  // all ahead of a gap
    EXPECT_LE(held(), 96U);
  }
  EXPECT_GE(counts()[Outcome::OutOfOrderDropped], 26U);
}

TEST_F(BoundsJourney, IdleConnectionsAreForgotten) {
  start({.flow_idle_timeout = seconds(60)});
  const Connection connection;
  from_client({connection.syn(), connection.data(hello_for("example.org"))});
  for (int i = 0; i < 59; ++i) {
    pass(seconds(1));
  }
  EXPECT_EQ(worker_->counters().flows(), 1U);
  for (int i = 0; i < 12; ++i) {
    pass(seconds(1));
  }
  EXPECT_EQ(worker_->counters().flows(), 0U);
}

TEST_F(BoundsJourney, AFullEgressDropsAndCounts) {
  const auto egress = std::make_unique<Egress>();
  Packet filler;
  while (egress->push(Side::Internet, filler)) {
  }
  const Packet one = pool_.load(Connection{.client = kAdult}.syn());
  worker_->process_burst(Side::Subscriber, {&one, 1}, world_, now_, *egress);
  EXPECT_EQ(counts(), (Counts{{Outcome::NoBufferDropped, 1}}));
  start({});
}

}  // namespace
}  // namespace luytre::dataplane::test
