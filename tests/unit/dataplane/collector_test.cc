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

std::vector<std::uint8_t> counting(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

using Added = Collector::Added;

// A pool of which one hold is open, and short calls on it.
struct Pool {
  explicit Pool(std::uint32_t max_bytes = 4096)
      : collector(4, max_bytes), id(collector.open(FlowSlot{9}, 1000, kStart)) {}

  Added add(std::size_t begin, std::size_t end, bool fin = false) {
    const Packet packet{.size = static_cast<std::uint32_t>(end)};
    return collector.add(id, packet, static_cast<std::int32_t>(begin),
                         std::span(bytes).subspan(begin, end - begin), fin);
  }
  [[nodiscard]] std::vector<std::uint8_t> stream() const {
    const auto held = collector.stream(id);
    return {held.begin(), held.end()};
  }
  [[nodiscard]] std::vector<std::uint32_t> sizes() const {
    std::vector<std::uint32_t> sizes;
    for (const Collector::Held& held : collector.packets(id)) {
      sizes.push_back(held.packet.size);
    }
    return sizes;
  }

  std::vector<std::uint8_t> bytes = counting(5000);
  Collector collector;
  HoldId id;
};

using Sizes = std::vector<std::uint32_t>;

TEST(Collector, KeepsBytesInOnePieceAndPacketsInTheirOrderWhateverOrderTheyComeIn) {
  Pool pool;
  EXPECT_EQ(pool.add(300, 400), Added::Fresh);
  EXPECT_EQ(pool.add(100, 200), Added::Fresh);
  EXPECT_TRUE(pool.stream().empty());
  EXPECT_EQ(pool.add(0, 100), Added::Fresh);
  EXPECT_EQ(pool.stream(), counting(200));
  EXPECT_EQ(pool.add(200, 300), Added::Fresh);
  EXPECT_EQ(pool.stream(), counting(400));
  EXPECT_EQ(pool.sizes(), (Sizes{100, 200, 300, 400}));
  EXPECT_EQ(pool.collector.held_packets(), 4U);
  pool.collector.take(pool.id, 3);
  EXPECT_EQ(pool.sizes(), (Sizes{400}));
  pool.collector.close(pool.id);
  EXPECT_EQ(pool.collector.held_packets(), 0U);
}

TEST(Collector, TakesOverlapsOnceAndTellsWhatIsNotNew) {
  Pool pool;
  EXPECT_EQ(pool.add(0, 100), Added::Fresh);
  EXPECT_EQ(pool.add(20, 100), Added::Duplicate);
  EXPECT_EQ(pool.add(200, 300), Added::Fresh);
  EXPECT_EQ(pool.add(220, 280), Added::Duplicate);
  EXPECT_EQ(pool.add(50, 250), Added::Fresh);
  EXPECT_EQ(pool.stream(), counting(300));
  EXPECT_EQ(pool.add(150, 350), Added::Fresh);
  EXPECT_EQ(pool.stream(), counting(350));
  EXPECT_EQ(pool.sizes(), (Sizes{100, 250, 350, 300}));
}

TEST(Collector, TellsOtherBytesInTheSamePlace) {
  for (const std::size_t changed : {0U, 99U, 200U, 299U}) {
    Pool pool;
    EXPECT_EQ(pool.add(0, 100), Added::Fresh);
    EXPECT_EQ(pool.add(200, 300), Added::Fresh);
    pool.bytes[changed] ^= 1U;
    EXPECT_EQ(pool.add(0, 400), Added::Differs) << changed;
    EXPECT_EQ(pool.stream(), counting(100));
    EXPECT_EQ(pool.collector.held_packets(), 2U);
    EXPECT_TRUE(pool.collector.differs(pool.id, 0, std::span(pool.bytes).first(300)));
  }
}

TEST(Collector, AStreamHasOneEnd) {
  Pool pool;
  EXPECT_EQ(pool.add(50, 100, true), Added::Fresh);
  EXPECT_FALSE(pool.collector.hold(pool.id).is_over());
  EXPECT_EQ(pool.add(100, 100, true), Added::Duplicate);
  EXPECT_EQ(pool.add(60, 101), Added::Differs);
  EXPECT_EQ(pool.add(0, 99, true), Added::Differs);
  EXPECT_EQ(pool.add(0, 50), Added::Fresh);
  EXPECT_TRUE(pool.collector.hold(pool.id).is_over());
}

TEST(Collector, AFinAloneIsHeldToo) {
  Pool pool;
  EXPECT_EQ(pool.add(0, 100), Added::Fresh);
  EXPECT_EQ(pool.add(100, 100, true), Added::Fresh);
  EXPECT_TRUE(pool.collector.hold(pool.id).is_over());
  EXPECT_EQ(pool.collector.held_packets(), 2U);
}

TEST(Collector, BytesFromBeforeItsFirstAreLeftOut) {
  Pool pool;
  EXPECT_EQ(pool.collector.add(pool.id, Packet{}, -10, counting(30), false), Added::Fresh);
  EXPECT_EQ(pool.stream().size(), 20U);
  EXPECT_EQ(pool.stream().front(), 10U);
}

TEST(Collector, TakesNothingBeyondItsBoundInBytes) {
  Pool pool(100);
  EXPECT_EQ(pool.add(0, 101), Added::Full);
  EXPECT_EQ(pool.add(50, 101), Added::Beyond);
  EXPECT_EQ(pool.collector.held_packets(), 0U);
  EXPECT_EQ(pool.add(0, 100), Added::Fresh);
  EXPECT_EQ(pool.add(100, 101), Added::Full);
  EXPECT_EQ(pool.stream().size(), 100U);
}

TEST(Collector, TakesNothingBeyondItsBoundInPackets) {
  Pool pool;
  for (std::size_t i = 0; i < Collector::kMaxPackets; ++i) {
    EXPECT_EQ(pool.add(i, i + 1), Added::Fresh);
  }
  EXPECT_EQ(pool.add(128, 129), Added::Full);
  EXPECT_EQ(pool.collector.packets(pool.id).size(), Collector::kMaxPackets);
}

TEST(Collector, TakesNoMoreGapsThanItCanRemember) {
  Pool pool;
  for (std::size_t i = 1; i <= ByteRanges::kMax; ++i) {
    EXPECT_EQ(pool.add(20 * i, 20 * i + 10), Added::Fresh);
  }
  EXPECT_EQ(pool.add(2000, 2010), Added::Beyond);
  EXPECT_EQ(pool.add(0, 330), Added::Fresh);
  EXPECT_EQ(pool.stream().size(), 330U);
  EXPECT_EQ(pool.add(2000, 2010), Added::Fresh);
}

TEST(Collector, AllHoldsTogetherHaveABoundInPackets) {
  Collector collector(2, 4096);
  const HoldId first = collector.open(FlowSlot{1}, 0, kStart);
  const HoldId second = collector.open(FlowSlot{2}, 0, kStart);
  const auto bytes = counting(200);
  std::size_t taken = 0;
  for (std::int32_t i = 0; i < 100; ++i) {
    const auto one = std::span(bytes).subspan(static_cast<std::size_t>(i), 1);
    for (const HoldId id : {first, second}) {
      taken += collector.add(id, Packet{}, i, one, false) == Added::Fresh ? 1 : 0;
    }
  }
  EXPECT_EQ(taken, 2 * Collector::kMeanPackets);
}

TEST(Collector, IsEmptyAfterItsLastPlaceAndUsableAgainAfterAClose) {
  Collector collector(2, 64);
  const HoldId first = collector.open(FlowSlot{1}, 0, kStart);
  const HoldId second = collector.open(FlowSlot{2}, 0, kStart);
  EXPECT_NE(first, second);
  EXPECT_EQ(collector.open(FlowSlot{3}, 0, kStart), kNoHold);
  const std::uint32_t generation = collector.hold(first).generation;
  collector.close(first);
  EXPECT_NE(collector.hold(first).generation, generation);
  EXPECT_EQ(collector.open(FlowSlot{3}, 0, kStart), first);
}

TEST(Collector, WhatLingersIsNotTheOldestAndMakesWay) {
  Collector collector(3, 64);
  const HoldId first = collector.open(FlowSlot{1}, 0, kStart);
  EXPECT_EQ(collector.add(first, Packet{}, 0, counting(10), false), Added::Fresh);
  collector.take(first, 1);
  collector.linger(first);
  EXPECT_EQ(collector.oldest(), kNoHold);
  EXPECT_EQ(collector.to_make_way(), first);
  const HoldId second = collector.open(FlowSlot{2}, 0, kStart);
  EXPECT_EQ(collector.oldest(), second);
  collector.resume(first, FlowSlot{3}, kStart + milliseconds(1));
  EXPECT_EQ(collector.to_make_way(), kNoHold);
  EXPECT_EQ(collector.oldest(), second);
  EXPECT_EQ(collector.stream(first).size(), 10U);
  collector.close(second);
  EXPECT_EQ(collector.oldest(), first);
}

TEST(ByteRanges, ShiftKeepsWhatIsLeftOfARange) {
  ByteRanges ranges;
  EXPECT_TRUE(ranges.add({10, 20}));
  EXPECT_TRUE(ranges.add({30, 50}));
  EXPECT_TRUE(ranges.add({60, 70}));
  ranges.shift(40);
  ASSERT_EQ(ranges.list().size(), 2U);
  EXPECT_EQ(ranges.list()[0].begin, 0U);
  EXPECT_EQ(ranges.list()[0].end, 10U);
  EXPECT_EQ(ranges.list()[1].begin, 20U);
  EXPECT_EQ(ranges.list()[1].end, 30U);
}

TEST(Collector, ContentThatPassedUnheldIsNotComparedAndWhatTheServerHasIsForgotten) {
  Pool pool(200);
  EXPECT_EQ(pool.add(0, 50), Added::Fresh);
  pool.collector.take(pool.id, 1);
  pool.collector.linger(pool.id);
  Collector::Hold& hold = pool.collector.hold(pool.id);
  hold.judged = 150;  // 100 bytes of content
  EXPECT_TRUE(pool.collector.extend(pool.id, 50));
  pool.collector.resume(pool.id, FlowSlot{9}, kStart);
  EXPECT_EQ(pool.add(150, 170), Added::Fresh);
  EXPECT_FALSE(pool.collector.differs(pool.id, 60, std::vector<std::uint8_t>(80, 1)));
  EXPECT_TRUE(pool.collector.differs(pool.id, 40, std::vector<std::uint8_t>(80, 1)));
  EXPECT_TRUE(pool.collector.differs(pool.id, 60, std::vector<std::uint8_t>(95, 1)));
  hold.judged = 170;
  pool.collector.take(pool.id, 1);
  pool.collector.linger(pool.id);
  EXPECT_FALSE(pool.collector.extend(pool.id, 100));
  hold.acknowledged = hold.first_sequence + 100;
  EXPECT_TRUE(pool.collector.extend(pool.id, 100));
  EXPECT_EQ(hold.first_sequence, 1100U);
  EXPECT_EQ(hold.byte_count, 70U);
  EXPECT_FALSE(pool.collector.differs(pool.id, 0, std::vector<std::uint8_t>(50, 1)));
  EXPECT_FALSE(pool.collector.differs(pool.id, 50, std::span(pool.bytes).subspan(150, 20)));
  EXPECT_TRUE(pool.collector.differs(pool.id, 50, std::vector<std::uint8_t>(20, 1)));
}

TEST(Collector, KnowsTheOldestWhicheverIsClosed) {
  Collector collector(8, 64);
  std::vector<HoldId> ids;
  for (std::uint32_t i = 0; i < 4; ++i) {
    ids.push_back(collector.open(FlowSlot{i}, 0, kStart + milliseconds(i)));
  }
  EXPECT_EQ(collector.oldest(), ids[0]);
  collector.close(ids[1]);  // in the middle
  collector.close(ids[0]);  // at the head
  EXPECT_EQ(collector.oldest(), ids[2]);
  collector.close(ids[3]);  // at the tail
  EXPECT_EQ(collector.oldest(), ids[2]);
  collector.close(ids[2]);
  EXPECT_EQ(collector.oldest(), kNoHold);
  const HoldId again = collector.open(FlowSlot{9}, 0, kStart);
  EXPECT_EQ(collector.oldest(), again);
  EXPECT_EQ(collector.hold(again).older, kNoHold);
  EXPECT_EQ(collector.hold(again).newer, kNoHold);
}

}  // namespace
}  // namespace luytre::dataplane
