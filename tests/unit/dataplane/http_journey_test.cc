// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "act.h"
#include "gateway_test.h"

namespace luytre::dataplane::test {
namespace {

class HttpJourney : public GatewayTest {
 protected:
  std::string told_client() {
    const auto told = to_client();
    EXPECT_EQ(told.size(), 1U);
    if (told.empty()) {
      return {};
    }
    const Bytes bytes = payload_of(told[0]);
    return {bytes.begin(), bytes.end()};
  }
};

const Connection kHttp{.server_port = 80};

TEST_F(HttpJourney, AnAllowedRequestPasses) {
  const Bytes segment = kHttp.data(get_request("example.org"));
  from_client({kHttp.syn(), segment});
  EXPECT_EQ(to_server(), (std::vector<Bytes>{kHttp.syn(), segment}));
  EXPECT_EQ(counts(), (Counts{{Outcome::TcpControl, 1}, {Outcome::HttpAllowed, 1}}));
}

TEST_F(HttpJourney, ARefusedRequestIsSentToTheStatusPageWithReasonAndName) {
  from_client({kHttp.syn()});
  EXPECT_EQ(to_server().size(), 1U);
  const Bytes request = get_request("www.Casino.test");
  from_client({kHttp.data(request)});
  const auto reset = to_server();
  ASSERT_EQ(reset.size(), 1U);
  EXPECT_EQ(view_of(reset[0]).tcp_flags, tcp_flag::kRst);
  EXPECT_EQ(view_of(reset[0]).tcp_sequence, kHttp.isn + 1);
  EXPECT_EQ(told_client(),
            "HTTP/1.1 302 Found\r\n"
            "Location: http://status.luytre.test/?reason=gambling&name=www.casino.test\r\n"
            "Cache-Control: no-store\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(counts()[Outcome::HttpRedirected], 1U);
}

TEST_F(HttpJourney, TheRedirectClosesTheConnectionWithExactNumbers) {
  const Bytes request = get_request("casino.test");
  from_client({kHttp.syn(), kHttp.data(request)});
  const auto told = to_client();
  ASSERT_EQ(told.size(), 1U);
  const PacketView view = view_of(told[0]);
  EXPECT_EQ(view.tcp_flags, tcp_flag::kFin | tcp_flag::kPsh | tcp_flag::kAck);
  EXPECT_EQ(view.tcp_sequence, kHttp.server_isn + 1);
  EXPECT_EQ(view.tcp_acknowledgement, kHttp.isn + 1 + request.size());
  // The client's FIN, with our FIN acknowledged.
  from_client({kHttp.from_client()
                   .seq(kHttp.isn + 1 + static_cast<std::uint32_t>(request.size()))
                   .flags(tcp_flag::kFin)
                   .ack(view.tcp_sequence + view.payload_size + 1)
                   .build()});
  const auto last = to_client();
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(view_of(last[0]).tcp_flags, tcp_flag::kAck);
  EXPECT_EQ(view_of(last[0]).tcp_acknowledgement, kHttp.isn + 1 + request.size() + 1);
}

TEST_F(HttpJourney, ARequestInSmallPiecesIsHeldUntilItsHostIsKnown) {
  from_client({kHttp.syn()});
  const Bytes request = get_request("casino.test");
  EXPECT_EQ(to_server().size(), 1U);
  for (const Bytes& segment : kHttp.segments(request, 6)) {
    EXPECT_TRUE(to_server().empty());
    from_client({segment});
  }
  EXPECT_EQ(to_server().size(), 1U);
  EXPECT_EQ(to_client().size(), 1U);
  EXPECT_EQ(counts()[Outcome::HttpRedirected], (request.size() + 5) / 6);
}

TEST_F(HttpJourney, TheStatusPageItselfIsNeverRedirected) {
  start({.status_page = "http://www.casino.test:8080/why"});
  from_client({kHttp.syn(), kHttp.data(get_request("www.casino.test"))});
  EXPECT_EQ(counts()[Outcome::HttpAllowed], 1U);
}

Bytes request_for(std::string_view target, std::string_view host) {
  return luytre::test::bytes_of("GET " + std::string(target) +
                                " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n");
}

TEST_F(HttpJourney, AListedPageIsRefusedAndTheRestOfItsHostIsNot) {
  for (const char* target : {"/bad", "/bad/x", "/bad?x", "http://pages.test/bad"}) {
    start({});
    from_client({kHttp.syn(), kHttp.data(request_for(target, "pages.test"))});
    EXPECT_EQ(counts()[Outcome::HttpRedirected], 1U) << target;
    EXPECT_NE(told_client().find("?reason=gambling&name=pages.test"), std::string::npos) << target;
  }
  for (const char* target : {"/", "/good", "/badly", "http://pages.test/", "*"}) {
    start({});
    from_client({kHttp.syn(), kHttp.data(request_for(target, "pages.test"))});
    EXPECT_EQ(counts()[Outcome::HttpAllowed], 1U) << target;
  }
  start({});
  from_client({kHttp.syn(), kHttp.data(request_for("/bad", "other.test"))});
  EXPECT_EQ(counts()[Outcome::HttpAllowed], 1U);
}

TEST_F(HttpJourney, APageOfANeverBlockedHostPasses) {
  from_client({kHttp.syn(), kHttp.data(request_for("/bad", "helpline.test"))});
  EXPECT_EQ(counts()[Outcome::HttpAllowed], 1U);
}

TEST_F(HttpJourney, ARequestToAListedAddressIsRefusedUnlessItsHostIsNeverBlocked) {
  const Connection listed{.server = "203.0.113.7", .server_port = 80};
  from_client({listed.syn(), listed.data(get_request("example.org"))});
  EXPECT_NE(told_client().find("?reason=gambling&name=example.org"), std::string::npos);
  start({});
  from_client({listed.syn(), listed.data(get_request("helpline.test"))});
  EXPECT_EQ(counts()[Outcome::HttpAllowed], 1U);
}

TEST_F(HttpJourney, ARequestForAListedAddressItselfIsReset) {
  const Connection listed{.server = "203.0.113.7", .server_port = 80};
  from_client({listed.syn(), listed.data(get_request("203.0.113.7"))});
  EXPECT_EQ(counts()[Outcome::AddressBlocked], 1U);
}

std::string redirect(const StatusPage& page, std::string_view reason, std::string_view name) {
  std::array<std::uint8_t, StatusPage::kMaxRedirectBytes> out{};
  const std::size_t size = page.write_redirect(reason, TestWorld::name(name), out);
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size)};
}

std::string location(const std::string& response) {
  const std::size_t begin = response.find("Location: ");
  return begin == std::string::npos
             ? ""
             : response.substr(begin + 10, response.find("\r\n", begin) - begin - 10);
}

TEST(StatusPage, NamesArePercentEncoded) {
  const StatusPage page("http://p.test/");
  EXPECT_EQ(location(redirect(page, "a b&c", "x.test")),
            "http://p.test/?reason=a%20b%26c&name=x.test");
  EXPECT_EQ(location(redirect(page, "r", "a\\013\\010b.test")),
            "http://p.test/?reason=r&name=a%0D%0Ab.test");
}

TEST(StatusPage, AQueryStringOfItsOwnIsContinued) {
  EXPECT_EQ(location(redirect(StatusPage("http://p.test/?lang=vi"), "porn", "x.test")),
            "http://p.test/?lang=vi&reason=porn&name=x.test");
}

TEST(StatusPage, AUrlThatCouldBreakTheHeaderIsNotUsed) {
  for (const std::string& url :
       {std::string("http://p.test/\r\nX: y"), std::string("http://p.test/ x"),
        std::string(513, 'a'), std::string()}) {
    EXPECT_EQ(location(redirect(StatusPage(url), "porn", "x.test")), "");
    EXPECT_NE(redirect(StatusPage(url), "porn", "x.test").find("302 Found"), std::string::npos);
  }
}

TEST(StatusPage, WhatDoesNotFitOneSegmentIsLeftOut) {
  const std::string url = "http://p.test/" + std::string(490, 'a');
  const std::string label(60, '*');  // three octets each
  const std::string name = label + "." + label + "." + label + "." + label;
  EXPECT_EQ(location(redirect(StatusPage(url), std::string(64, ' '), name)), url);
}

TEST(StatusPage, KnowsItsOwnName) {
  EXPECT_TRUE(StatusPage("https://Status.Example.org/x")
                  .is_own_name(TestWorld::name("status.example.org")));
  EXPECT_FALSE(
      StatusPage("https://status.example.org/x").is_own_name(TestWorld::name("example.org")));
  EXPECT_FALSE(StatusPage("https://192.0.2.1/").is_own_name(TestWorld::name(".")));
}

}  // namespace
}  // namespace luytre::dataplane::test
