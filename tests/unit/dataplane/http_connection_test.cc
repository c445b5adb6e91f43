// SPDX-License-Identifier: Apache-2.0
// HTTP connections that are used more than once: every request is judged before any of its bytes
// reaches the server.
#include <string>

#include "server_model.h"

namespace luytre::dataplane::test {
namespace {

using luytre::test::bytes_of;

const Connection kHttp{.server_port = 80, .isn = 0xffffff00U};

std::string get(std::string_view host, std::string_view more = "") {
  return "GET /x HTTP/1.1\r\nHost: " + std::string(host) + "\r\n" + std::string(more) + "\r\n";
}
std::string post(std::string_view fields, std::string_view content) {
  return "POST /x HTTP/1.1\r\nHost: example.org\r\n" + std::string(fields) + "\r\n" +
         std::string(content);
}

class HttpConnection : public ServersBehindTest {
 protected:
  void open() {
    connect(kHttp);
    sent_ = 0;
    answered_ = 0;
  }
  // The client's next bytes, in segments of at most `size`.
  void say(std::string_view text, std::size_t size = 1400) {
    const Bytes bytes = bytes_of(text);
    for (std::size_t at = 0; at < bytes.size(); at += size) {
      const std::size_t end = std::min(bytes.size(), at + size);
      send({next(std::span(bytes).subspan(at, end - at))});
    }
  }
  Bytes next(std::span<const std::uint8_t> bytes) {
    const Bytes frame = kHttp.from_client()
                            .seq(kHttp.isn + 1 + sent_)
                            .flags(tcp_flag::kPsh)
                            .ack(kHttp.server_isn + 1 + answered_)
                            .payload(bytes)
                            .build();
    sent_ += static_cast<std::uint32_t>(bytes.size());
    return frame;
  }
  void answer(std::string_view text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") {
    from_server({kHttp.from_server()
                     .seq(kHttp.server_isn + 1 + answered_)
                     .ack(kHttp.isn + 1 + sent_)
                     .payload(text)
                     .build()});
    answered_ += static_cast<std::uint32_t>(text.size());
    to_client();
  }
  void expect_nothing_told() { EXPECT_TRUE(to_client().empty()); }

  std::uint32_t sent_ = 0;
  std::uint32_t answered_ = 0;
};

TEST_F(HttpConnection, ALaterRequestForAListedHostIsRedirected) {
  open();
  say(get("example.org"));
  answer();
  const std::uint32_t before = sent_;
  say(get("www.casino.test"));
  expect_never_asked_for("casino");
  const auto told = to_client();
  ASSERT_EQ(told.size(), 1U);
  const PacketView view = view_of(told[0]);
  EXPECT_EQ(view.tcp_sequence, kHttp.server_isn + 1 + answered_);
  EXPECT_EQ(view.tcp_acknowledgement, kHttp.isn + 1 + sent_);
  const Bytes redirect = payload_of(told[0]);
  EXPECT_TRUE(std::string(redirect.begin(), redirect.end()).starts_with("HTTP/1.1 302 Found\r\n"));
  EXPECT_EQ(servers_[0].stream().size(), before);
  EXPECT_TRUE(servers_[0].is_reset());
  EXPECT_EQ(counts()[Outcome::HttpRedirected], 1U);
}

TEST_F(HttpConnection, RequestsOneAfterTheOtherPassHoweverManyThereAre) {
  open();
  std::string all;
  for (int i = 0; i < 300; ++i) {
    const std::string request = get("example.org");
    all += request;
    say(request, 20);
    answer();
  }
  expect_read(bytes_of(all));
  EXPECT_EQ(held(), 0U);
  say(get("casino.test"));
  expect_never_asked_for("casino");
}

TEST_F(HttpConnection, WithoutThePacketsOfTheServerRequestsAreJudgedAllTheSame) {
  connect(kHttp);
  start({});
  from_client({kHttp.syn()});
  to_server();
  sent_ = answered_ = 0;
  std::string all;
  for (int i = 0; i < 3000; ++i) {  // more than a hold's bytes
    const std::string request = get("example.org");
    all += request;
    say(request);
  }
  EXPECT_EQ(servers_[0].stream(), all);
  say(get("casino.test"));
  expect_never_asked_for("casino");
  EXPECT_EQ(counts()[Outcome::HttpReset], 1U);
}

// Everything in front of the listed request, in one segment with it and apart from it.
TEST_F(HttpConnection, APipelinedRequestIsJudgedWhateverStandsInFrontOfIt) {
  for (const std::string& before : {
           get("example.org"),
           get("example.org") + get("example.org") + get("example.org"),
           std::string("\r\n\r\n") + get("example.org") + "\r\n",
           post("Content-Length: 11\r\n", "hello world"),
           post("content-length:11 , 11\r\n", "hello world"),
           post("Content-Length: 35\r\n", "GET / HTTP/1.1\r\nHost: other.test\r\n\r\n"),
           post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n"),
           post("transfer-encoding: gzip, Chunked\r\n", "1\r\nx\r\n0\r\nTrailer: y\r\n\r\n"),
           post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
           std::string("GET / HTTP/1.0\nHost: example.org\nConnection: keep-alive\n\n"),
           std::string("CONNECT proxy.example:443 HTTP/1.1\r\n\r\n"),
           get("example.org", "Upgrade: h2c\r\nConnection: Upgrade\r\n"),
           std::string("HEAD http://example.org/ HTTP/1.1\r\n\r\n"),
       }) {
    SCOPED_TRACE(before);
    for (const std::size_t size : {1400U, 7U, 1U}) {
      open();
      say(before + get("casino.test"), size);
      expect_never_asked_for("casino");
      EXPECT_TRUE(servers_[0].is_reset());
      EXPECT_EQ(counts()[Outcome::FailOpen], 0U);
    }
    open();
    say(before);
    EXPECT_EQ(servers_[0].stream(), before);
    EXPECT_EQ(held(), 0U);
    say(get("casino.test"));
    expect_never_asked_for("casino");
    open();
    say(before + get("example.org"), 9);
    EXPECT_EQ(servers_[0].stream(), before + get("example.org"));
    EXPECT_EQ(held(), 0U);
  }
}

TEST_F(HttpConnection, WhereAnotherAnswerMayBeUnderWayTheConnectionIsReset) {
  open();
  say(get("example.org") + get("casino.test"));
  const auto told = to_client();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(view_of(told[0]).tcp_flags, tcp_flag::kRst | tcp_flag::kAck);
  EXPECT_EQ(counts()[Outcome::HttpReset], 1U);
  // The packet with both stayed: nothing had reached the server.
  EXPECT_EQ(servers_[0].stream(), "");
}

TEST_F(HttpConnection, ContentPassesUnheldAndTheNextRequestIsFoundBehindIt) {
  open();
  const std::string content(100'000, 'x');
  say(post("Content-Length: 100000\r\n", ""));
  for (std::size_t at = 0; at < content.size(); at += 1000) {
    say(std::string_view(content).substr(at, 1000));
    EXPECT_EQ(held(), 0U);
  }
  EXPECT_EQ(counts()[Outcome::TcpDecided], 100U);
  answer();
  say(get("casino.test"));
  expect_never_asked_for("casino");
  EXPECT_EQ(counts()[Outcome::HttpRedirected], 1U);
}

TEST_F(HttpConnection, TheEndOfContentAndTheNextRequestInOneSegmentAreHeld) {
  open();
  say(post("Content-Length: 1000\r\n", std::string(990, 'x')));
  answer("HTTP/1.1 100 Continue\r\n\r\n");
  const std::size_t before = servers_[0].stream().size();
  say(std::string(10, 'x') + get("casino.test"));
  expect_never_asked_for("casino");
  EXPECT_TRUE(servers_[0].is_reset()) << "with the number that the server expects";
  EXPECT_EQ(servers_[0].stream().size(), before);
}

TEST_F(HttpConnection, RequestsWhoseEndIsUnclearAreDecidedByTheFailMode) {
  for (const std::string& request : {
           post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
           post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"),
           post("Content-Length: 5, 6\r\n", "hello"),
           post("Content-Length: +5\r\n", "hello"),
           post("Content-Length: 0x5\r\n", "hello"),
           post("Content-Length:\r\n", "hello"),
           post("Content-Length: 5\r\n 6\r\n", "hello"),
           post("Content-Length: 99999999999999999999999\r\n", "hello"),
           post("Transfer-Encoding: chunked, identity\r\n", "hello"),
           post("Transfer-Encoding: xchunked\r\n", "hello"),
           post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
           post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
           post("Transfer-Encoding: chunked\r\n", "5\nhello\n0\n\n"),
           post("Transfer-Encoding: chunked\r\n", "x\r\n"),
           post("Transfer-Encoding: chunked\r\n", "-1\r\n"),
           post("Transfer-Encoding: chunked\r\n", "5 \r\nhello\r\n0\r\n\r\n"),
           post("Transfer-Encoding: chunked\r\n", std::string(5000, '0')),
           get("example.org") + "no request\r\n",
       }) {
    SCOPED_TRACE(request.substr(0, 200));
    connect(kHttp, {.fail_mode = FailMode::Closed});
    sent_ = answered_ = 0;
    say(request);
    say(get("casino.test"));
    expect_never_asked_for("casino");
    EXPECT_GE(counts()[Outcome::FailClosed], 1U);
    open();
    say(request);
    EXPECT_GE(counts()[Outcome::FailOpen], 1U);
  }
}

TEST_F(HttpConnection, HeadsThatAreOddlyWrittenAreReadAsTheirServersReadThem) {
  const std::string padding = "X-Padding: " + std::string(3000, 'x') + "\r\n";
  const std::string much = "X-Padding: " + std::string(15000, 'x') + "\r\n";
  for (const std::string& request : {
           std::string("GET / HTTP/1.1\nHost: casino.test\n\n"),
           std::string("\r\n\r\n\nGET / HTTP/1.1\r\nHost: casino.test\r\n\r\n"),
           std::string("GET  /  HTTP/1.1 \r\nhOsT :\t casino.test \r\n\r\n"),
           std::string("GET / HTTP/1.1\r\nHost:\r\n casino.test\r\n\r\n"),
           std::string("GET http://casino.test HTTP/1.1\r\nHost: example.org\r\n\r\n"),
           std::string("CONNECT casino.test:443 HTTP/1.1\r\nHost: example.org\r\n\r\n"),
           "GET / HTTP/1.1\r\n" + padding + "Host: casino.test\r\n\r\n",
           "GET / HTTP/1.1\r\n" + much + "Host: casino.test\r\n\r\n",
           std::string("GET / HTTP/1.1\r\nHost: CASINO.test.:8080\r\n\r\n"),
       }) {
    SCOPED_TRACE(request.substr(0, 100));
    open();
    say(request, 500);
    expect_never_asked_for("casino");
    expect_never_asked_for("CASINO");
    open();
    say(get("example.org"));
    answer();
    say(request, 500);
    expect_never_asked_for("casino");
    expect_never_asked_for("CASINO");
  }
}

TEST_F(HttpConnection, ALaterRequestIsReadInWhateverOrderItsSegmentsCome) {
  open();
  say(get("example.org"));
  answer();
  const Bytes request = bytes_of(get("casino.test"));
  const std::span<const std::uint8_t> bytes(request);
  const Bytes first = next(bytes.first(20));
  const Bytes second = next(bytes.subspan(20));
  send({second, second, first});
  expect_never_asked_for("casino");
  EXPECT_EQ(counts()[Outcome::HttpRedirected], 2U);
}

TEST_F(HttpConnection, ALaterRequestMayNotBeSentAgainWithAnotherHost) {
  open();
  say(get("example.org"));
  answer();
  const Bytes decoy = bytes_of(get("houses.test"));
  Bytes frame = kHttp.from_client()
                    .seq(kHttp.isn + 1 + sent_)
                    .ack(kHttp.server_isn + 1 + answered_)
                    .ttl(kShortTtl)
                    .payload(decoy)
                    .build();
  send({frame});
  EXPECT_EQ(counts()[Outcome::HttpAllowed], 2U);
  say(get("casino.test"));
  expect_never_asked_for("casino");
  EXPECT_EQ(counts()[Outcome::OverlapReset], 1U);
}

TEST_F(HttpConnection, AWebSocketIsDecidedByItsRequest) {
  open();
  say(get("example.org", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
  answer("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  const std::string frame = "\x81\x85xxxxhello";
  say(frame);
  say(frame);
  EXPECT_EQ(held(), 0U);
  EXPECT_EQ(servers_[0].stream().size(), sent_);
  EXPECT_EQ(counts()[Outcome::StreamUnknown], 1U);
}

TEST_F(HttpConnection, AHelloWithinATunnelIsJudged) {
  open();
  say("CONNECT proxied.example:443 HTTP/1.1\r\n\r\n");
  answer("HTTP/1.1 200 OK\r\n\r\n");
  const Bytes hello = hello_for("casino.test", 600);
  send({next(std::span(hello).first(300)), next(std::span(hello).subspan(300))});
  expect_never_asked_for("casino");
  EXPECT_EQ(counts()[Outcome::TlsBlocked], 2U);
}

TEST_F(HttpConnection, MoreRequestsInOneGoThanAnyClientSendsAreDecidedByTheFailMode) {
  connect(kHttp, {.fail_mode = FailMode::Closed});
  std::string all;
  for (int i = 0; i < 100; ++i) {
    all += "GET / HTTP/1.0\n\n";
  }
  send({next(bytes_of(all + get("casino.test")))});
  expect_never_asked_for("casino");
  EXPECT_EQ(counts()[Outcome::FailClosed], 1U);
}

TEST_F(HttpConnection, ARequestForAListedAddressIsReset) {
  open();
  say(get("203.0.113.7"));
  EXPECT_EQ(counts()[Outcome::AddressBlocked], 1U);
  open();
  say("GET http://[2001:db8:bad::1]:80/ HTTP/1.1\r\n\r\n");
  EXPECT_EQ(counts()[Outcome::AddressBlocked], 1U);
  open();
  say(get("192.0.2.77"));
  EXPECT_EQ(counts()[Outcome::HttpNoName], 1U);
}

}  // namespace
}  // namespace luytre::dataplane::test
