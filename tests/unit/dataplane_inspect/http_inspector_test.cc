// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "inspect.h"

namespace luytre::test {
namespace {

constexpr std::string_view kFound = "name:www.example.org";
constexpr std::string_view kGet = "GET / HTTP/1.1\r\n";

std::string join(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) {
    text.append(part);
  }
  return text;
}

// The finding for a GET with these field lines.
std::string get(std::initializer_list<std::string_view> fields) {
  return http(join({kGet, join(fields)}));
}

struct Row {
  std::string_view head;
  std::string_view words;
};

void expect(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(http(row.head), row.words) << row.head;
  }
}

TEST(InspectHttp, HostOfAnOrdinaryRequestIsFound) {
  const std::string head =
      "GET /a?b=c HTTP/1.1\r\nUser-Agent: x\r\nHost: www.example.org\r\nAccept: */*\r\n\r\n";
  EXPECT_EQ(http(head), kFound);
  EXPECT_EQ(http(join({head, "body"})), kFound);
}

TEST(InspectHttp, EveryStrictPrefixNeedsMore) {
  for (const std::string_view head :
       {"\r\n\nGET /a?b=c HTTP/1.1\r\nUser-Agent: x\r\nHost: www.example.org\r\nAccept: "
        "*/*\r\n\r\n",
        "POST / HTTP/1.0\nhost:www.example.org\n\n",
        "CONNECT www.example.org:443 HTTP/1.1\r\n\r\n"}) {
    for (std::size_t size = 0; size < head.size(); ++size) {
      ASSERT_EQ(http(head.substr(0, size)), "need more") << head.substr(0, size);
    }
    EXPECT_EQ(http(head), kFound) << head;
  }
}

TEST(InspectHttp, HostIsFoundHoweverItIsWritten) {
  for (const std::string_view field :
       {"Host: www.example.org\r\n", "hOsT: www.example.org\r\n", "Host:www.example.org\r\n",
        "Host: \t www.example.org \t \r\n", "Host : www.example.org\r\n", "Host: www.example.org\n",
        "Host: WWW.EXAMPLE.ORG\r\n", "Host: www.example.org.\r\n", "Host: www.example.org:8080\r\n",
        "Host: www.example.org:\r\n", "Host: www.example.org.:80\r\n",
        "Host:\r\n www.example.org\r\n", "X: a\r\n folded\r\nHost: www.example.org\r\n",
        "no colon\r\nHost: www.example.org\r\n",
        "Host: www.example.org\r\nHost: WWW.example.org:80\r\n",
        "Host: www.example.org\r\n \t\r\n"}) {
    EXPECT_EQ(get({field, "\r\n"}), kFound) << field;
  }
}

TEST(InspectHttp, HostThatIsNoPlainNameIsNoName) {
  for (const std::string_view field :
       {"", "Host:\r\n", "Host: 192.0.2.1\r\n", "Host: 192.0.2.1:80\r\n", "Host: [2001:db8::1]\r\n",
        "Host: [2001:db8::1]:8080\r\n", "Host: 2001:db8::1\r\n", "Host: a b.example\r\n",
        "Host: user@www.example.org\r\n", "Host: www..example\r\n", "Host: t\xc3\xacnh.vn\r\n",
        "Host: %77ww.example.org\r\n", "Host: :80\r\n", "X-Host: www.example.org\r\n",
        "Hos: www.example.org\r\n", "Host:\r\nHost:\r\n"}) {
    EXPECT_EQ(get({field, "\r\n"}), "no name") << field;
  }
}

TEST(InspectHttp, HostsThatServersCouldReadDifferentlyAreMalformed) {
  for (const std::string_view field :
       {"Host: a.example\r\nHost: b.example\r\n", "Host: a.example\r\nX: y\r\nhost: b.example\r\n",
        "Host: a.example\r\nHost:\r\n", "Host: 192.0.2.1\r\nHost: a.example\r\n",
        "Host: a.example\r\nHost: b.example\r\nHost: a.example\r\n",
        "Host: a.example\r\n b.example\r\n"}) {
    EXPECT_EQ(get({field, "\r\n"}), "malformed") << field;
  }
}

TEST(InspectHttp, TargetNamesTheHostWhereItsFormDoes) {
  expect({
      {"GET http://www.example.org/a HTTP/1.1\r\n\r\n", kFound},
      {"GET http://www.example.org HTTP/1.1\r\n\r\n", kFound},
      {"GET HTTP://WWW.example.ORG:8080?a HTTP/1.1\r\n\r\n", kFound},
      {"GET https://user:pass@www.example.org/ HTTP/1.1\r\n\r\n", kFound},
      {"GET ftp://www.example.org#a HTTP/1.1\r\n\r\n", kFound},
      {"GET http://www.example.org/ HTTP/1.1\r\nHost: other.example\r\n\r\n", "malformed"},
      {"GET http://192.0.2.1/ HTTP/1.1\r\nHost: other.example\r\n\r\n", "malformed"},
      {"GET http://192.0.2.1/ HTTP/1.1\r\n\r\n", "no name"},
      {"GET http://[2001:db8::1]:80/ HTTP/1.1\r\n\r\n", "no name"},
      {"GET http:///a HTTP/1.1\r\nHost: www.example.org\r\n\r\n", kFound},
      {"GET /http://a.example/ HTTP/1.1\r\nHost: www.example.org\r\n\r\n", kFound},
      {"GET /?u=http://a.example/ HTTP/1.1\r\nHost: www.example.org\r\n\r\n", kFound},
      {"GET 1a://a.example/ HTTP/1.1\r\nHost: www.example.org\r\n\r\n", kFound},
      {"OPTIONS * HTTP/1.1\r\nHost: www.example.org\r\n\r\n", kFound},
      {"CONNECT www.example.org:443 HTTP/1.1\r\n\r\n", kFound},
      {"CONNECT www.example.org HTTP/1.0\r\n\r\n", kFound},
      {"CONNECT www.example.org:443 HTTP/1.1\r\nHost: other.example\r\n\r\n", kFound},
      {"CONNECT 192.0.2.1:443 HTTP/1.1\r\n\r\n", "no name"},
      {"CONNECT [2001:db8::1]:443 HTTP/1.1\r\n\r\n", "no name"},
  });
}

TEST(InspectHttp, ThePageIsFoundInEveryFormOfTheTarget) {
  const auto target = [](std::string_view line) {
    const std::string head = join({line, " HTTP/1.1\r\nHost: www.example.org\r\n\r\n"});
    const std::vector<std::uint8_t> exact(head.begin(), head.end());
    const Inspection inspection = dataplane::inspect_http(exact);
    EXPECT_EQ(inspection.finding, Finding::Name) << line;
    return std::string(inspection.target);
  };
  EXPECT_EQ(target("GET /bad/page?a=b&c"), "/bad/page?a=b&c");
  EXPECT_EQ(target("GET http://www.example.org/bad?x"), "/bad?x");
  EXPECT_EQ(target("GET http://user@www.example.org:8080/bad"), "/bad");
  EXPECT_EQ(target("GET http://www.example.org"), "");
  EXPECT_EQ(target("GET http://www.example.org?x"), "?x");
  EXPECT_EQ(target("GET /bad#top"), "/bad");
  EXPECT_EQ(target("GET http://www.example.org#top/bad"), "");
  EXPECT_EQ(target("OPTIONS *"), "*");
  EXPECT_EQ(target("CONNECT other.example:443"), "");
  EXPECT_EQ(target("GET /a://b/c"), "/a://b/c");
}

TEST(InspectHttp, RequestLineIsReadAsForgivingServersReadIt) {
  for (const std::string_view line :
       {"GET / HTTP/1.1\r\n", "GET / HTTP/1.0\n", "GET  /  HTTP/1.1 \r\n", "GET\t/\tHTTP/1.1\r\n",
        "GET /a b c HTTP/1.1\r\n", "M-SEARCH * HTTP/1.1\r\n", "get / HTTP/1.1\r\n",
        "GET / HTTP/1.9\r\n", "\r\n\r\nGET / HTTP/1.1\r\n", "\n\nGET / HTTP/1.1\n",
        "GET /\x01\xff HTTP/1.1\r\n", "UPDATEREDIRECTREF / HTTP/1.1\r\n"}) {
    EXPECT_EQ(http(join({line, "Host: www.example.org\r\n\r\n"})), kFound) << line;
  }
}

TEST(InspectHttp, OtherProtocolsAreToldOnceTheyAreCertain) {
  using std::string_view_literals::operator""sv;
  expect({
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "not this"},
      {"PRI * HTTP/2", "need more"},
      {"HTTP/1.1 200 OK\r\n", "not this"},
      {"HTTP/", "not this"},
      {"HTTP", "need more"},
      {"OPTIONS sip:nm SIP/2.0\r\nHost: a.example\r\n\r\n", "not this"},
      {"OPTIONS sip:nm SIP/2.0", "need more"},
      {"DESCRIBE rtsp://a.example/ RTSP/1.0\r\n\r\n", "not this"},
      {"GET /\r\n", "not this"},
      {"GET HTTP/1.1\r\n", "not this"},
      {"GET / http/1.1\r\n", "not this"},
      {"GET / HTTP/1.\r\n", "not this"},
      {"GET / HTTP/1.x\r\n", "not this"},
      {"GET / HTTP/3.0\r\n", "not this"},
      {"EHLO mail.example\r\n", "not this"},
      {"GET\r\n", "not this"},
      {" GET / HTTP/1.1\r\n", "not this"},
      {"\rGET / HTTP/1.1\r\n", "not this"},
      {"GE(T / HTTP/1.1\r\n", "not this"},
      {"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF", "need more"},
      {"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG", "not this"},
      {"GET \0 HTTP/1.1\r\n"sv, "not this"},
      {"X \0"sv, "not this"},
      {"\x16\x03\x01", "not this"},
      {"\xff", "not this"},
      {"", "need more"},
      {"\r", "need more"},
      {"\n", "need more"},
  });
}

TEST(InspectHttp, LongHeadIsReadUpToItsBound) {
  constexpr std::size_t kBound = 16384;
  const std::string cookie = join({"Cookie: ", std::string(12000, 'x'), "\r\n"});
  EXPECT_EQ(get({cookie, "Host: www.example.org\r\n\r\n"}), kFound);

  const std::string endless = join({"Cookie: ", std::string(20000, 'x')});
  std::string head = join({kGet, "Host: www.example.org\r\n", endless});
  EXPECT_EQ(http(std::string_view(head).substr(0, kBound - 1)), "need more");
  EXPECT_EQ(http(std::string_view(head).substr(0, kBound)), kFound)
      << "the Host seen so far decides";
  EXPECT_EQ(http(head), kFound);

  head = join({kGet, endless});
  EXPECT_EQ(http(std::string_view(head).substr(0, kBound - 1)), "need more");
  EXPECT_EQ(http(std::string_view(head).substr(0, kBound)), "malformed");

  head = join({kGet, "Host: a.example\r\nHost: b.example\r\n", endless});
  EXPECT_EQ(http(head), "malformed");
  head = join({"GET /", endless});
  EXPECT_EQ(http(head), "malformed");
  EXPECT_EQ(http(std::string(kBound, '\n')), "malformed");
  EXPECT_EQ(http(std::string(kBound - 1, '\n')), "need more");
}

TEST(InspectHttp, EndlessFieldLinesAreBounded) {
  std::string lines;
  for (int i = 0; i < 256; ++i) {
    lines += "a\n";
  }
  EXPECT_EQ(get({lines}), "malformed");
  EXPECT_EQ(get({"Host: www.example.org\r\n", lines}), kFound);
  EXPECT_EQ(get({std::string_view(lines).substr(2)}), "need more");
}

TEST(InspectHttp, EveryByteChangedToEveryValueIsSurvived) {
  const std::string head =
      "\r\nGET http://u@a.example:80/ HTTP/1.1\r\nHost: a.example\r\n b\r\n\r\n";
  for (std::size_t at = 0; at < head.size(); ++at) {
    for (unsigned value = 0; value < 256; ++value) {
      std::string changed = head;
      changed[at] = static_cast<char>(value);
      EXPECT_NE(http(changed), "?");
    }
  }
}

TEST(InspectHttp, RandomMutationsAreSurvivedAndPrefixesNeverContradictThemselves) {
  const auto seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  const std::string head =
      "GET /a HTTP/1.1\r\nX: y\r\n z\r\nHost: www.example.org:80\r\nA: b\r\n\r\n";
  constexpr std::string_view kTricky = "\r\n\t :@/[]HTTP1.0\0.";
  for (int round = 0; round < 50000; ++round) {
    std::string mutated = head;
    for (std::size_t changes = 1 + random() % 4; changes > 0; --changes) {
      const char c =
          random() % 2 == 0 ? kTricky[random() % kTricky.size()] : static_cast<char>(random());
      if (random() % 3 == 0) {
        mutated.insert(mutated.begin() + static_cast<std::ptrdiff_t>(random() % mutated.size()), c);
      } else {
        mutated[random() % mutated.size()] = c;
      }
    }
    const std::string whole = http(mutated);
    const std::string part = http(std::string_view(mutated).substr(0, random() % mutated.size()));
    ASSERT_TRUE(part == "need more" || part == whole)
        << part << ", then " << whole << "; seed " << seed;
  }
}

}  // namespace
}  // namespace luytre::test
