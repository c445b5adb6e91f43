// SPDX-License-Identifier: Apache-2.0
#include "dataplane/port/worker_spread.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>

#include "tests/support/packet_builder.h"
#include "tests/support/tunnels.h"

namespace luytre::port {
namespace {

using luytre::test::Bytes;
using luytre::test::packet;

constexpr unsigned kWorkers = 61;  // many, so that equal workers are no accident
const WorkerSpread kSpread(kWorkers, 42);

std::string v4(std::uint32_t number) {
  return std::to_string(number >> 24U) + '.' + std::to_string(number >> 16U & 255U) + '.' +
         std::to_string(number >> 8U & 255U) + '.' + std::to_string(number & 255U);
}
std::string v6(std::uint32_t network, std::uint32_t host) {
  return "2001:db8:" + std::to_string(network) + "::" + std::to_string(host);
}

TEST(WorkerSpreadTest, BothDirectionsOfAConnectionComeToTheSameWorker) {
  std::mt19937 random(1);
  std::set<unsigned> used;
  for (int i = 0; i < 2000; ++i) {
    const std::string client = v4(static_cast<std::uint32_t>(random()));
    const std::string server = v4(static_cast<std::uint32_t>(random()));
    const unsigned there =
        kSpread.worker_of(packet().eth().ipv4(client, server).tcp(40000, 443).build());
    EXPECT_EQ(kSpread.worker_of(packet()
                                    .eth(test::kServerMac, test::kClientMac)
                                    .ipv4(server, client)
                                    .tcp(443, 40000)
                                    .build()),
              there);
    used.insert(there);
  }
  EXPECT_EQ(used.size(), kWorkers);
  const std::string client = v6(1, 2);
  const std::string server = v6(3, 4);
  EXPECT_EQ(kSpread.worker_of(packet().eth().ipv6(client, server).udp(40000, 443).build()),
            kSpread.worker_of(packet().eth().ipv6(server, client).udp(443, 40000).build()));
}

TEST(WorkerSpreadTest, AllConnectionsBetweenTwoAddressesComeToTheSameWorker) {
  const unsigned worker =
      kSpread.worker_of(packet().eth().ipv4("10.0.0.2", "192.0.2.1").tcp(1, 2).build());
  for (std::uint16_t port = 1; port < 1000; ++port) {
    EXPECT_EQ(kSpread.worker_of(packet().eth().ipv4("10.0.0.2", "192.0.2.1").udp(port, 53).build()),
              worker);
  }
}

TEST(WorkerSpreadTest, EveryFragmentFollowsItsDatagram) {
  const auto ipv4 = [] { return packet().eth().ipv4("10.0.0.2", "192.0.2.1"); };
  const auto ipv6 = [] { return packet().eth().ipv6("2001:db8:1::2", "2001:db8:2::1"); };
  for (const std::uint16_t offset : std::initializer_list<std::uint16_t>{0, 8, 1480}) {
    EXPECT_EQ(kSpread.worker_of(ipv4().fragment(offset, true).protocol(17).payload("x").build()),
              kSpread.worker_of(ipv4().udp(40000, 53).payload("x").build()));
    EXPECT_EQ(kSpread.worker_of(ipv6().fragment(offset, true).protocol(17).payload("x").build()),
              kSpread.worker_of(ipv6().udp(40000, 53).payload("x").build()));
  }
}

// Whatever stands below IP is read through; the ends of a tunnel above it are those of all that it
// carries.
TEST(WorkerSpreadTest, EverythingInOneTunnelComesToTheSameWorker) {
  for (const test::Wrapping& wrapping : test::wrappings()) {
    const bool is_below_ip = wrapping.kinds.front() == dataplane::LayerKind::Pppoe ||
                             wrapping.kinds.front() == dataplane::LayerKind::Mpls;
    std::set<unsigned> used;
    for (std::uint32_t client = 0; client < 20; ++client) {
      const Bytes there =
          packet().eth().ipv4(v4(0x0a000000U + client), "192.0.2.1").tcp(40000, 443).build();
      const Bytes back =
          packet().eth().ipv4("192.0.2.1", v4(0x0a000000U + client)).tcp(443, 40000).build();
      const unsigned worker = kSpread.worker_of(wrapping.wrap(there, test::Way::ToServer));
      EXPECT_EQ(kSpread.worker_of(wrapping.wrap(back, test::Way::ToClient)), worker)
          << wrapping.name;
      used.insert(worker);
    }
    if (!is_below_ip) {
      EXPECT_EQ(used.size(), 1U) << wrapping.name;
    }
  }
}

TEST(WorkerSpreadTest, TagsAndSessionsDoNotChangeTheWorker) {
  const Bytes plain = packet().eth().ipv4("10.0.0.9", "192.0.2.1").udp(1, 2).build();
  const unsigned worker = kSpread.worker_of(plain);
  ASSERT_NE(worker, 0U);
  EXPECT_EQ(kSpread.worker_of(packet()
                                  .eth()
                                  .vlan(100, test::kServiceTag)
                                  .vlan(7)
                                  .ipv4("10.0.0.9", "192.0.2.1")
                                  .udp(1, 2)
                                  .build()),
            worker);
  for (const char* name : {"pppoe", "mpls"}) {
    EXPECT_EQ(kSpread.worker_of(test::wrapping(name).wrap(plain, test::Way::ToServer)), worker)
        << name;
  }
}

TEST(WorkerSpreadTest, WhatIsNotIpBelongsToTheFirstWorker) {
  EXPECT_EQ(kSpread.worker_of({}), 0U);
  EXPECT_EQ(kSpread.worker_of(packet().eth().ether_type(0x0806).payload("who has").build()), 0U);
  EXPECT_EQ(kSpread.worker_of(packet().eth().ether_type(0x0026).payload("LLC").build()), 0U);
  EXPECT_EQ(kSpread.worker_of(
                packet().eth().ipv4("10.0.0.9", "192.0.2.1").udp(1, 2).with_ip_version(5).build()),
            0U);
}

// A cut frame is read to its addresses or not at all, and never beyond its end: each cut stands in
// memory of its own, for the sanitizer.
TEST(WorkerSpreadTest, ACutFrameBelongsToItsConnectionOrToTheFirstWorker) {
  std::vector<Bytes> frames = {
      packet().eth().vlan(5).ipv4("10.0.0.9", "192.0.2.1").tcp(1, 2).build(),
      packet().eth().ipv6("2001:db8:1::9", "2001:db8:2::1").hop_by_hop().udp(1, 2).build()};
  for (const test::Wrapping& wrapping : test::wrappings()) {
    frames.push_back(wrapping.wrap(frames[1], test::Way::ToServer));
  }
  for (const Bytes& frame : frames) {
    const unsigned worker = kSpread.worker_of(frame);
    for (std::size_t size = 0; size < frame.size(); ++size) {
      const Bytes cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
      const unsigned of_cut = kSpread.worker_of(cut);
      EXPECT_TRUE(of_cut == 0 || of_cut == worker) << size;
    }
  }
}

// Counts of workers for the connections of `clients` neighbours to servers in one network.
template <typename Frame>
std::vector<unsigned> shares(unsigned workers, const Frame& frame) {
  const WorkerSpread spread(workers, 7);
  std::vector<unsigned> counts(workers);
  for (std::uint32_t client = 0; client < 400; ++client) {
    for (std::uint32_t server = 0; server < 250; ++server) {
      ++counts[spread.worker_of(frame(client, server))];
    }
  }
  return counts;
}

TEST(WorkerSpreadTest, NeighboursAreSpreadEvenly) {
  Bytes ipv4 = packet().eth().ipv4("10.0.0.0", "192.0.2.0").udp(1, 2).build();
  Bytes ipv6 = packet().eth().ipv6("2001:db8::", "2001:db8:2::").udp(1, 2).build();
  const auto put = [](Bytes& frame, std::size_t at, std::uint32_t number) -> void {
    frame[at] = static_cast<std::uint8_t>(number >> 8U);
    frame[at + 1] = static_cast<std::uint8_t>(number);
  };
  for (const unsigned workers : {2U, 3U, 5U, 16U}) {
    for (const auto& counts : {shares(workers,
                                      [&](std::uint32_t client, std::uint32_t server) {
                                        put(ipv4, 28, client);
                                        put(ipv4, 32, server);
                                        return std::span<const std::uint8_t>(ipv4);
                                      }),
                               shares(workers, [&](std::uint32_t client, std::uint32_t server) {
                                 put(ipv6, 28, client);  // the last 16 bits of each prefix
                                 put(ipv6, 52, server);
                                 return std::span<const std::uint8_t>(ipv6);
                               })}) {
      const auto [least, most] = std::ranges::minmax(counts);
      EXPECT_GT(least, 100'000U / workers * 95 / 100) << workers << " workers";
      EXPECT_LT(most, 100'000U / workers * 105 / 100) << workers << " workers";
    }
  }
}

TEST(WorkerSpreadTest, AnotherSeedSpreadsOtherwise) {
  const WorkerSpread other(kWorkers, 43);
  unsigned same = 0;
  for (std::uint32_t client = 0; client < 1000; ++client) {
    const Bytes frame =
        packet().eth().ipv4(v4(0x0a000000U + client), "192.0.2.1").udp(1, 2).build();
    same += kSpread.worker_of(frame) == other.worker_of(frame) ? 1 : 0;
  }
  EXPECT_LT(same, 1000U / kWorkers * 3);
}

}  // namespace
}  // namespace luytre::port
