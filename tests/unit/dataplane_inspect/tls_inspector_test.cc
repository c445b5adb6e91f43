// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "inspect.h"
#include "support/client_hello.h"

namespace luytre::test {
namespace {

const std::string kFound = "name:www.example.org";

Bytes plain_hello() {
  return ClientHello().browser_extensions().server_name("www.example.org").stream();
}

TEST(InspectTls, NameOfOneRecordIsFound) { EXPECT_EQ(tls(plain_hello()), kFound); }

TEST(InspectTls, NameOfABrowsersLargeHelloIsFound) {
  const Bytes stream = browser_hello("www.example.org").stream();
  EXPECT_GT(stream.size(), 1600U);
  EXPECT_EQ(tls(stream), kFound);
}

TEST(InspectTls, FindingSaysItIsTls) {
  EXPECT_EQ(dataplane::inspect_tls(plain_hello()).protocol, Protocol::Tls);
  EXPECT_EQ(dataplane::inspect_tls(cut(plain_hello(), 1)).protocol, Protocol::Tls);
  EXPECT_EQ(dataplane::inspect_tls({}).protocol, Protocol::Unknown);
}

TEST(InspectTls, EveryStrictPrefixNeedsMore) {
  const Bytes message = browser_hello("www.example.org").message();
  for (const Bytes& stream : {tls_record(message), tls_records_of(message, 50)}) {
    for (std::size_t size = 0; size < stream.size(); ++size) {
      ASSERT_EQ(tls(cut(stream, size)), "need more") << size;
    }
    EXPECT_EQ(tls(stream), kFound);
  }
}

TEST(InspectTls, HelloSplitIntoTwoRecordsAtEveryByteIsRead) {
  const Bytes message =
      ClientHello().browser_extensions().server_name("www.example.org").padding(9).message();
  for (std::size_t at = 1; at < message.size(); ++at) {
    ASSERT_EQ(tls(tls_records(message, {at})), kFound) << at;
  }
}

TEST(InspectTls, HelloSplitIntoThreeRecordsAroundTheNameIsRead) {
  const Bytes message = ClientHello().browser_extensions().server_name("www.example.org").message();
  const std::size_t name_at = message.size() - 15;
  for (std::size_t first = name_at - 12; first < message.size() - 1; ++first) {
    for (std::size_t second = first + 1; second < message.size(); ++second) {
      ASSERT_EQ(tls(tls_records(message, {first, second})), kFound) << first << ' ' << second;
    }
  }
}

TEST(InspectTls, SixtyFourRecordsAreReadAndMoreAreRefused) {
  const Bytes message = ClientHello().server_name("www.example.org").padding(512).message();
  EXPECT_EQ(tls(tls_records_of(message, (message.size() + 63) / 64)), kFound);
  const Bytes many = tls_records_of(message, 5);
  EXPECT_EQ(tls(many), "malformed");
  EXPECT_EQ(tls(cut(many, 640)), "malformed");
  EXPECT_EQ(tls(cut(many, 639)), "need more");
}

TEST(InspectTls, HandshakeHeaderCutByRecordsIsRead) {
  EXPECT_EQ(tls(tls_records(ClientHello().server_name("www.example.org").message(), {1, 2, 3})),
            kFound);
}

TEST(InspectTls, EmptyRecordsAreSteppedOver) {
  const Bytes message = ClientHello().server_name("www.example.org").message();
  EXPECT_EQ(tls(tls_records(message, {0, 0, 10, 10, 40})), kFound);
  Bytes endless;
  for (int i = 0; i < 64; ++i) {
    append(endless, tls_record({}));
  }
  EXPECT_EQ(tls(endless), "malformed");
}

TEST(InspectTls, WarningAlertsBeforeAndInsideTheHelloAreSteppedOver) {
  const Bytes warning = tls_record(Bytes{1, 90}, 21);
  const Bytes message = ClientHello().server_name("www.example.org").message();
  Bytes before = warning;
  append(before, tls_record(message));
  EXPECT_EQ(tls(before), kFound);
  for (std::size_t size = 0; size < before.size(); ++size) {
    ASSERT_EQ(tls(cut(before, size)), "need more") << size;
  }
  Bytes inside = tls_record(std::span(message).first(30));
  append(inside, warning);
  append(inside, tls_record(std::span(message).subspan(30)));
  EXPECT_EQ(tls(inside), kFound);
}

TEST(InspectTls, BytesBehindTheHelloDoNotMatter) {
  Bytes stream = plain_hello();
  append(stream, "anything");
  EXPECT_EQ(tls(stream), kFound);
  Bytes message = ClientHello().server_name("www.example.org").message();
  append(message, Bytes{4, 0, 0, 0});  // a second message in the same record
  EXPECT_EQ(tls(tls_record(message)), kFound);
}

struct Row {
  const char* description;
  Bytes stream;
  std::string words;
};

Bytes overwrite(Bytes bytes, std::size_t at, std::initializer_list<std::uint8_t> octets) {
  std::ranges::copy(octets, bytes.begin() + static_cast<std::ptrdiff_t>(at));
  return bytes;
}

// Of plain hellos in one record: 5 + 4 octets of headers, then legacy_version.
constexpr std::size_t kHelloAt = 9;
constexpr std::size_t kSessionIdAt = kHelloAt + 2 + 32;
constexpr std::size_t kCipherSuitesAt = kSessionIdAt + 1 + 32;
constexpr std::size_t kCompressionAt = kCipherSuitesAt + 2 + 6;
constexpr std::size_t kExtensionsAt = kCompressionAt + 2;

TEST(InspectTls, EachServerNameIsToldAsItIs) {
  const std::string longest = std::string(63, 'a') + '.' + std::string(63, 'b') + '.' +
                              std::string(63, 'c') + '.' + std::string(61, 'd');
  const std::vector<Row> rows{
      {"upper case", ClientHello().server_name("WWW.Example.ORG").stream(), kFound},
      {"trailing dot", ClientHello().server_name("www.example.org.").stream(), kFound},
      {"A-label", ClientHello().server_name("xn--tnh-hoa.vn").stream(), "name:xn--tnh-hoa.vn"},
      {"underscore", ClientHello().server_name("_a.b_c.example").stream(), "name:_a.b_c.example"},
      {"single label", ClientHello().server_name("localhost").stream(), "name:localhost"},
      {"253 characters", ClientHello().server_name(longest).stream(), "name:" + longest},
      {"254 characters", ClientHello().server_name(longest + "d").stream(), "no name"},
      {"1,000 characters", ClientHello().server_name(std::string(1000, 'a')).stream(), "no name"},
      {"label of 64", ClientHello().server_name(std::string(64, 'a') + ".b").stream(), "no name"},
      {"IPv4 address", ClientHello().server_name("192.0.2.1").stream(), "no name"},
      {"IPv6 address", ClientHello().server_name("2001:db8::1").stream(), "no name"},
      {"UTF-8", ClientHello().server_name("t\xc3\xacnh.vn").stream(), "no name"},
      {"blank", ClientHello().server_name("a b.example").stream(), "no name"},
      {"octet zero", ClientHello().server_name(std::string_view("good.example\0.bad", 17)).stream(),
       "no name"},
      {"empty label", ClientHello().server_name("a..b").stream(), "no name"},
      {"empty name", ClientHello().server_name("").stream(), "no name"},
      {"empty list", ClientHello().server_name_list({}).stream(), "no name"},
      {"no server_name", ClientHello().browser_extensions().stream(), "no name"},
      {"no extensions", ClientHello().without_extensions().stream(), "no name"},
      {"extensions block of no extension", ClientHello().stream(), "no name"},
      {"name of another type before",
       ClientHello()
           .server_name_list({server_name_entry("x", 7), server_name_entry("www.example.org")})
           .stream(),
       kFound},
      {"only a name of another type",
       ClientHello().server_name_list({server_name_entry("x", 7)}).stream(), "no name"},
      {"two host names",
       ClientHello()
           .server_name_list({server_name_entry("a.example"), server_name_entry("b.example")})
           .stream(),
       "malformed"},
      {"the same host name twice",
       ClientHello()
           .server_name_list({server_name_entry("a.example"), server_name_entry("a.example")})
           .stream(),
       "malformed"},
      {"two server_name extensions",
       ClientHello().server_name("a.example").padding(4).server_name("a.example").stream(),
       "malformed"},
      {"another extension twice",
       ClientHello().padding(4).server_name("www.example.org").padding(4).stream(), kFound},
      {"extension without a list", ClientHello().add(extension::kServerName, {}).stream(),
       "malformed"},
      {"list shorter than the extension",
       ClientHello().add(extension::kServerName, {0, 4, 0, 0, 1, 'a', 0}).stream(), "malformed"},
      {"list longer than the extension",
       ClientHello().add(extension::kServerName, {0, 5, 0, 0, 1, 'a'}).stream(), "malformed"},
      {"host name longer than the list",
       ClientHello().add(extension::kServerName, {0, 4, 0, 0, 2, 'a'}).stream(), "malformed"},
      {"entry without a length", ClientHello().add(extension::kServerName, {0, 1, 0}).stream(),
       "malformed"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(tls(row.stream), row.words) << row.description;
  }
}

TEST(InspectTls, EachFormOfHelloIsToldAsItIs) {
  const Bytes hello = plain_hello();
  const auto named = [] { return ClientHello().server_name("www.example.org"); };
  Bytes ssl2{0x80, 46, 1, 3, 1, 0, 21, 0, 0, 0, 16};
  ssl2.resize(48, 0x11);
  const std::vector<Row> rows{
      {"SSL 3.0 record version", overwrite(hello, 1, {3, 0}), kFound},
      {"TLS 1.2 record version", overwrite(hello, 1, {3, 3}), kFound},
      {"odd minor record version", overwrite(hello, 1, {3, 0xff}), kFound},
      {"other major record version", overwrite(hello, 1, {2, 0}), "not this"},
      {"DTLS record version", overwrite(hello, 1, {0xfe, 0xfd}), "not this"},
      {"odd legacy_version", named().legacy_version(0x0399).stream(), kFound},
      {"legacy_version of the future", named().legacy_version(0x7f1c).stream(), kFound},
      {"no session id", named().session_id(0).stream(), kFound},
      {"session id of 32", named().session_id(32).stream(), kFound},
      {"session id of 33", named().session_id(33).stream(), "malformed"},
      {"no cipher suites", named().cipher_suites({}).stream(), "malformed"},
      {"odd cipher suites", named().cipher_suites({0, 1, 2}).stream(), "malformed"},
      {"no compression methods", named().compression_methods({}).stream(), "malformed"},
      {"several compression methods", named().compression_methods({1, 64, 0}).stream(), kFound},
      {"session id past the end", overwrite(named().session_id(32).stream(), 7, {0, 40}),
       "malformed"},
      {"extensions length too small", overwrite(hello, kExtensionsAt, {0, 1}), "malformed"},
      {"extensions length too large", overwrite(hello, kExtensionsAt, {0xff, 0xff}), "malformed"},
      {"first extension longer than the block", overwrite(hello, kExtensionsAt + 4, {0xff, 0xff}),
       "malformed"},
      {"hello shorter than its fields", tls_record(Bytes{1, 0, 0, 3, 3, 3, 0}), "malformed"},
      {"empty hello", tls_record(Bytes{1, 0, 0, 0}), "malformed"},
      {"hello longer than any can be", tls_record(Bytes{1, 2, 1, 0x45}), "malformed"},
      {"longest hello that can be", tls_record(Bytes{1, 2, 1, 0x44}), "need more"},
      {"record of 16,384", Bytes{22, 3, 1, 0x40, 0}, "need more"},
      {"record of 16,385", Bytes{22, 3, 1, 0x40, 1}, "malformed"},
      {"ServerHello", overwrite(hello, 5, {2}), "not this"},
      {"HelloRequest", tls_record(Bytes{0, 0, 0, 0}), "not this"},
      {"Finished", Bytes{22, 3, 3, 0, 16, 20}, "not this"},
      {"fatal alert", tls_record(Bytes{2, 40}, 21), "not this"},
      {"alert of three octets", tls_record(Bytes{1, 0, 0}, 21), "not this"},
      {"ChangeCipherSpec", tls_record(Bytes{1}, 20), "not this"},
      {"empty ChangeCipherSpec before the hello",
       [] {
         Bytes stream = tls_record({}, 20);
         append(stream, ClientHello().server_name("www.example.org").stream());
         return stream;
       }(),
       kFound},
      {"empty ChangeCipherSpec inside the hello",
       [] {
         Bytes stream = tls_record(Bytes{1, 0, 1, 0});
         append(stream, tls_record({}, 20));
         return stream;
       }(),
       "malformed"},
      {"application data", tls_record(Bytes{1, 2, 3}, 23), "not this"},
      {"application data inside the hello",
       [] {
         Bytes stream = tls_record(Bytes{1, 0, 1, 0});
         append(stream, tls_record(Bytes{1}, 23));
         return stream;
       }(),
       "malformed"},
      {"hello compatible with SSL 2", ssl2, "not this"},
      {"HTTP", Bytes{'G', 'E', 'T', ' ', '/'}, "not this"},
      {"nothing yet", {}, "need more"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(tls(row.stream), row.words) << row.description;
  }
}

TEST(InspectTls, NothingIsConcludedBeforeItIsCertain) {
  EXPECT_EQ(tls({22}), "need more");
  EXPECT_EQ(tls({22, 3}), "need more");
  EXPECT_EQ(tls({22, 3, 9, 0, 200}), "need more");
  EXPECT_EQ(tls({22, 3, 9, 0, 200, 1}), "need more");
  EXPECT_EQ(tls({22, 3, 9, 0, 200, 2}), "not this");
  EXPECT_EQ(tls({23}), "not this");
  EXPECT_EQ(tls({22, 4}), "not this");
}

TEST(InspectTls, EveryByteChangedToEveryValueIsSurvived) {
  const Bytes hello = ClientHello().server_name("a.example").padding(3).stream();
  for (std::size_t at = 0; at < hello.size(); ++at) {
    for (unsigned value = 0; value < 256; ++value) {
      EXPECT_NE(tls(overwrite(hello, at, {static_cast<std::uint8_t>(value)})), "?");
    }
  }
}

TEST(InspectTls, RandomMutationsAreSurvivedAndPrefixesNeverContradictThemselves) {
  const auto seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  const Bytes message =
      ClientHello().browser_extensions().server_name("www.example.org").padding(20).message();
  for (int round = 0; round < 20000; ++round) {
    Bytes mutated = message;
    for (std::size_t changes = random() % 3; changes > 0; --changes) {
      mutated[random() % mutated.size()] = static_cast<std::uint8_t>(random());
    }
    Bytes stream = tls_records_of(mutated, 1 + random() % mutated.size());
    if (random() % 2 == 0) {
      stream[random() % stream.size()] = static_cast<std::uint8_t>(random());
    }
    const std::string whole = tls(stream);
    // Once decided, more bytes change nothing.
    const std::string part = tls(cut(stream, random() % (stream.size() + 1)));
    ASSERT_TRUE(part == "need more" || part == whole)
        << part << ", then " << whole << "; seed " << seed;
  }
}

}  // namespace
}  // namespace luytre::test
