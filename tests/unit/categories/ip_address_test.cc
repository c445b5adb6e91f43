// SPDX-License-Identifier: Apache-2.0
#include "categories/ip_address.h"

#include <gtest/gtest.h>

#include <random>

namespace luytre::categories {
namespace {

using namespace std::string_view_literals;

TEST(IpAddress, TextOfBothFamiliesComesBackInItsShortestForm) {
  constexpr std::string_view kRows[][2] = {
      {"192.0.2.7", "192.0.2.7"},
      {"0.0.0.0", "0.0.0.0"},
      {"255.255.255.255", "255.255.255.255"},
      {"::", "::"},
      {"2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"::ffff:192.0.2.7", "192.0.2.7"},
      {"::ffff:c000:207", "192.0.2.7"},
  };
  for (const auto& [text, expected] : kRows) {
    const auto address = IpAddress::from_text(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_text(), expected);
  }
}

TEST(IpAddress, WhatIsNoAddressIsRefused) {
  for (const std::string_view text :
       {""sv, "192.0.2"sv, "192.0.2.256"sv, "192.0.2.07"sv, "192.0.2.7 "sv, " 192.0.2.7"sv,
        "192.0.2.7.1"sv, "0x7f000001"sv, "1::2::3"sv, "2001:db8"sv, "2001:db8::12345"sv,
        "fe80::1%eth0"sv, "[::1]"sv, "192.0.2.7\0"sv, "example.com"sv,
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb"sv}) {
    EXPECT_FALSE(IpAddress::from_text(text)) << text;
  }
}

TEST(IpAddress, RandomAddressesSurviveTheirText) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::array<std::uint8_t, 16> octets{};
    for (std::uint8_t& octet : octets) {
      octet = random() % 3 == 0 ? static_cast<std::uint8_t>(random()) : std::uint8_t{0};
    }
    const IpAddress v6 = IpAddress::v6(octets);
    EXPECT_EQ(IpAddress::from_text(v6.to_text()), v6) << v6.to_text();
    const IpAddress v4 = IpAddress::v4(std::span(octets).first<4>());
    EXPECT_TRUE(v4.is_v4());
    EXPECT_EQ(IpAddress::from_text(v4.to_text()), v4) << v4.to_text();
  }
}

TEST(IpPrefix, LengthsCountInTheFamilyOfTheText) {
  struct Row {
    std::string_view text;
    std::string_view expected;
    std::uint8_t length;
  };
  constexpr Row kRows[] = {
      {"192.0.2.7", "192.0.2.7", 32},
      {"192.0.2.7/32", "192.0.2.7", 32},
      {"192.0.2.0/24", "192.0.2.0/24", 24},
      {"0.0.0.0/0", "0.0.0.0/0", 0},
      {"2001:db8::/56", "2001:db8::/56", 56},
      {"2001:db8::1", "2001:db8::1", 128},
      {"::/0", "::/0", 0},
      {"::ffff:192.0.2.0/120", "192.0.2.0/24", 24},
  };
  for (const Row& row : kRows) {
    const auto prefix = IpPrefix::from_text(row.text);
    ASSERT_TRUE(prefix) << row.text;
    EXPECT_EQ(prefix->length, row.length) << row.text;
    EXPECT_EQ(prefix->to_text(), row.expected);
    EXPECT_EQ(IpPrefix::from_text(prefix->to_text()), prefix);
  }
}

TEST(IpPrefix, HostBitsAndWrongLengthsAreRefused) {
  for (const std::string_view text :
       {"192.0.2.7/24"sv, "192.0.2.1/31"sv, "192.0.2.0/33"sv, "192.0.2.0/"sv, "192.0.2.0/+8"sv,
        "192.0.2.0/-1"sv, "192.0.2.0/024"sv, "192.0.2.0/24 "sv, "192.0.2.0/24/24"sv, "/24"sv,
        "2001:db8::1/64"sv, "2001:db8::/129"sv, "2001:db8::/4294967352"sv,
        "::ffff:192.0.2.0/90"sv}) {
    EXPECT_FALSE(IpPrefix::from_text(text)) << text;
  }
}

}  // namespace
}  // namespace luytre::categories
