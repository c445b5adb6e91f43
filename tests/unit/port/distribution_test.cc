// SPDX-License-Identifier: Apache-2.0
// A port whose packets go through rings, seen from the wire, the distributor and the workers; the
// test takes the turns of all of them.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <vector>

#include "dataplane/port/port.h"
#include "shared_eal.h"
#include "tests/support/packet_builder.h"
#include "tests/support/ring_device.h"

namespace luytre::port {
namespace {

using dataplane::Packet;
using luytre::test::Bytes;
using luytre::test::RingDevice;

constexpr unsigned kBuffers = 16383;
constexpr std::uint16_t kWorkers = 3;

const Bytes kFrame =
    luytre::test::packet().eth().ipv4("10.0.0.0", "192.0.2.1").udp(1, 2).payload("nn").build();

class DistributedPort : public ::testing::Test {
 protected:
  void SetUp() override {
    static unsigned number = 0;
    const std::string name = "spread" + std::to_string(++number);
    buffers_ = testing::make_buffers(name, kBuffers);
    wire_.emplace(name, RingDevice::Slots{.arriving = 16384, .leaving = 16384});
    auto port = Port::open({.driver = Driver::Vdev,
                            .device = wire_->device(),
                            .queues = kWorkers,
                            .spread = Spread::Distributor},
                           buffers_);
    ASSERT_TRUE(port) << port.error().message;
    port_.emplace(std::move(*port));
  }
  void TearDown() override {
    port_.reset();
    wire_.reset();
    EXPECT_EQ(buffers_[0]->free_count(), kBuffers) << "packets were lost";
  }

  // Number `number` of the connection between 10.0.0.`client` and one server.
  Packet packet(std::uint8_t client, std::uint8_t number, std::uint32_t size = 60) {
    Packet made;
    EXPECT_TRUE(buffers_[0]->allocate(made));
    made.size = size;
    std::fill_n(made.bytes, size, std::uint8_t{0});
    std::ranges::copy(kFrame, made.bytes);
    made.bytes[29] = client;
    made.bytes[43] = number;
    return made;
  }
  unsigned worker_of(std::uint8_t client) const {
    Bytes frame = kFrame;
    frame[29] = client;
    return spread_.worker_of(frame);
  }
  void arrive(const std::vector<Packet>& packets) {
    ASSERT_EQ(wire_->put(packets), packets.size());
  }
  // What `take` gives until it gives nothing more, as client and number.
  using Numbers = std::vector<std::pair<unsigned, unsigned>>;
  template <typename Take>
  Numbers drained(const Take& take) {
    Numbers numbers;
    std::array<Packet, Port::kBurst> burst;
    for (std::size_t count = 0; (count = take(std::span<Packet>(burst))) > 0;) {
      for (const Packet& packet : std::span(burst).first(count)) {
        numbers.emplace_back(packet.bytes[29], packet.bytes[43]);
        buffers_[0]->release(packet);
      }
    }
    return numbers;
  }
  Numbers taken_by(std::uint16_t worker) {
    return drained([&](auto burst) { return port_->queue(worker).receive(burst); });
  }
  Numbers left() {
    return drained([&](auto burst) { return wire_->take(burst); });
  }

  WorkerSpread spread_{kWorkers, 1};
  std::vector<std::unique_ptr<PacketBuffers>> buffers_;
  std::optional<RingDevice> wire_;
  std::optional<Port> port_;
};

TEST_F(DistributedPort, GivesEachPacketToOneWorkerAndEachConnectionInItsOrder) {
  std::vector<Packet> packets;
  for (std::uint8_t number = 0; number < 40; ++number) {
    for (std::uint8_t client = 0; client < 50; ++client) {
      packets.push_back(packet(client, number));
    }
  }
  arrive(packets);
  std::size_t distributed = 0;
  for (std::size_t burst = 0; (burst = port_->distribute(spread_)) > 0;) {
    distributed += burst;
  }
  EXPECT_EQ(distributed, packets.size());
  EXPECT_FALSE(port_->is_delivered());
  std::map<unsigned, unsigned> next;  // by client
  for (std::uint16_t worker = 0; worker < kWorkers; ++worker) {
    const auto numbers = taken_by(worker);
    EXPECT_FALSE(numbers.empty()) << "worker " << worker << " has nothing to do";
    std::map<unsigned, unsigned> of_worker;
    for (const auto& [client, number] : numbers) {
      EXPECT_EQ(number, of_worker[client]++);
    }
    for (const auto& [client, count] : of_worker) {
      EXPECT_EQ(count, 40U) << "client " << client << " has packets elsewhere";
      EXPECT_TRUE(next.emplace(client, count).second);
    }
  }
  EXPECT_EQ(next.size(), 50U);
  EXPECT_TRUE(port_->is_delivered());
  EXPECT_EQ(port_->counters().received, packets.size());
  EXPECT_EQ(port_->counters().dropped_worker_full, 0U);
}

TEST_F(DistributedPort, SendsWhatTheWorkersGiveInTheirOrder) {
  for (std::uint8_t number = 0; number < 100; ++number) {
    for (std::uint16_t worker = 0; worker < kWorkers; ++worker) {
      const std::array one = {packet(static_cast<std::uint8_t>(worker), number)};
      port_->queue(worker).send(one);
    }
  }
  while (port_->collect() > 0) {
  }
  std::array<unsigned, kWorkers> next{};
  for (const auto& [worker, number] : left()) {
    EXPECT_EQ(number, next[worker]++);
  }
  EXPECT_EQ(next, (std::array<unsigned, kWorkers>{100, 100, 100}));
  EXPECT_EQ(port_->counters().sent, 300U);
}

TEST_F(DistributedPort, DropsAndCountsWhatAWorkerDoesNotTakeAndServesTheOthers) {
  constexpr unsigned kTooMany = 100;
  std::vector<Packet> packets;
  for (unsigned i = 0; i < kRingToWorker - 1 + kTooMany; ++i) {
    packets.push_back(packet(0, 0));
  }
  const unsigned busy = worker_of(0);
  std::uint8_t other = 1;
  while (worker_of(other) == busy) {
    ++other;
  }
  arrive(packets);
  arrive({packet(other, 1)});
  while (port_->distribute(spread_) > 0) {
  }
  EXPECT_EQ(port_->counters().received, kRingToWorker);  // all but one slot, and the other one
  EXPECT_EQ(port_->counters().dropped_worker_full, kTooMany);
  EXPECT_EQ(taken_by(static_cast<std::uint16_t>(worker_of(other))), (Numbers{{other, 1}}));
  EXPECT_EQ(taken_by(static_cast<std::uint16_t>(busy)).size(), kRingToWorker - 1);
}

TEST_F(DistributedPort, DropsAndCountsWhatTheDistributorDoesNotTake) {
  constexpr unsigned kTooMany = 100;
  std::vector<Packet> packets;
  for (unsigned i = 0; i < kRingFromWorker - 1 + kTooMany; ++i) {
    packets.push_back(packet(0, 0));
  }
  port_->queue(1).send(packets);
  EXPECT_EQ(port_->counters().dropped_distributor_full, kTooMany);
  while (port_->collect() > 0) {
  }
  EXPECT_EQ(port_->counters().sent, kRingFromWorker - 1);
  EXPECT_EQ(left().size(), kRingFromWorker - 1);
}

TEST_F(DistributedPort, DropsAndCountsWhatIsLongerThanTheMtu) {
  const std::array packets = {packet(0, 0, 1522), packet(0, 1, 1523), packet(0, 2)};
  port_->queue(0).send(packets);
  EXPECT_EQ(port_->collect(), 2U);
  EXPECT_EQ(left(), (Numbers{{0, 0}, {0, 2}}));
  EXPECT_EQ(port_->counters().dropped_too_long, 1U);
}

TEST_F(DistributedPort, GivesBackWhatWaitsInItsRingsWhenItIsClosed) {
  arrive({packet(0, 0), packet(1, 0)});
  EXPECT_EQ(port_->distribute(spread_), 2U);
  port_->queue(2).send(std::array{packet(2, 0)});
}

}  // namespace
}  // namespace luytre::port
