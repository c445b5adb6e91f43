// SPDX-License-Identifier: Apache-2.0
// DNS over TCP (RFC 7766).
#include "base/byte_order.h"
#include "server_model.h"
#include "tests/support/dns_message.h"

namespace luytre::dataplane::test {
namespace {

const Connection kDns{.server_port = 53};

// A question as it is sent over TCP.
Bytes asked(std::string_view name, std::uint16_t id = 7) {
  const Bytes frame =
      packet().eth().ipv4(kChild, "192.0.2.53").udp(4000, 53).dns_query(name, 1, id).build();
  const Bytes message = payload_of(frame);
  Bytes stream(2);
  store_be16(stream.data(), static_cast<std::uint16_t>(message.size()));
  luytre::test::append(stream, message);
  return stream;
}
Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) {
    luytre::test::append(all, part);
  }
  return all;
}

class DnsStream : public ServersBehindTest {
 protected:
  // The answer that the client was told, without its length.
  Bytes told() {
    const auto frames = to_client();
    EXPECT_EQ(frames.size(), 1U);
    if (frames.empty()) {
      return {};
    }
    EXPECT_EQ(view_of(frames[0]).tcp_flags, tcp_flag::kFin | tcp_flag::kPsh | tcp_flag::kAck);
    const Bytes payload = payload_of(frames[0]);
    EXPECT_EQ(load_be16(payload.data()), payload.size() - 2);
    return {payload.begin() + 2, payload.end()};
  }
};

TEST_F(DnsStream, AnAllowedQuestionPassesAndAListedOneIsAnswered) {
  connect(kDns);
  send({kDns.data(asked("example.org"))});
  expect_read(asked("example.org"));
  EXPECT_EQ(counts()[Outcome::DnsAllowed], 1U);
  connect(kDns);
  send({kDns.data(asked("www.casino.test", 0x4711))});
  expect_never_asked_for("casino");
  EXPECT_TRUE(servers_[0].is_reset());
  const Bytes answer = told();
  ASSERT_GE(answer.size(), 12U);
  EXPECT_EQ(load_be16(answer.data()), 0x4711);
  EXPECT_EQ(answer[2] & 0x80U, 0x80U);
  EXPECT_EQ(answer[3] & 0x0fU, 3U);  // NXDOMAIN
  EXPECT_EQ(counts()[Outcome::DnsBlocked], 1U);
}

TEST_F(DnsStream, EveryMessageIsJudgedHoweverTheyAreCut) {
  const Bytes before = joined({asked("example.org", 1), asked("example.net", 2)});
  const Bytes all = joined({before, asked("casino.test", 3)});
  const Bytes good = joined({before, asked("example.com", 3)});
  for (std::size_t cut = 1; cut < all.size(); ++cut) {
    SCOPED_TRACE(testing::Message() << "cut at " << cut);
    connect(kDns);
    send(kDns.segments(all, cut));
    expect_never_asked_for("casino");
    EXPECT_TRUE(servers_[0].is_reset());
    EXPECT_GE(counts()[Outcome::DnsBlocked], 1U);
    connect(kDns);
    send(kDns.segments(good, cut));
    expect_read(good);
    EXPECT_EQ(held(), 0U);
  }
}

TEST_F(DnsStream, AConnectionIsWatchedToItsEnd) {
  connect(kDns);
  Bytes all;
  for (std::uint16_t i = 0; i < 200; ++i) {
    const Bytes question = asked("example.org", i);
    send({kDns.data(question, all.size())});
    luytre::test::append(all, question);
    from_server({kDns.from_server()
                     .seq(kDns.server_isn + 1 + i)
                     .ack(kDns.isn + 1 + static_cast<std::uint32_t>(all.size()))
                     .payload("a")
                     .build()});
  }
  expect_read(all);
  to_client();
  send({kDns.data(asked("casino.test"), all.size())});
  expect_never_asked_for("casino");
  const auto frames = to_client();
  ASSERT_EQ(frames.size(), 1U);
  // Behind what the server has said already.
  EXPECT_EQ(view_of(frames[0]).tcp_sequence, kDns.server_isn + 1 + 200);
}

TEST_F(DnsStream, WhatIsNoQuestionIsAnsweredWithAnErrorOrPasses) {
  Bytes two_questions = asked("example.org");
  two_questions[2 + 5] = 2;  // QDCOUNT
  Bytes notify = asked("example.org");
  notify[2 + 2] = 0x20;
  for (const auto& [message, rcode] : {std::pair{two_questions, 1U}, std::pair{notify, 4U}}) {
    connect(kDns);
    send({kDns.data(message)});
    const Bytes answer = told();
    ASSERT_GE(answer.size(), 12U);
    EXPECT_EQ(answer[3] & 0x0fU, rcode);
    EXPECT_EQ(counts()[Outcome::DnsFormatError], 1U);
    EXPECT_EQ(servers_[0].stream(), "");
  }
  Bytes response = asked("casino.test");
  response[2 + 2] |= 0x80U;
  for (const Bytes& message : {response, Bytes{0, 0}, Bytes{0, 3, 1, 2, 3}}) {
    connect(kDns);
    send({kDns.data(message)});
    expect_read(message);
    send({kDns.data(asked("www.porn.test"), message.size())});
    expect_never_asked_for("porn");
  }
}

TEST_F(DnsStream, TlsAndHttpOnThePortOfDnsAreReadAsSuch) {
  connect(kDns);
  send({kDns.data(hello_for("casino.test"))});
  EXPECT_EQ(counts()[Outcome::TlsBlocked], 1U);
  connect(kDns);
  send({kDns.data(get_request("casino.test"))});
  EXPECT_EQ(counts()[Outcome::HttpRedirected], 1U);
}

TEST_F(DnsStream, AMessageWithAPauseInItIsJudgedWhole) {
  const Bytes message = asked("casino.test");
  connect(kDns);
  send({kDns.data(first_bytes(message, 10))});
  EXPECT_EQ(held(), 1U);
  pass(milliseconds(500));
  EXPECT_EQ(counts()[Outcome::PrefixForwarded], 1U);
  send({kDns.data(std::span(message).subspan(10), 10)});
  EXPECT_EQ(counts()[Outcome::DnsBlocked], 1U);
  expect_never_asked_for("casino");
}

}  // namespace
}  // namespace luytre::dataplane::test
