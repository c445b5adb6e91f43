// SPDX-License-Identifier: Apache-2.0
// What happens to QUIC at each bound, in both fail modes.
#include "quic_test.h"

namespace luytre::dataplane::test {
namespace {

class QuicBounds : public GatewayTest {
 protected:
  void send(const std::vector<Bytes>& payloads) { from_client(path_.all_from_client(payloads)); }
  [[nodiscard]] static Outcome outcome_of(FailMode mode) {
    return mode == FailMode::Open ? Outcome::FailOpen : Outcome::FailClosed;
  }
  static constexpr FailMode kBoth[] = {FailMode::Open, FailMode::Closed};

  QuicPath path_;
  Endpoint client_;
};

TEST_F(QuicBounds, AHeldDatagramPassesAfterItsTimeOrEndsTheConnection) {
  for (const FailMode mode : kBoth) {
    start({.fail_mode = mode});
    send({large_hello(client_, "casino.test")[0]});
    pass(milliseconds(499));
    EXPECT_EQ(held(), 1U);
    pass(milliseconds(1));
    EXPECT_EQ(held(), 0U);
    EXPECT_EQ(to_server().size(), mode == FailMode::Open ? 1U : 0U);
    EXPECT_EQ(to_client().size(), mode == FailMode::Open ? 0U : 2U);
    send({client_.short_header()});
    EXPECT_EQ(
        counts(),
        (Counts{{outcome_of(mode), 1},
                {mode == FailMode::Open ? Outcome::QuicDecided : Outcome::RefusedFlowDropped, 1}}));
    to_server();
  }
}

TEST_F(QuicBounds, ConflictingCryptoBytesAreDecidedByTheFailMode) {
  const Bytes message = hello_message("casino.test");
  const Bytes other = hello_message("example.org");
  for (const FailMode mode : kBoth) {
    start({.fail_mode = mode});
    send({client_.initial(part(message, 0, message.size() - 3)),
          client_.initial(part(other, 20, other.size()), 1200, 1)});
    EXPECT_EQ(counts(), (Counts{{outcome_of(mode), 2}}));
  }
}

TEST_F(QuicBounds, TwoConnectionsInOneDatagramAreDecidedByTheFailMode) {
  const Bytes fine = hello_message("example.org");
  const Bytes refused = hello_message("casino.test");
  const Bytes both = joined({client_.initial(part(fine, 0, fine.size()), 600),
                             client_.with_id(1).initial(part(refused, 0, refused.size()), 600)});
  for (const FailMode mode : kBoth) {
    start({.fail_mode = mode});
    send({both});
    EXPECT_EQ(counts(), (Counts{{outcome_of(mode), 1}}));
  }
}

TEST_F(QuicBounds, MoreInitialsInADatagramThanAnybodySendsAreDecidedByTheFailMode) {
  const Bytes message = hello_message("casino.test");
  Bytes payload;
  for (int i = 0; i < 4; ++i) {
    luytre::test::append(payload, client_.sealed(Type::Initial, 200));
  }
  luytre::test::append(payload, client_.initial(part(message, 0, message.size()), 400));
  for (const FailMode mode : kBoth) {
    start({.fail_mode = mode});
    send({payload});
    EXPECT_EQ(counts()[outcome_of(mode)], 1U);
  }
}

TEST_F(QuicBounds, EightInitialsAreReadAndNoMore) {
  const Bytes message = browser_hello("casino.test").message();
  for (const FailMode mode : kBoth) {
    start({.fail_mode = mode});
    for (std::uint8_t i = 0; i < 8; ++i) {
      send({client_.initial(part(message, 0, 10U + i), 1200, i)});
    }
    EXPECT_EQ(held(), 8U);
    send({client_.initial(part(message, 0, message.size() / 2), 1200, 9)});
    EXPECT_EQ(held(), 0U);
    EXPECT_EQ(counts(), (Counts{{outcome_of(mode), 9}}));
  }
}

TEST_F(QuicBounds, TooManyPacketsAndTooManyBytesEndTheHold) {
  for (const FailMode mode : kBoth) {
    start({.fail_mode = mode});
    send({large_hello(client_, "casino.test")[0]});
    for (int i = 0; i < 48; ++i) {
      send({client_.short_header()});
    }
    EXPECT_EQ(held(), 0U);
    EXPECT_EQ(counts(), (Counts{{outcome_of(mode), 49}}));
    start({.fail_mode = mode});
    send({large_hello(client_, "casino.test")[0]});
    for (int i = 0; i < 47; ++i) {
      send({client_.sealed(Type::ZeroRtt, 1400)});
    }
    EXPECT_EQ(held(), 0U);
  }
}

TEST_F(QuicBounds, ALineThatOpensTooManyConnectionsMeetsTheFailModeAndOthersDoNot) {
  for (const FailMode mode : kBoth) {
    start({.fail_mode = mode, .quic_initials_per_second = 4});
    const auto hello = small_hello(client_, "casino.test");
    for (std::uint16_t i = 0; i < 20; ++i) {
      path_ = {.client_port = static_cast<std::uint16_t>(1024 + i)};
      send(hello);
    }
    EXPECT_EQ(counts()[Outcome::QuicBlocked], 8U);
    EXPECT_EQ(counts()[outcome_of(mode)], 12U);
    path_ = {.client = kChildV6, .server = "2001:db8::1"};
    send(hello);
    EXPECT_EQ(counts()[Outcome::QuicBlocked], 9U);
    path_ = {.client_port = 9000};
    pass(seconds(2));
    send(hello);
    EXPECT_EQ(counts()[Outcome::QuicBlocked], 10U);
  }
}

TEST_F(QuicBounds, RefusalsAreToldToALineSoOftenAndNoMore) {
  const auto hello = small_hello(client_, "casino.test");
  for (std::uint16_t i = 0; i < 300; ++i) {
    path_ = {.client_port = static_cast<std::uint16_t>(1024 + i)};
    send(hello);
  }
  EXPECT_EQ(to_client().size(), 2U * 128U);
  EXPECT_TRUE(to_server().empty());
  EXPECT_EQ(counts(), (Counts{{Outcome::QuicBlocked, 300}}));
}

TEST_F(QuicBounds, WithoutAPlaceToHoldTheFailModeDecides) {
  for (const FailMode mode : kBoth) {
    start({.max_collecting = 2, .fail_mode = mode});
    path_ = {.client_port = 1024};
    send({large_hello(client_, "casino.test")[0]});
    path_ = {.client_port = 1025};
    send(small_hello(client_, "casino.test"));
    EXPECT_EQ(counts(), (Counts{{outcome_of(mode), 1}}));
    drain();
    send(small_hello(client_.with_id(3), "casino.test"));
    EXPECT_EQ(counts()[Outcome::QuicBlocked], 1U);
  }
}

TEST_F(QuicBounds, AHelloThatIsNoneIsDecidedByTheFailMode) {
  const Bytes two_names =
      ClientHello().server_name("example.org").server_name("casino.test").message();
  const Bytes finished = {20, 0, 0, 2, 1, 2};
  for (const Bytes& message : {two_names, finished}) {
    for (const FailMode mode : kBoth) {
      start({.fail_mode = mode});
      send({client_.initial(part(message, 0, message.size()))});
      EXPECT_EQ(counts(), (Counts{{outcome_of(mode), 1}}));
    }
  }
}

TEST_F(QuicBounds, AHelloOverSixteenKibibytesIsDecidedByTheFailMode) {
  const Bytes message = ClientHello().padding(17000).server_name("casino.test").message();
  for (const FailMode mode : kBoth) {
    start({.fail_mode = mode});
    send({client_.initial(part(message, 0, 1000)),
          client_.initial(part(message, 16000, 17000), 1200, 1)});
    EXPECT_EQ(counts(), (Counts{{outcome_of(mode), 2}}));
  }
}

TEST_F(QuicBounds, DrainLetsGoOfEverythingByTheFailMode) {
  for (const FailMode mode : kBoth) {
    start({.fail_mode = mode});
    for (std::uint16_t i = 0; i < 20; ++i) {
      path_ = {.client_port = static_cast<std::uint16_t>(1024 + i)};
      send({large_hello(client_, "casino.test")[0]});
    }
    drain();
    EXPECT_EQ(counts(), (Counts{{outcome_of(mode), 20}}));
    EXPECT_EQ(to_server().size(), mode == FailMode::Open ? 20U : 0U);
    to_client();
  }
}

TEST_F(QuicBounds, ARefusalWithoutABufferStillRefuses) {
  pool_.set_limit(0);
  send(small_hello(client_, "casino.test"));
  EXPECT_TRUE(to_client().empty());
  EXPECT_TRUE(to_server().empty());
  EXPECT_EQ(counts(), (Counts{{Outcome::QuicBlocked, 1}}));
}

TEST_F(QuicBounds, IdleFlowsAreForgotten) {
  start({.flow_idle_timeout = seconds(60)});
  send(small_hello(client_, "example.org"));
  EXPECT_EQ(worker_->counters().flows(), 1U);
  for (int i = 0; i < 80; ++i) {
    pass(seconds(1));
  }
  EXPECT_EQ(worker_->counters().flows(), 0U);
}

}  // namespace
}  // namespace luytre::dataplane::test
