// SPDX-License-Identifier: Apache-2.0
#include "policy/line.h"

#include <gtest/gtest.h>

#include "fixture.h"

namespace luytre::policy {
namespace {

using namespace std::string_view_literals;
using test::allowed;
using test::denied;

TEST(LineKey, EveryKindSurvivesItsText) {
  constexpr std::string_view kRows[][2] = {
      {"192.0.2.7", "192.0.2.7"},
      {"192.0.2.0/24", "192.0.2.0/24"},
      {"2001:db8::/56", "2001:db8::/56"},
      {"vlan:1", "vlan:1"},
      {"vlan:4094", "vlan:4094"},
      {"mac:02:00:5e:10:00:01", "mac:02:00:5e:10:00:01"},
      {"mac:02-00-5E-10-00-AF", "mac:02:00:5e:10:00:af"},
  };
  for (const auto& [text, expected] : kRows) {
    const auto key = parse_line_key(text);
    ASSERT_TRUE(key) << text;
    EXPECT_EQ(to_text(*key), expected);
    const auto again = parse_line_key(to_text(*key));
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, *key);
  }
}

TEST(LineKey, WhatIsNoKeyIsRefusedWithASentenceThatRepeatsIt) {
  for (const std::string_view text : {""sv,
                                      "vlan:"sv,
                                      "vlan:0"sv,
                                      "vlan:4095"sv,
                                      "vlan:65556"sv,
                                      "vlan:-1"sv,
                                      "vlan:+1"sv,
                                      "vlan:20 "sv,
                                      "vlan:0x14"sv,
                                      "VLAN:20"sv,
                                      "mac:"sv,
                                      "mac:02:00:5e:10:00"sv,
                                      "mac:02:00:5e:10:00:0"sv,
                                      "mac:02:00:5e:10:00:01:02"sv,
                                      "mac:02:00:5e:10:00:0g"sv,
                                      "mac:02:00-5e:10:00:01"sv,
                                      "mac:02.00.5e.10.00.01"sv,
                                      "mac:0x:00:5e:10:00:01"sv,
                                      "mac:-2:00:5e:10:00:01"sv,
                                      "mac:ff:ff:ff:ff:ff:ff"sv,
                                      "mac:01:00:5e:00:00:fb"sv,
                                      "mac:00:00:00:00:00:00"sv,
                                      "192.0.2.7/24"sv,
                                      "example.com"sv,
                                      "20"sv}) {
    const auto key = parse_line_key(text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().code, ErrorCode::Invalid);
    EXPECT_NE(key.error().message.find(text), std::string::npos) << key.error().message;
  }
}

TEST(LineKey, EachTruncationOfAMacAddressIsRefused) {
  constexpr std::string_view kText = "mac:02:00:5e:10:00:01";
  for (std::size_t size = 0; size < kText.size(); ++size) {
    EXPECT_FALSE(parse_line_key(kText.substr(0, size))) << size;
  }
}

TEST(Line, IdsAndOwnNamesAreChecked) {
  const auto accepts = [](const Line& line) { return validate(line).has_value(); };
  Line line{.id = "Home-1_a.b", .keys = {}, .band = "b1", .paused_until = {}, .overrides = {}};
  EXPECT_TRUE(accepts(line));
  for (const std::string_view id : {""sv, "a b"sv, "a/b"sv, "nhà"sv, "a\0"sv}) {
    line.id = id;
    EXPECT_FALSE(accepts(line)) << id;
  }
  line.id = std::string(Line::kMaxIdBytes, 'a');
  EXPECT_TRUE(accepts(line));
  line.id += 'a';
  EXPECT_FALSE(accepts(line));
  line.id = "home";

  line.overrides.assign(Line::kMaxOverrides, denied("example.com"));
  EXPECT_TRUE(accepts(line));
  line.overrides.push_back(denied("example.com"));
  EXPECT_FALSE(accepts(line));

  line.overrides = {denied(".")};
  EXPECT_FALSE(accepts(line)) << "the root would be a block without an end";
  line.overrides = {denied("example.com")};
  line.overrides[0].lifts_security = true;
  EXPECT_FALSE(accepts(line)) << "a block cannot lift a block";
  line.overrides = {allowed("example.com")};
  line.overrides[0].lifts_security = true;
  EXPECT_TRUE(accepts(line));
}

}  // namespace
}  // namespace luytre::policy
