// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>

#include "policy/line.h"

namespace luytre::policy::test {

inline LineKey key(std::string_view text) {
  const auto parsed = parse_line_key(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : LineKey{};
}

inline Override override_of(std::string_view text, Override::Kind kind) {
  const auto name = categories::DomainName::from_hostname(text);
  EXPECT_TRUE(name) << text;
  return {.name = name ? *name : categories::DomainName{}, .kind = kind};
}

inline Line line(std::string_view id, std::initializer_list<std::string_view> keys,
                 std::string_view band = "b1") {
  Line made;
  made.id = id;
  made.band = band;
  for (const std::string_view text : keys) {
    made.keys.push_back(key(text));
  }
  return made;
}

// One of everything that a line can hold.
inline Line full_line() {
  Line made = line("house-7", {"192.0.2.7", "2001:db8:1::/56", "vlan:20", "mac:02:00:5e:10:00:01"});
  made.paused_until = std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000));
  made.overrides = {override_of("game.example", Override::Kind::Allow),
                    override_of("video.example", Override::Kind::Deny)};
  made.overrides.front().lifts_security = true;
  return made;
}

}  // namespace luytre::policy::test
