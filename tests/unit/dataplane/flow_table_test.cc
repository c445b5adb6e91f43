// SPDX-License-Identifier: Apache-2.0
#include "flow_table.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <unordered_set>
#include <vector>

namespace luytre::dataplane {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

PacketView client_view(std::uint32_t client, std::uint16_t port) {
  PacketView view;
  const std::array<std::uint8_t, 4> source = {10, static_cast<std::uint8_t>(client >> 16U),
                                              static_cast<std::uint8_t>(client >> 8U),
                                              static_cast<std::uint8_t>(client)};
  const std::array<std::uint8_t, 4> destination = {192, 0, 2, 1};
  view.source = categories::IpAddress::v4(source);
  view.destination = categories::IpAddress::v4(destination);
  view.source_port = port;
  view.destination_port = 443;
  view.ip_version = 4;
  view.protocol = ip_protocol::kTcp;
  return view;
}

FlowKey key_of(std::uint32_t number) {
  return FlowKey::from_client(
      client_view(number / 1000, static_cast<std::uint16_t>(number % 1000)));
}

FlowSlot insert(FlowTable& table, const FlowKey& key, FlowTable::Tick now = 0) {
  return table.insert(key, table.hash(key), now);
}

FlowSlot find(const FlowTable& table, const FlowKey& key) {
  return table.find(key, table.hash(key));
}

TEST(FlowKey, IsTheSameForBothDirections) {
  PacketView out = client_view(7, 40000);
  out.outer_vlan = 20;
  PacketView back = out;
  std::swap(back.source, back.destination);
  std::swap(back.source_port, back.destination_port);
  EXPECT_EQ(FlowKey::from_client(out), FlowKey::from_server(back));
  EXPECT_NE(FlowKey::from_client(out), FlowKey::from_client(back));
}

TEST(FlowKey, TellsTheSameAddressesOnTwoVlansApart) {
  PacketView first = client_view(7, 40000);
  PacketView second = first;
  first.outer_vlan = 20;
  second.outer_vlan = 21;
  EXPECT_NE(FlowKey::from_client(first), FlowKey::from_client(second));
  second.outer_vlan = 20;
  second.inner_vlan = 5;
  EXPECT_NE(FlowKey::from_client(first), FlowKey::from_client(second));
}

TEST(FlowTable, AHintThatIsWrongOrOldMisleadsNobody) {
  FlowTable table(1024, seconds(300), 1);
  const FlowKey one = key_of(1);
  const FlowKey other = key_of(2);
  const FlowSlot place = insert(table, one);
  const FlowSlot elsewhere = insert(table, other);
  EXPECT_EQ(table.prefetch_flow(table.hash(one), true, 0), place);
  EXPECT_EQ(table.find(one, table.hash(one), place), place);
  EXPECT_EQ(table.find(one, table.hash(one), elsewhere), place);
  table.erase(place);
  EXPECT_EQ(table.find(one, table.hash(one), place), kNoFlow);
}

TEST(FlowTable, FindsWhatWasInsertedAndNothingElse) {
  FlowTable table(1024, seconds(300), 1);
  const FlowSlot slot = insert(table, key_of(1));
  ASSERT_NE(slot, kNoFlow);
  EXPECT_EQ(table.state(slot), FlowState::Handshake);
  EXPECT_EQ(find(table, key_of(1)), slot);
  EXPECT_EQ(find(table, key_of(2)), kNoFlow);
  table.erase(slot);
  EXPECT_EQ(find(table, key_of(1)), kNoFlow);
  EXPECT_EQ(table.size(), 0U);
}

TEST(FlowTable, HoldsSeventeenOfTwentyPlacesWithoutReplacingAny) {
  FlowTable table(1U << 16U, seconds(300), 42);
  const auto count = static_cast<std::uint32_t>(table.capacity() * 17 / 20);
  for (std::uint32_t i = 0; i < count; ++i) {
    ASSERT_NE(insert(table, key_of(i)), kNoFlow);
  }
  EXPECT_EQ(table.size(), count);
  EXPECT_EQ(table.replaced(), 0U);
  for (std::uint32_t i = 0; i < count; ++i) {
    ASSERT_NE(find(table, key_of(i)), kNoFlow) << i;
  }
}

TEST(FlowTable, NeverGrowsBeyondItsCapacity) {
  FlowTable table(64, seconds(300), 3);
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    ASSERT_NE(insert(table, key_of(i), static_cast<FlowTable::Tick>(i)), kNoFlow);
    ASSERT_NE(find(table, key_of(i)), kNoFlow);
    ASSERT_LE(table.size(), table.capacity());
  }
  EXPECT_EQ(table.replaced(), 10'000 - table.size());
}

TEST(FlowTable, AFloodOfHalfOpenConnectionsReplacesOnlyItsLike) {
  FlowTable table(1024, seconds(300), 3);
  std::vector<FlowKey> decided;
  for (std::uint32_t i = 0; i < 256; ++i) {
    decided.push_back(key_of(i));
    table.set_state(insert(table, key_of(i), 0), FlowState::Allowed);
  }
  for (std::uint32_t i = 1000; i < 50'000; ++i) {
    ASSERT_NE(insert(table, key_of(i), 100), kNoFlow);
  }
  for (const FlowKey& key : decided) {
    EXPECT_NE(find(table, key), kNoFlow);
  }
}

TEST(FlowTable, ReplacesTheLongestIdleOfEqualFlows) {
  FlowTable table(16, seconds(300), 9);  // two buckets
  FlowTable::Tick now = 0;
  std::uint32_t next = 0;
  while (table.replaced() == 0) {
    table.set_state(insert(table, key_of(next++), now++), FlowState::Allowed);
  }
  // The victim shares a bucket with the newcomer; the most recent one before it is surely still
  // there.
  EXPECT_NE(find(table, key_of(next - 2)), kNoFlow);
  EXPECT_NE(find(table, key_of(next - 1)), kNoFlow);
}

TEST(FlowTable, RefusesANewFlowWhenAllPlacesHoldPackets) {
  FlowTable table(16, seconds(300), 9);
  std::vector<FlowSlot> slots;
  for (std::uint32_t i = 0; table.size() < table.capacity() && i < 10'000; ++i) {
    const FlowSlot slot = insert(table, key_of(i));
    if (slot != kNoFlow) {
      table.set_state(slot, FlowState::Collecting);
    }
  }
  ASSERT_EQ(table.size(), table.capacity());
  EXPECT_EQ(table.replaced(), 0U);
  EXPECT_EQ(insert(table, key_of(50'000)), kNoFlow);
}

TEST(FlowTable, ForgetsIdleFlowsAndKeepsActiveOnesAcrossTheWrapOfTime) {
  FlowTable table(1024, seconds(300), 5);
  const steady_clock::time_point start{seconds(65'400)};  // Tick wraps at 65,536 s
  table.sweep(start);
  const FlowSlot idle = insert(table, key_of(1), FlowTable::tick(start));
  const FlowSlot active = insert(table, key_of(2), FlowTable::tick(start));
  const FlowSlot held = insert(table, key_of(3), FlowTable::tick(start));
  table.set_state(idle, FlowState::Allowed);
  table.set_state(active, FlowState::Allowed);
  table.set_state(held, FlowState::Collecting);
  for (int second = 1; second < 600; ++second) {
    const auto now = start + seconds(second);
    table.touch(active, FlowTable::tick(now));
    table.sweep(now);
    if (second < 300) {
      ASSERT_EQ(find(table, key_of(1)), idle) << second;
    }
  }
  EXPECT_EQ(find(table, key_of(1)), kNoFlow);
  EXPECT_EQ(find(table, key_of(2)), active);
  EXPECT_EQ(find(table, key_of(3)), held);
}

TEST(FlowTable, ForgetsAClosingFlowAfterTenSecondsUnlessItGoesOn) {
  FlowTable table(1024, seconds(300), 5);
  const steady_clock::time_point start{seconds(1000)};
  table.sweep(start);
  for (std::uint32_t i = 1; i <= 2; ++i) {
    const FlowSlot slot = insert(table, key_of(i), FlowTable::tick(start));
    table.set_state(slot, FlowState::Allowed);
    table.mark_closing(slot);
    EXPECT_EQ(table.state(slot), FlowState::Allowed);
  }
  for (int second = 1; second < 30; ++second) {
    const auto now = start + seconds(second);
    table.touch(find(table, key_of(2)), FlowTable::tick(now));
    table.sweep(now);
  }
  EXPECT_EQ(find(table, key_of(1)), kNoFlow);
  EXPECT_NE(find(table, key_of(2)), kNoFlow);
}

TEST(FlowTable, BehavesLikeAMapUnderRandomUse) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  FlowTable table(4096, seconds(300), random());
  std::unordered_set<std::uint32_t> model;
  for (int step = 0; step < 200'000; ++step) {
    const auto number = static_cast<std::uint32_t>(random() % 6000);
    const FlowSlot found = find(table, key_of(number));
    ASSERT_EQ(found != kNoFlow, model.contains(number));
    if (found != kNoFlow) {
      ASSERT_EQ(table.flow(found).detail, number);
      table.erase(found);
      model.erase(number);
    } else if (model.size() < 3200) {  // a table that is fuller may have to replace a flow
      table.flow(insert(table, key_of(number))).detail = number;
      model.insert(number);
    }
    ASSERT_EQ(table.size(), model.size());
  }
  EXPECT_EQ(table.replaced(), 0U);
}

TEST(FlowHasher, AnotherSeedGivesOtherBuckets) {
  const FlowHasher first(1);
  const FlowHasher second(2);
  std::set<std::uint64_t> low_bits;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    EXPECT_NE(first(key_of(i)), second(key_of(i)));
    low_bits.insert(first(key_of(i)) & 0xffffU);
  }
  EXPECT_GT(low_bits.size(), 950U);  // 1,000 in 65,536 places: about 8 collisions are expected
}

}  // namespace
}  // namespace luytre::dataplane
