// SPDX-License-Identifier: Apache-2.0
#include "line_codec.h"

#include <gtest/gtest.h>

#include <vector>

#include "lines.h"

namespace luytre::policy {
namespace {

TEST(LineCodec, WhatWasWrittenIsReadBack) {
  const Line line = test::full_line();
  const auto read = decode_line(line.id, encode_line(line));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, line.id);
  EXPECT_EQ(read->band, line.band);
  EXPECT_EQ(read->paused_until, line.paused_until);
  EXPECT_EQ(read->keys, line.keys);
  ASSERT_EQ(read->overrides.size(), 2U);
  EXPECT_EQ(read->overrides[0].name, line.overrides[0].name);
  EXPECT_EQ(read->overrides[0].kind, Override::Kind::Allow);
  EXPECT_TRUE(read->overrides[0].lifts_security);
  EXPECT_EQ(read->overrides[1].kind, Override::Kind::Deny);
  EXPECT_FALSE(read->overrides[1].lifts_security);
}

TEST(LineCodec, ARunningLineWithoutKeysIsReadBack) {
  const auto read = decode_line("a", encode_line(test::line("a", {})));
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->paused_until);
  EXPECT_TRUE(read->keys.empty());
}

TEST(LineCodec, EveryTruncationIsRefused) {
  const auto bytes = encode_line(test::full_line());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_line("a", std::span(bytes).first(size))) << size;
  }
  auto longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(decode_line("a", longer));
}

TEST(LineCodec, AnyFlippedByteIsRefusedOrReadsAsALineThatCanBeWritten) {
  const auto bytes = encode_line(test::full_line());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
      auto damaged = bytes;
      damaged[i] = static_cast<std::uint8_t>(damaged[i] ^ flip);
      if (const auto read = decode_line("a", damaged)) {
        EXPECT_TRUE(decode_line("a", encode_line(*read))) << i;
      }
    }
  }
}

TEST(LineCodec, KeysOfDifferentKindsAndLengthsDiffer) {
  const std::vector<LineKey> keys = {test::key("10.0.0.0/8"), test::key("10.0.0.0/9"),
                                     test::key("::/8"), test::key("vlan:10"),
                                     test::key("mac:0a:00:00:00:00:00")};
  for (std::size_t a = 0; a < keys.size(); ++a) {
    for (std::size_t b = 0; b < keys.size(); ++b) {
      EXPECT_EQ(encode_key(keys[a]) == encode_key(keys[b]), a == b);
    }
  }
}

}  // namespace
}  // namespace luytre::policy
