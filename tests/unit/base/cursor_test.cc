// SPDX-License-Identifier: Apache-2.0
#include "base/cursor.h"

#include <gtest/gtest.h>

#include <array>

namespace luytre {
namespace {

constexpr std::array<std::uint8_t, 8> kBytes{1, 2, 3, 4, 5, 6, 7, 8};

TEST(Cursor, ReadsBigEndianInOrder) {
  Cursor cursor(kBytes);
  EXPECT_EQ(cursor.u8(), 0x01);
  EXPECT_EQ(cursor.u16(), 0x0203);
  EXPECT_EQ(cursor.u24(), 0x040506U);
  EXPECT_EQ(cursor.remaining(), 2U);
  EXPECT_TRUE(cursor.ok());
}

TEST(Cursor, AReadPastTheEndFailsAndStaysFailed) {
  Cursor cursor(kBytes);
  cursor.skip(6);
  EXPECT_EQ(cursor.u32(), 0U);
  EXPECT_FALSE(cursor.ok());
  EXPECT_TRUE(cursor.empty());
  EXPECT_EQ(cursor.u8(), 0);  // although two bytes were left before the failed read
  EXPECT_FALSE(cursor.ok());
}

TEST(Cursor, ANestedFieldCannotReadOutsideItself) {
  Cursor cursor(kBytes);
  Cursor nested = cursor.sub(3);
  EXPECT_EQ(nested.u16(), 0x0102);
  EXPECT_EQ(nested.u16(), 0);
  EXPECT_FALSE(nested.ok());
  EXPECT_TRUE(cursor.ok());
  EXPECT_EQ(cursor.u8(), 4);
}

TEST(Cursor, ANestedFieldThatDoesNotFitFailsBoth) {
  Cursor cursor(kBytes);
  const Cursor nested = cursor.sub(9);
  EXPECT_FALSE(nested.ok());
  EXPECT_FALSE(cursor.ok());
}

TEST(ByteOrder, StoresWhatItLoads) {
  std::array<std::uint8_t, 9> bytes{};
  store_be64(bytes.data() + 1, 0x0102030405060708ULL);
  EXPECT_EQ(bytes[1], 1);
  EXPECT_EQ(load_be64(bytes.data() + 1), 0x0102030405060708ULL);
  EXPECT_EQ(load_be32(bytes.data() + 1), 0x01020304U);
  EXPECT_EQ(load_be16(bytes.data() + 7), 0x0708);
}

}  // namespace
}  // namespace luytre
