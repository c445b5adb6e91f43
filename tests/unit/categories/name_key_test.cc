// SPDX-License-Identifier: Apache-2.0
#include "categories/name_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "random_name.h"

namespace luytre::categories {
namespace {

using testing::RandomName;

constexpr std::uint32_t kSeed = 34;

std::vector<std::uint8_t> key_of(const DomainName& name) {
  const NameKey key(name);
  return {key.bytes().begin(), key.bytes().end()};
}

TEST(NameKey, IsTheLabelsFromTheRightEachClosedByZero) {
  const auto name = DomainName::from_hostname("www.example.com");
  ASSERT_TRUE(name);
  const std::string expected("com\0example\0www\0", 16);
  EXPECT_EQ(key_of(*name), std::vector<std::uint8_t>(expected.begin(), expected.end()));
  EXPECT_TRUE(key_of(DomainName{}).empty());
}

TEST(NameKey, DecodesToItsNameAndOrdersLikeIt) {
  RandomName random(kSeed);
  DomainName previous;
  for (int round = 0; round < 5000; ++round) {
    // Every other name shares a parent with the one before, so that deep comparisons happen.
    DomainName name = random.name();
    if (round % 2 == 1) {
      const auto sibling = DomainName::from_text("x\\00" + std::to_string(random.below(3)) + "." +
                                                 previous.parent().to_text());
      name = sibling.value_or(name);
    }
    const auto key = key_of(name);
    ASSERT_EQ(NameKey::decode(key), name) << "seed " << kSeed << " round " << round;
    const auto previous_key = key_of(previous);
    ASSERT_EQ(std::ranges::lexicographical_compare(previous_key, key), previous < name)
        << previous.to_text() << " " << name.to_text();
    const auto parent_key = key_of(name.parent());
    ASSERT_TRUE(std::equal(parent_key.begin(), parent_key.end(), key.begin()));
    previous = name;
  }
}

TEST(NameKey, TheLongestKeyFits) {
  std::string text;
  for (int label = 0; label < 4; ++label) {
    for (int octet = 0; octet < (label == 3 ? 61 : 63); ++octet) {
      text += "\\000";
    }
    text += '.';
  }
  const auto name = DomainName::from_text(text);
  ASSERT_TRUE(name);
  EXPECT_EQ(NameKey(*name).bytes().size(), NameKey::kMaxBytes);
  EXPECT_EQ(NameKey::decode(NameKey(*name).bytes()), *name);
}

TEST(NameKey, BytesThatAreNoKeyGiveNoName) {
  const auto decode = [](const std::string& bytes) {
    return NameKey::decode(std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
  };
  EXPECT_FALSE(decode(std::string("\0", 1)));         // an empty label
  EXPECT_FALSE(decode("com"));                        // not closed
  EXPECT_FALSE(decode(std::string("com\0\0", 5)));    // an empty label behind one
  EXPECT_FALSE(decode(std::string("\1\0", 2)));       // an escape of nothing
  EXPECT_FALSE(decode(std::string("\1\3\0", 3)));     // an escape of an octet that needs none
  EXPECT_FALSE(decode(std::string("COM\0", 4)));      // upper case
  EXPECT_FALSE(decode(std::string(64, 'a') + '\0'));  // a label over 63
  std::string too_long;
  for (int i = 0; i < 128; ++i) {
    too_long += std::string("a\0", 2);
  }
  EXPECT_FALSE(decode(too_long));
}

}  // namespace
}  // namespace luytre::categories
