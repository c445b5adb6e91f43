// SPDX-License-Identifier: Apache-2.0
#include "hop_limits.h"

#include <set>
#include <string>

#include "dataplane/decode.h"
#include "gateway_test.h"

namespace luytre::dataplane::test {
namespace {

using categories::IpAddress;

IpAddress address(std::string_view text) { return *IpAddress::from_text(text); }

void hear(HopLimits& limits, std::string_view server, std::uint8_t hop_limit) {
  PacketBuilder builder = packet().eth();
  if (server.find(':') == std::string_view::npos) {
    builder.ipv4(server, kChild);
  } else {
    builder.ipv6(server, kChildV6);
  }
  Bytes frame = builder.ttl(hop_limit).udp(443, 40000).payload("x").build();
  const Packet heard{.bytes = frame.data(),
                     .size = static_cast<std::uint32_t>(frame.size()),
                     .capacity = static_cast<std::uint32_t>(frame.size()),
                     .owner = nullptr};
  limits.learn(heard, view_of(frame));
}

TEST(HopLimits, AServersIsWhatItsLastPacketArrivedWith) {
  HopLimits limits(1);
  hear(limits, "192.0.2.1", 52);
  hear(limits, "2001:db8::1", 243);
  EXPECT_EQ(limits.of(address("192.0.2.1")), 52);
  EXPECT_EQ(limits.of(address("2001:db8::1")), 243);
  hear(limits, "192.0.2.1", 116);
  EXPECT_EQ(limits.of(address("192.0.2.1")), 116);
}

TEST(HopLimits, WhatMightNotReachTheClientIsNotLearnt) {
  HopLimits limits(1);
  hear(limits, "192.0.2.1", 52);
  for (const std::uint8_t sent : std::initializer_list<std::uint8_t>{0, 1, 3, 31}) {
    hear(limits, "192.0.2.1", sent);
    EXPECT_EQ(limits.of(address("192.0.2.1")), 52);
  }
  hear(limits, "192.0.2.1", 32);
  EXPECT_EQ(limits.of(address("192.0.2.1")), 32);
}

TEST(HopLimits, ServersThatWereNeverHeardAreAFewRoutersAwayEachAtItsOwnPlace) {
  const HopLimits limits(7);
  std::set<int> seen;
  for (int host = 1; host < 255; ++host) {
    const IpAddress server = address("198.51.100." + std::to_string(host));
    EXPECT_EQ(limits.of(server), limits.of(server));
    seen.insert(limits.of(server));
  }
  EXPECT_EQ(seen, (std::set<int>{49, 50, 51, 52, 53, 54, 55, 56}));
}

}  // namespace
}  // namespace luytre::dataplane::test
