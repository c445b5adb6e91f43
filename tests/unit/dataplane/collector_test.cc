// SPDX-License-Identifier: Apache-2.0
#include "collector.h"

#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <vector>

namespace luytre::dataplane {
namespace {

using std::chrono::milliseconds;
using Clock = Collector::Clock;

const Clock::time_point kStart{std::chrono::seconds(100)};

PacketView view_at(std::uint32_t sequence) {
  PacketView view;
  view.tcp_sequence = sequence;
  view.tcp_acknowledgement = 77;
  return view;
}

std::vector<std::uint8_t> counting(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

TEST(Collector, KeepsPacketsInOrderAndTheirBytesInOnePiece) {
  Collector collector(4, 4096);
  const HoldId id = collector.open(FlowSlot{9}, view_at(1000), kStart);
  ASSERT_NE(id, kNoHold);
  const auto bytes = counting(300);
  const std::span<const std::uint8_t> all(bytes);
  Packet first{.size = 1};
  Packet second{.size = 2};
  EXPECT_TRUE(collector.append(id, first, all.first(120)));
  EXPECT_TRUE(collector.append(id, second, all.subspan(120)));
  const auto stream = collector.stream(id);
  EXPECT_EQ(std::vector<std::uint8_t>(stream.begin(), stream.end()), bytes);
  ASSERT_EQ(collector.packets(id).size(), 2U);
  EXPECT_EQ(collector.packets(id)[0].size, 1U);
  EXPECT_EQ(collector.packets(id)[1].size, 2U);
  EXPECT_EQ(collector.hold(id).first_sequence, 1000U);
  EXPECT_EQ(collector.hold(id).last_acknowledgement, 77U);
  EXPECT_EQ(collector.held_packets(), 2U);
  collector.close(id);
  EXPECT_EQ(collector.held_packets(), 0U);
}

TEST(Collector, IsEmptyAfterItsLastPlaceAndUsableAgainAfterAClose) {
  Collector collector(2, 64);
  const HoldId first = collector.open(FlowSlot{1}, view_at(1), kStart);
  const HoldId second = collector.open(FlowSlot{2}, view_at(1), kStart);
  EXPECT_NE(first, second);
  EXPECT_EQ(collector.open(FlowSlot{3}, view_at(1), kStart), kNoHold);
  collector.close(first);
  EXPECT_EQ(collector.open(FlowSlot{3}, view_at(1), kStart), first);
}

TEST(Collector, TakesNothingBeyondItsBoundInBytes) {
  Collector collector(1, 100);
  const HoldId id = collector.open(FlowSlot{1}, view_at(1), kStart);
  const auto bytes = counting(101);
  EXPECT_FALSE(collector.append(id, Packet{}, bytes));
  EXPECT_EQ(collector.held_packets(), 0U);
  EXPECT_TRUE(collector.append(id, Packet{}, std::span(bytes).first(100)));
  EXPECT_FALSE(collector.append(id, Packet{}, std::span(bytes).first(1)));
  EXPECT_EQ(collector.stream(id).size(), 100U);
}

TEST(Collector, TakesNothingBeyondItsBoundInPackets) {
  Collector collector(1, 4096);
  const HoldId id = collector.open(FlowSlot{1}, view_at(1), kStart);
  const auto bytes = counting(1);
  for (std::size_t i = 0; i < Collector::kMaxPackets; ++i) {
    EXPECT_TRUE(collector.append(id, Packet{}, bytes));
  }
  EXPECT_FALSE(collector.append(id, Packet{}, bytes));
  EXPECT_EQ(collector.packets(id).size(), Collector::kMaxPackets);
}

TEST(Collector, KnowsTheOldestWhicheverIsClosed) {
  Collector collector(8, 64);
  std::vector<HoldId> ids;
  for (std::uint32_t i = 0; i < 4; ++i) {
    ids.push_back(collector.open(FlowSlot{i}, view_at(1), kStart + milliseconds(i)));
  }
  EXPECT_EQ(collector.oldest(), ids[0]);
  collector.close(ids[1]);  // in the middle
  collector.close(ids[0]);  // at the head
  EXPECT_EQ(collector.oldest(), ids[2]);
  collector.close(ids[3]);  // at the tail
  EXPECT_EQ(collector.oldest(), ids[2]);
  collector.close(ids[2]);
  EXPECT_EQ(collector.oldest(), kNoHold);
  const HoldId again = collector.open(FlowSlot{9}, view_at(1), kStart);
  EXPECT_EQ(collector.oldest(), again);
  EXPECT_EQ(collector.hold(again).older, kNoHold);
  EXPECT_EQ(collector.hold(again).newer, kNoHold);
}

}  // namespace
}  // namespace luytre::dataplane
