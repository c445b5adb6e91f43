// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>

#include "inspect.h"
#include "support/http2_frames.h"

namespace luytre::test {
namespace {

std::string http2(const Bytes& stream) { return inspect_copy(dataplane::inspect_http2, stream); }

constexpr std::uint8_t kData = 0;
constexpr std::uint8_t kHeaders = 1;
constexpr std::uint8_t kContinuation = 9;
constexpr std::uint8_t kEndHeaders = 4;

TEST(InspectHttp2, TheAuthorityOfARequestIsFound) {
  const Bytes stream = http2_connection({http2_settings(), http2_request("www.example.org:8080")});
  EXPECT_EQ(http2(stream), "name:www.example.org");
  EXPECT_EQ(inspect_copy(dataplane::inspect_stream, stream), "name:www.example.org");
}

TEST(InspectHttp2, EveryStrictPrefixNeedsMore) {
  const Bytes stream = http2_connection({http2_settings(), http2_request("www.example.org")});
  const std::size_t settings = kHttp2Preface.size();
  for (std::size_t size = 0; size < stream.size(); ++size) {
    const bool between_frames = size == settings || size == settings + http2_settings().size();
    EXPECT_EQ(http2(cut(stream, size)), between_frames ? "nothing" : "need more") << size;
  }
}

TEST(InspectHttp2, HuffmanCodesAreRead) {  // RFC 7541 §C.4.1
  const Bytes block{0x82, 0x86, 0x84, 0x41, 0x8c, 0xf1, 0xe3, 0xc2, 0xe5,
                    0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4, 0xff};
  EXPECT_EQ(http2(http2_connection({http2_frame(kHeaders, kEndHeaders, block)})),
            "name:www.example.com");
}

TEST(InspectHttp2, ABlockMayBePaddedPrioritisedAndContinued) {
  const Bytes block = http2_request_block("www.example.org");
  Bytes padded{3, 0, 0, 0, 0, 16};  // pad length, priority
  padded.insert(padded.end(), block.begin(), block.end());
  padded.insert(padded.end(), 3, 0);
  EXPECT_EQ(http2(http2_connection({http2_frame(kHeaders, kEndHeaders | 0x28, padded)})),
            "name:www.example.org");
  for (std::size_t at = 0; at <= block.size(); ++at) {
    const auto middle = block.begin() + static_cast<std::ptrdiff_t>(at);
    EXPECT_EQ(
        http2(http2_connection({http2_frame(kHeaders, 0, {block.begin(), middle}),
                                http2_frame(kContinuation, kEndHeaders, {middle, block.end()})})),
        "name:www.example.org")
        << at;
  }
}

TEST(InspectHttp2, AllRequestsThatAreThereHaveOneAuthority) {
  const Bytes first = http2_request("www.example.org");
  const Bytes again = http2_frame(kHeaders, kEndHeaders, {0x82, 0x86, 0x84, 0xbe});  // indexed
  EXPECT_EQ(http2(http2_connection({first, http2_frame(kData, 0, Bytes(100)), again})),
            "name:www.example.org");
  EXPECT_EQ(http2(http2_connection({first, http2_request("casino.test")})), "malformed");
  Bytes block = http2_request_block("www.example.org");
  const Bytes host{0x00, 4, 'h', 'o', 's', 't', 3, 'a', '.', 'b'};
  block.insert(block.end(), host.begin(), host.end());
  EXPECT_EQ(http2(http2_connection({http2_frame(kHeaders, kEndHeaders, block)})), "malformed");
}

TEST(InspectHttp2, WithoutAnAuthorityThereIsNoNameAndSettingsAreNothing) {
  EXPECT_EQ(http2(http2_connection({http2_frame(kHeaders, kEndHeaders, {0x82, 0x86, 0x84})})),
            "no name");
  EXPECT_EQ(http2(http2_connection({http2_request("192.0.2.1")})), "no name");
  EXPECT_EQ(http2(http2_connection({http2_settings()})), "nothing");
}

TEST(InspectHttp2, WhatNoServerAcceptsIsMalformed) {
  const Bytes block = http2_request_block("www.example.org");
  for (const Bytes& frame :
       {http2_frame(kContinuation, kEndHeaders, block),
        http2_frame(kHeaders, kEndHeaders, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}),
        http2_frame(kHeaders, kEndHeaders | 8, {200, 0x82}),
        http2_frame(kHeaders, kEndHeaders, {0xc0}), Bytes{0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1}}) {
    EXPECT_EQ(http2(http2_connection({frame})), "malformed");
  }
  EXPECT_EQ(http2(http2_connection({http2_frame(kHeaders, 0, block), http2_settings()})),
            "malformed");
}

TEST(InspectHttp2, HeadersThatFillAllTheMemoryAreRefused) {
  Bytes stream(kHttp2Preface.begin(), kHttp2Preface.end());
  Bytes block{0x00, 1, 'x', 0x7f, 0x81, 0x7d};  // a value of 16,127 + 1 octets follows
  block.resize(block.size() + 16128, 'v');
  for (int i = 0; i < 12; ++i) {
    const Bytes frame = http2_frame(kHeaders, kEndHeaders, block);
    stream.insert(stream.end(), frame.begin(), frame.end());
  }
  EXPECT_EQ(http2(stream), "malformed");
}

TEST(InspectHttp2, RandomChangesAreSurvived) {
  const auto seed = std::random_device{}();
  std::mt19937 random(seed);
  const Bytes stream =
      http2_connection({http2_settings(), http2_request("a.example"), http2_request("a.example")});
  for (int round = 0; round < 20000; ++round) {
    Bytes changed = stream;
    for (std::size_t changes = 1 + random() % 4; changes > 0; --changes) {
      changed[kHttp2Preface.size() + random() % (changed.size() - kHttp2Preface.size())] =
          static_cast<std::uint8_t>(random());
    }
    EXPECT_NE(http2(changed), "?") << "seed " << seed;
  }
}

}  // namespace
}  // namespace luytre::test
