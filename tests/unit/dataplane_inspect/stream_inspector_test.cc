// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <random>

#include "inspect.h"
#include "support/client_hello.h"

namespace luytre::test {
namespace {

Bytes text(std::string_view characters) { return {characters.begin(), characters.end()}; }

TEST(InspectStream, HelloAndRequestAreToldApart) {
  const Inspection hello =
      dataplane::inspect_stream(ClientHello().server_name("a.example").stream());
  EXPECT_EQ(words(hello), "name:a.example");
  EXPECT_EQ(hello.protocol, Protocol::Tls);
  const Inspection request =
      dataplane::inspect_stream(text("GET / HTTP/1.1\r\nHost: b.example\r\n\r\n"));
  EXPECT_EQ(words(request), "name:b.example");
  EXPECT_EQ(request.protocol, Protocol::Http);
}

TEST(InspectStream, NothingYetNeedsMore) {
  EXPECT_EQ(stream({}), "need more");
  EXPECT_EQ(dataplane::inspect_stream({}).protocol, Protocol::Unknown);
}

TEST(InspectStream, OtherProtocolsAreLeftAlone) {
  const std::array<Bytes, 11> streams{
      text("SSH-2.0-OpenSSH_9.2\r\n"),
      text("EHLO mail.example\r\n"),
      text("USER someone\r\n"),
      text("\x13"
           "BitTorrent protocol"),
      text("SIP/2.0 200 OK\r\n"),
      text("OPTIONS sip:nm SIP/2.0\r\nHost: a.example\r\n\r\n"),
      text("OPTIONS rtsp://a.example/ RTSP/1.0\r\n\r\n"),
      text("HTTP/1.1 200 OK\r\nHost: a.example\r\n\r\n"),
      text("<?xml version='1.0'?>"),
      Bytes{0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f},
      Bytes{0x16, 2, 1, 0, 4},
  };
  for (const Bytes& bytes : streams) {
    const Inspection inspection = dataplane::inspect_stream(bytes);
    EXPECT_EQ(words(inspection), "not this");
    EXPECT_EQ(inspection.protocol, Protocol::Unknown);
  }
}

TEST(InspectStream, EveryFirstByteIsDecidedOrHeldAsItsProtocolWould) {
  for (unsigned first = 0; first < 256; ++first) {
    const Bytes bytes{static_cast<std::uint8_t>(first)};
    const bool tls_may_match = tls(bytes) == "need more";
    const bool http_may_match =
        http({static_cast<const char*>(static_cast<const void*>(bytes.data())), 1}) == "need more";
    EXPECT_FALSE(tls_may_match && http_may_match) << first;
    EXPECT_EQ(stream(bytes), tls_may_match || http_may_match ? "need more" : "not this") << first;
  }
}

TEST(InspectStream, RandomBytesAreSurvived) {
  const auto seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 20000; ++round) {
    Bytes bytes(random() % 80);
    for (std::uint8_t& octet : bytes) {
      octet = static_cast<std::uint8_t>(random());
    }
    if (bytes.size() > 9 && round % 2 == 0) {
      const Bytes beginning{22, 3, 1, 0, 70, 1, 0, 0, 66};
      std::ranges::copy(beginning, bytes.begin());
    }
    ASSERT_NE(stream(bytes), "?") << seed;
  }
}

}  // namespace
}  // namespace luytre::test
