// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "index_fixture.h"
#include "range_table.h"

namespace luytre::categories {
namespace {

constexpr unsigned kMalware = 3;
constexpr unsigned kGambling = 16;

Index with_prefixes(std::initializer_list<std::pair<const char*, CategorySet>> listed) {
  IndexBuilder builder(taxonomy(), kTestKey);
  for (const auto& [text, set] : listed) {
    builder.add_prefix(prefix(text), set, 0);
  }
  return must_build(builder);
}

TEST(IndexPrefixes, AnAddressInsideIsFoundAndItsNeighboursAreNot) {
  const Index index = with_prefixes(
      {{"192.0.2.0/24", set_of({kMalware})}, {"2001:db8:1::/48", set_of({kGambling})}});
  const auto at = [&](const char* text) { return index.lookup_address(address(text)).categories; };
  for (const char* text : {"192.0.2.0", "192.0.2.77", "192.0.2.255", "::ffff:192.0.2.1"}) {
    EXPECT_EQ(at(text), set_of({kMalware})) << text;
  }
  for (const char* text : {"192.0.1.255", "192.0.3.0", "0.0.0.0", "255.255.255.255",
                           "::", "::192.0.2.1", "2001:db8:0:ffff::1", "2001:db8:2::"}) {
    EXPECT_EQ(at(text), CategorySet()) << text;
  }
  EXPECT_EQ(at("2001:db8:1::"), set_of({kGambling}));
  EXPECT_EQ(at("2001:db8:1:ffff:ffff:ffff:ffff:ffff"), set_of({kGambling}));
  EXPECT_EQ(index.lookup_address(address("192.0.2.1")).matched_labels, 0);
}

TEST(IndexPrefixes, TheLongestPrefixWins) {
  const Index index = with_prefixes({{"10.0.0.0/8", set_of({kMalware})},
                                     {"10.1.0.0/16", set_of({kGambling})},
                                     {"10.1.0.0/24", CategorySet()},
                                     {"10.1.255.255", set_of({kMalware, kGambling})}});
  const auto at = [&](const char* text) { return index.lookup_address(address(text)).categories; };
  EXPECT_EQ(at("10.0.255.255"), set_of({kMalware}));
  EXPECT_EQ(at("10.1.0.255"), CategorySet());
  EXPECT_EQ(at("10.1.1.0"), set_of({kGambling}));
  EXPECT_EQ(at("10.1.255.255"), set_of({kMalware, kGambling}));
  EXPECT_EQ(at("10.2.0.0"), set_of({kMalware}));
}

TEST(IndexPrefixes, TheEndsOfTheSpaceCanBeListedAndFamiliesStayApart) {
  const Index index = with_prefixes({{"::/0", set_of({kGambling})},
                                     {"::", set_of({kMalware})},
                                     {"ffff::/16", set_of({kMalware})}});
  const auto at = [&](const char* text) { return index.lookup_address(address(text)).categories; };
  EXPECT_EQ(at("::"), set_of({kMalware}));
  EXPECT_EQ(at("::1"), set_of({kGambling}));
  EXPECT_EQ(at("192.0.2.1"), CategorySet());
  EXPECT_EQ(at("::fffe:ffff:ffff"), set_of({kGambling}));
  EXPECT_EQ(at("::1:0:0:0"), set_of({kGambling}));
  EXPECT_EQ(at("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), set_of({kMalware}));
  const Index v4 = with_prefixes({{"0.0.0.0/0", set_of({kGambling})}});
  EXPECT_EQ(v4.lookup_address(address("0.0.0.0")).categories, set_of({kGambling}));
  EXPECT_EQ(v4.lookup_address(address("255.255.255.255")).categories, set_of({kGambling}));
  EXPECT_EQ(v4.lookup_address(address("2001:db8::1")).categories, CategorySet());
}

TEST(IndexPrefixes, WithoutPrefixesNothingIsListedWhateverTheRootIs) {
  IndexBuilder builder(taxonomy(), kTestKey);
  builder.add(DomainName(), subtree(set_of({kMalware})));
  const Index index = must_build(builder);
  EXPECT_FALSE(index.has_prefixes());
  EXPECT_EQ(index.lookup_address(address("192.0.2.1")).categories, CategorySet());
  EXPECT_EQ(index.lookup_path(name("example.com"), "/a").categories, CategorySet());
  builder.add_prefix(prefix("10.0.0.0/8"), set_of({kGambling}), 7);
  EXPECT_EQ(must_build(builder).lookup_address(address("192.0.2.1")).categories, CategorySet());
  EXPECT_EQ(must_build(builder).lookup_address(address("10.0.2.1")).minimum_age, 7);
}

bool holds(const IpPrefix& prefix, const IpAddress& asked) {
  const unsigned length = prefix.length + (prefix.address.is_v4() ? 96U : 0U);
  const RangeStart difference = range_number(prefix.address) ^ range_number(asked);
  return prefix.address.is_v4() == asked.is_v4() &&
         (length == 0 || (difference >> (128 - length)) == 0);
}

class IndexPrefixesModel : public testing::TestWithParam<std::uint64_t> {};

TEST_P(IndexPrefixesModel, TheAnswerIsThatOfTheLongestPrefixThatHoldsTheAddress) {
  const std::uint64_t seed = GetParam();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  // Octets of few values, so that prefixes lie inside each other and beside.
  const auto random_address = [&] {
    constexpr std::uint8_t kOctets[] = {0, 1, 0x7f, 0x80, 0xff};
    std::array<std::uint8_t, 16> octets{};
    for (std::uint8_t& octet : octets) {
      octet = kOctets[random() % std::size(kOctets)];
    }
    return random() % 2 == 0 ? IpAddress::v6(octets) : IpAddress::v4(std::span(octets).first<4>());
  };
  std::vector<std::pair<IpPrefix, CategorySet>> listed;
  IndexBuilder builder(taxonomy(), {seed, ~seed});
  for (int i = 0; i < 300; ++i) {
    const IpAddress full = random_address();
    const unsigned family_bits = full.is_v4() ? 32 : 128;
    const auto length = static_cast<std::uint8_t>(random() % (family_bits + 1));
    const unsigned host_bits = family_bits - length;
    const RangeStart mask = host_bits == 128 ? ~RangeStart{0} : (RangeStart{1} << host_bits) - 1;
    std::array<std::uint8_t, 16> octets{};
    const RangeStart kept = range_number(full) & ~mask;
    for (std::size_t octet = 0; octet < 16; ++octet) {
      octets[octet] = static_cast<std::uint8_t>(kept >> (8 * (15 - octet)));
    }
    const IpPrefix made{IpAddress::v6(octets), length};
    if (std::ranges::any_of(listed, [&](auto& other) { return other.first == made; })) {
      continue;
    }
    listed.emplace_back(made, CategorySet(random() % 4 == 0 ? 0 : random() | 1));
    builder.add_prefix(made, listed.back().second, 0);
  }
  const Index index = must_build(builder);
  ASSERT_EQ(index.prefix_count(), listed.size());
  for (int i = 0; i < 5000; ++i) {
    const IpAddress asked = random_address();
    const std::pair<IpPrefix, CategorySet>* longest = nullptr;
    unsigned longest_bits = 0;
    for (const auto& each : listed) {
      const unsigned bits = each.first.length + (each.first.address.is_v4() ? 96U : 0U);
      if (holds(each.first, asked) && (longest == nullptr || bits > longest_bits)) {
        longest = &each;
        longest_bits = bits;
      }
    }
    ASSERT_EQ(index.lookup_address(asked).categories,
              longest != nullptr ? longest->second : CategorySet())
        << asked.to_text();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, IndexPrefixesModel, testing::Range<std::uint64_t>(1, 11));

}  // namespace
}  // namespace luytre::categories
