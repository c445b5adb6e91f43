// SPDX-License-Identifier: Apache-2.0
// What follows a ClientHello: another one after a HelloRetryRequest, or the rest of the connection.
#include "server_model.h"

namespace luytre::dataplane::test {
namespace {

using luytre::test::tls_record;

const Connection kConnection;
const Bytes kDummy{20, 3, 3, 0, 1, 1};  // ChangeCipherSpec for middleboxes (RFC 8446 §D.4)

class SecondHello : public ServersBehindTest {
 protected:
  // An allowed hello that the server has answered.
  void begin() {
    connect(kConnection);
    send({kConnection.data(first_)});
    from_server({kConnection.from_server()
                     .seq(kConnection.server_isn + 1)
                     .ack(kConnection.isn + 1 + static_cast<std::uint32_t>(first_.size()))
                     .payload("hello retry request")
                     .build()});
    to_client();
  }
  void continue_with(const Bytes& bytes, std::size_t size = 1400) {
    for (std::size_t at = 0; at < bytes.size(); at += size) {
      const std::size_t end = std::min(bytes.size(), at + size);
      send({kConnection.from_client()
                .seq(kConnection.isn + 1 + static_cast<std::uint32_t>(first_.size() + at))
                .ack(kConnection.server_isn + 1 + 19)
                .payload(std::span(bytes).subspan(at, end - at))
                .build()});
    }
  }
  static Bytes join(const Bytes& a, const Bytes& b) {
    Bytes all = a;
    luytre::test::append(all, b);
    return all;
  }

  Bytes first_ = hello_for("example.org", 600);
};

TEST_F(SecondHello, WithAListedNameIsRefused) {
  for (const Bytes& second :
       {hello_for("casino.test", 600), join(kDummy, hello_for("casino.test", 600))}) {
    for (const std::size_t size : {1400U, 300U, 7U}) {
      begin();
      continue_with(second, size);
      expect_never_asked_for("casino");
      EXPECT_TRUE(servers_[0].is_reset());
      const auto told = to_client();
      ASSERT_EQ(told.size(), 1U);
      EXPECT_EQ(payload_of(told[0]), (Bytes{0x15, 3, 3, 0, 2, 2, 0x70}));
      EXPECT_EQ(view_of(told[0]).tcp_sequence, kConnection.server_isn + 1 + 19);
    }
  }
}

TEST_F(SecondHello, WithAnAllowedNamePassesAndIsJudgedAsTheFirst) {
  begin();
  const Bytes second = join(kDummy, hello_for("www.example.org", 600));
  continue_with(second, 100);
  expect_read(join(first_, second));
  EXPECT_EQ(held(), 0U);
}

TEST_F(SecondHello, AnythingElseDecidesTheConnectionForGood) {
  Bytes key_exchange(70, 1);
  key_exchange[0] = 16;  // ClientKeyExchange of TLS 1.2
  for (const Bytes& flight :
       {join(kDummy, tls_record(Bytes(60), 23)), tls_record(Bytes(60), 23),
        tls_record(key_exchange), tls_record(Bytes{2, 40}, 21), Bytes(100, 0x55)}) {
    begin();
    continue_with(flight);
    expect_read(join(first_, flight));
    EXPECT_EQ(counts()[Outcome::TcpDecided], 1U);
    EXPECT_EQ(counts()[Outcome::FailOpen], 0U);
    EXPECT_EQ(held(), 0U);
  }
}

TEST_F(SecondHello, AFlightOfWhichOnlyAFewBytesAreThereIsHeld) {
  for (std::size_t size = 1; size < kDummy.size() + 1; ++size) {
    begin();
    continue_with(first_bytes(kDummy, std::min(size, kDummy.size())));
    EXPECT_EQ(held(), 1U) << size;
    drain();
  }
}

TEST_F(SecondHello, InTheSegmentOfTheFirstIsJudgedToo) {
  connect(kConnection);
  send({kConnection.data(join(first_, hello_for("casino.test", 100)))});
  expect_never_asked_for("casino");
  EXPECT_EQ(counts()[Outcome::TlsBlocked], 1U);
}

TEST_F(SecondHello, EarlyDataRightBehindTheHelloPassesAtOnce) {
  connect(kConnection);
  const Bytes early = join(kDummy, tls_record(Bytes(300), 23));
  send({kConnection.data(first_), kConnection.data(early, first_.size())});
  expect_read(join(first_, early));
}

}  // namespace
}  // namespace luytre::dataplane::test
