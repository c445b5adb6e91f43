// SPDX-License-Identifier: Apache-2.0
#include "dataplane/port/port.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

#include "shared_eal.h"

namespace luytre::port {
namespace {

using dataplane::Packet;

constexpr unsigned kBuffers = 4095;
constexpr unsigned kRingSlots = 1023;  // of a net_ring device

// A port whose packets come back: DPDK's ring device sends to itself.
class LoopedPort : public ::testing::Test {
 protected:
  void SetUp() override {
    static unsigned number = 0;
    ++number;
    buffers_ = testing::make_buffers("looped" + std::to_string(number), kBuffers);
    auto port = Port::open({.driver = Driver::Vdev, .device = "net_ring" + std::to_string(number)},
                           buffers_);
    ASSERT_TRUE(port) << port.error().message;
    port_.emplace(std::move(*port));
  }

  Packet packet(std::uint32_t size, std::uint8_t first = 0) {
    Packet made;
    EXPECT_TRUE(buffers_[0]->allocate(made));
    made.size = size;
    std::iota(made.bytes, made.bytes + size, first);
    return made;
  }

  std::vector<std::unique_ptr<PacketBuffers>> buffers_;
  std::optional<Port> port_;
};

TEST_F(LoopedPort, ReturnsTheSameBytesInTheSameOrder) {
  std::vector<Packet> packets;
  for (std::uint8_t i = 0; i < 100; ++i) {
    packets.push_back(packet(60U + i, i));
  }
  port_->queue(0).send(packets);
  std::array<Packet, Port::kBurst> burst;
  std::uint8_t next = 0;
  for (std::size_t count = 0; (count = port_->queue(0).receive(burst)) > 0;) {
    for (const Packet& back : std::span(burst).first(count)) {
      ASSERT_EQ(back.size, 60U + next);
      EXPECT_EQ(back.bytes[0], next);
      EXPECT_EQ(back.bytes[back.size - 1], static_cast<std::uint8_t>(next + back.size - 1));
      EXPECT_GE(back.capacity, 2048U);
      buffers_[0]->release(back);
      ++next;
    }
  }
  EXPECT_EQ(next, 100);
  EXPECT_EQ(port_->counters().received, 100U);
  EXPECT_EQ(port_->counters().sent, 100U);
  EXPECT_EQ(buffers_[0]->free_count(), kBuffers);
}

TEST_F(LoopedPort, ReceivesNothingWhenNothingWasSent) {
  std::array<Packet, Port::kBurst> burst;
  EXPECT_EQ(port_->queue(0).receive(burst), 0U);
}

TEST_F(LoopedPort, ReceivesNoMoreThanThereIsRoomFor) {
  std::vector<Packet> packets;
  for (int i = 0; i < 10; ++i) {
    packets.push_back(packet(60));
  }
  port_->queue(0).send(packets);
  std::array<Packet, 7> burst;
  EXPECT_EQ(port_->queue(0).receive(burst), 7U);
  std::ranges::for_each(burst, [this](const Packet& back) { buffers_[0]->release(back); });
}

TEST_F(LoopedPort, DropsAndCountsWhatAFullDeviceDoesNotTake) {
  constexpr unsigned kTooMany = 500;
  std::vector<Packet> packets;
  for (unsigned i = 0; i < kRingSlots + kTooMany; ++i) {
    packets.push_back(packet(60));
  }
  port_->queue(0).send(packets);
  EXPECT_EQ(port_->counters().sent, kRingSlots);
  EXPECT_EQ(port_->counters().dropped_send_full, kTooMany);
  EXPECT_EQ(buffers_[0]->free_count(), kBuffers - kRingSlots);
}

TEST_F(LoopedPort, DropsAndCountsWhatIsLongerThanTheMtu) {
  const std::array packets = {packet(1522), packet(1523), packet(64)};
  port_->queue(0).send(packets);
  EXPECT_EQ(port_->counters().sent, 2U);
  EXPECT_EQ(port_->counters().dropped_too_long, 1U);
}

TEST_F(LoopedPort, SendsWhatTheWorkerMadeOfAPacket) {
  Packet tagged = packet(64);
  tagged.bytes -= 4;  // room for a VLAN tag in front
  tagged.size += 4;
  std::fill_n(tagged.bytes, 4, std::uint8_t{0xee});
  port_->queue(0).send({&tagged, 1});
  std::array<Packet, 1> back;
  ASSERT_EQ(port_->queue(0).receive(back), 1U);
  EXPECT_EQ(back[0].size, 68U);
  EXPECT_EQ(back[0].bytes[0], 0xee);
  EXPECT_EQ(back[0].bytes[5], 1);
  buffers_[0]->release(back[0]);
}

TEST_F(LoopedPort, GivesBackEveryBufferWhenItIsClosedEmpty) {
  const std::array packets = {packet(64)};
  port_->queue(0).send(packets);
  std::array<Packet, 1> back;
  ASSERT_EQ(port_->queue(0).receive(back), 1U);
  buffers_[0]->release(back[0]);
  port_.reset();
  EXPECT_EQ(buffers_[0]->free_count(), kBuffers);
}

TEST(PacketBuffersTest, SayNoWhenTheyAreUsedUp) {
  auto buffers = testing::make_buffers("few", 1023);
  std::vector<Packet> taken;
  for (Packet packet; buffers[0]->allocate(packet);) {
    EXPECT_EQ(packet.size, 0U);
    EXPECT_GE(packet.capacity, 2048U);
    taken.push_back(packet);
  }
  EXPECT_EQ(taken.size(), 1023U);
  std::ranges::for_each(taken, [&](const Packet& packet) { buffers[0]->release(packet); });
  Packet again;
  EXPECT_TRUE(buffers[0]->allocate(again));
  buffers[0]->release(again);
}

TEST(PacketBuffersTest, AreRefusedWithASentenceWhenMemoryIsShort) {
  testing::shared_eal();
  const auto buffers = PacketBuffers::create("huge", {.count = 1U << 20U});
  ASSERT_FALSE(buffers);
  EXPECT_EQ(buffers.error().code, ErrorCode::NoSpace);
  EXPECT_NE(buffers.error().message.find("eal.memory_mb"), std::string::npos);
}

TEST(PacketBuffersTest, TakeNoMoreMemoryThanTheyAskFor) {
  // 40,000 buffers of 2 KB are 92 MB; the estimate has to fit the environment's 128 MB and to hold.
  const BufferOptions options{.count = 40000};
  EXPECT_LT(buffer_memory_bytes(options), 110U << 20U);
  testing::make_buffers("measured", options.count);
}

TEST(PortTest, RefusesADeviceThatDoesNotExist) {
  const auto buffers = testing::make_buffers("nowhere", 1023);
  const auto port = Port::open({.driver = Driver::Vdev, .device = "net_nothing0"}, buffers);
  ASSERT_FALSE(port);
  EXPECT_NE(port.error().message.find("net_nothing0"), std::string::npos);
}

TEST(PortTest, RefusesSeveralWorkersOnADeviceThatCannotSpreadFlows) {
  auto buffers = testing::make_buffers("spread0", 1023);
  buffers.push_back(std::move(testing::make_buffers("spread1", 1023)[0]));
  const auto port =
      Port::open({.driver = Driver::Vdev, .device = "net_ring77", .queues = 2}, buffers);
  ASSERT_FALSE(port);
  EXPECT_NE(port.error().message.find("workers.spread = \"distributor\""), std::string::npos)
      << port.error().message;
}

TEST(EalTest, RunsALoopOnEachWorker) {
  Eal& eal = testing::shared_eal();
  std::array<int, 2> ran{};
  const auto loop = [](void* argument) {
    *static_cast<int*>(argument) = 7;
    return 0;
  };
  for (unsigned worker = 0; worker < ran.size(); ++worker) {
    ASSERT_TRUE(eal.launch(worker, loop, &ran[worker]));
    eal.wait(worker);
    EXPECT_EQ(ran[worker], 7);
  }
}

TEST(EalTest, RefusesACoreThatTheProcessMayNotUse) {
  const auto eal = Eal::start({.cores = {1000}});
  ASSERT_FALSE(eal);
  EXPECT_NE(eal.error().message.find("CPU 1000"), std::string::npos);
}

}  // namespace
}  // namespace luytre::port
