// SPDX-License-Identifier: Apache-2.0
// Workers behind a distributor, as the gateway ties them together, between two devices whose wires
// are in the test's hands.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "base/byte_order.h"
#include "distributor_loop.h"
#include "gateway_test.h"
#include "shared_eal.h"
#include "tests/support/ring_device.h"
#include "worker_loop.h"

namespace luytre::gateway {
namespace {

using namespace std::chrono_literals;
using dataplane::Outcome;
using dataplane::Packet;
using dataplane::Side;
using dataplane::test::Connection;
using luytre::test::Bytes;
using luytre::test::RingDevice;
using testing::kMostWorkers;
using testing::shared_eal;

constexpr unsigned kBuffers = 32767;
constexpr auto kPatience = 20s;  // a sanitizer build on a busy machine
constexpr std::array kSides = {Side::Subscriber, Side::Internet};

// The world of the journey's tests: a child's line at 10.0.0.2, casino.test listed.
std::unique_ptr<const LiveWorld> live_world() {
  const dataplane::World world = dataplane::test::shared_world().world();
  const std::shared_ptr<const void> nobody;  // the test's world outlives all that point to it
  return std::make_unique<LiveWorld>(
      std::shared_ptr<const categories::LayeredIndex>(nobody, world.index),
      std::shared_ptr<const policy::PolicySnapshot>(nobody, world.policy), world.category_names);
}

class DistributorTest : public ::testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override {
    static unsigned number = 0;
    shared_eal();
    const std::string name = "between" + std::to_string(++number);
    auto buffers = port::PacketBuffers::create(name, {.count = kBuffers});
    ASSERT_TRUE(buffers) << buffers.error().message;
    buffers_.push_back(std::move(*buffers));
    for (const Side side : kSides) {
      const auto at = static_cast<std::size_t>(side);
      wires_[at].emplace(name + "-" + std::to_string(at));
      auto port = port::Port::open({.driver = port::Driver::Vdev,
                                    .device = wires_[at]->device(),
                                    .queues = static_cast<std::uint16_t>(GetParam()),
                                    .spread = port::Spread::Distributor},
                                   buffers_);
      ASSERT_TRUE(port) << port.error().message;
      ports_[at].emplace(std::move(*port));
    }
    launch();
  }
  void TearDown() override {
    stop();
    loops_.clear();
    for (auto& port : ports_) {
      port.reset();
    }
    for (auto& wire : wires_) {
      wire.reset();
    }
    EXPECT_EQ(buffers_[0]->free_count(), kBuffers) << "packets were lost";
  }

  void launch() {
    auto quiescence = port::Quiescence::create(GetParam());
    ASSERT_TRUE(quiescence);
    quiescence_.emplace(std::move(*quiescence));
    world_.emplace(*quiescence_, live_world());
    const LoopContext context{.quiescence = *quiescence_,
                              .world = *world_,
                              .stop = stop_,
                              .longest_nap = Naps::kLongestOfThree};
    for (unsigned worker = 0; worker < GetParam(); ++worker) {
      const auto queue = static_cast<std::uint16_t>(worker);
      loops_.push_back(std::make_unique<WorkerLoop>(
          worker, dataplane::WorkerOptions{.max_flows = 1024, .max_collecting = 64}, *buffers_[0],
          WorkerQueues{&ports_[0]->queue(queue), &ports_[1]->queue(queue)}, context));
      ASSERT_TRUE(shared_eal().launch(worker, &WorkerLoop::run, loops_.back().get()));
    }
    distributor_.emplace(std::array{&*ports_[0], &*ports_[1]}, port::WorkerSpread(GetParam(), 1),
                         Idle::Sleep);
    ASSERT_TRUE(shared_eal().launch(GetParam(), &DistributorLoop::run, &*distributor_));
    running_ = true;
  }
  // As Gateway::stop().
  void stop() {
    if (!std::exchange(running_, false)) {
      return;
    }
    distributor_->stop_receiving();
    stop_.store(true);
    for (unsigned worker = 0; worker < GetParam(); ++worker) {
      shared_eal().wait(worker);
    }
    distributor_->finish();
    shared_eal().wait(GetParam());
  }

  RingDevice& wire(Side side) { return *wires_[static_cast<std::size_t>(side)]; }
  port::PortCounters counters(Side side) const {
    return ports_[static_cast<std::size_t>(side)]->counters();
  }

  void receive(Side from, const Bytes& frame) {
    Packet packet;
    ASSERT_TRUE(buffers_[0]->allocate(packet));
    std::ranges::copy(frame, packet.bytes);
    packet.size = static_cast<std::uint32_t>(frame.size());
    await([&] { return wire(from).put({&packet, 1}) == 1; });
  }
  // What left on this side since it was last asked for.
  std::vector<Bytes> sent(Side side) {
    std::vector<Bytes> frames;
    std::array<Packet, 32> burst;
    for (std::size_t count = 0; (count = wire(side).take(burst)) > 0;) {
      for (const Packet& packet : std::span(burst).first(count)) {
        frames.emplace_back(packet.frame().begin(), packet.frame().end());
        buffers_[0]->release(packet);
      }
    }
    return frames;
  }
  std::vector<Bytes> await_sent(Side side, std::size_t count) {
    std::vector<Bytes> all;
    await([&] {
      std::ranges::move(sent(side), std::back_inserter(all));
      return all.size() >= count;
    });
    return all;
  }
  static void await(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "it did not come true in time";
      std::this_thread::yield();
    }
  }
  std::uint64_t outcomes(const WorkerLoop& loop) const {
    std::uint64_t sum = 0;
    for (const dataplane::OutcomeRow& row : dataplane::outcome_rows()) {
      for (const Side from : kSides) {
        sum += loop.counters().value(row.outcome, from);
      }
    }
    return sum;
  }
  std::uint64_t count(Outcome outcome) const {
    std::uint64_t sum = 0;
    for (const auto& loop : loops_) {
      for (const Side from : kSides) {
        sum += loop->counters().value(outcome, from);
      }
    }
    return sum;
  }

  std::vector<std::unique_ptr<port::PacketBuffers>> buffers_;
  std::array<std::optional<RingDevice>, 2> wires_;
  std::array<std::optional<port::Port>, 2> ports_;
  std::optional<port::Quiescence> quiescence_;
  std::optional<WorldSwitch> world_;
  std::atomic<bool> stop_{false};
  std::vector<std::unique_ptr<WorkerLoop>> loops_;
  std::optional<DistributorLoop> distributor_;
  bool running_ = false;
};

INSTANTIATE_TEST_SUITE_P(Workers, DistributorTest, ::testing::Values(1, 2, kMostWorkers),
                         [](const auto& workers) { return std::to_string(workers.param); });

// Packet `number` of the connection of a line that did not ask for filtering.
constexpr std::uint32_t kConnections = 100;
constexpr std::size_t kPayloadAt = 42;
Bytes numbered(Side from, std::uint32_t connection, std::uint32_t number) {
  const std::string line = "100.64.0." + std::to_string(connection);
  auto builder = luytre::test::packet().eth();
  Bytes frame = from == Side::Subscriber
                    ? builder.ipv4(line, "192.0.2.1").udp(40000, 9).payload(Bytes(18)).build()
                    : builder.ipv4("192.0.2.1", line).udp(9, 40000).payload(Bytes(18)).build();
  store_be32(&frame[kPayloadAt], connection);
  store_be32(&frame[kPayloadAt + 4], number);
  return frame;
}

TEST_P(DistributorTest, EveryPacketLeavesOnceAndEachConnectionInItsOrder) {
  constexpr std::uint32_t kOfEach = 40;
  for (std::uint32_t number = 0; number < kOfEach; ++number) {
    for (std::uint32_t connection = 0; connection < kConnections; ++connection) {
      for (const Side from : kSides) {
        ASSERT_NO_FATAL_FAILURE(receive(from, numbered(from, connection, number)));
      }
    }
    for (const Side to : kSides) {  // before the wires are full
      const auto left = await_sent(to, kConnections);
      ASSERT_EQ(left.size(), kConnections);
      std::set<std::uint32_t> connections;
      for (const Bytes& frame : left) {
        const std::uint32_t connection = load_be32(&frame[kPayloadAt]);
        EXPECT_EQ(frame, numbered(dataplane::opposite(to), connection, number));
        EXPECT_TRUE(connections.insert(connection).second) << "left twice";
      }
    }
  }
  stop();
  std::uint64_t judged = 0;
  for (const auto& loop : loops_) {
    EXPECT_GT(outcomes(*loop), 0U) << "a worker had nothing to do";
    judged += outcomes(*loop);
  }
  EXPECT_EQ(judged, 2 * kConnections * kOfEach);
  for (const Side side : kSides) {
    EXPECT_EQ(counters(side).received, kConnections * kOfEach);
    EXPECT_EQ(counters(side).sent, kConnections * kOfEach);
  }
}

// All at once, so that rings are full of packets of many connections.
TEST_P(DistributorTest, TheOrderOfAConnectionStaysUnderLoad) {
  constexpr std::uint32_t kOfEach = 20;
  for (std::uint32_t number = 0; number < kOfEach; ++number) {
    for (std::uint32_t connection = 0; connection < kConnections; ++connection) {
      ASSERT_NO_FATAL_FAILURE(
          receive(Side::Subscriber, numbered(Side::Subscriber, connection, number)));
    }
  }
  std::map<std::uint32_t, std::uint32_t> next;
  for (const Bytes& frame : await_sent(Side::Internet, kConnections * kOfEach)) {
    EXPECT_EQ(load_be32(&frame[kPayloadAt + 4]), next[load_be32(&frame[kPayloadAt])]++);
  }
  EXPECT_EQ(next.size(), kConnections);
}

TEST_P(DistributorTest, ANameInTwoSegmentsIsRefusedToBothEnds) {
  for (std::uint16_t port = 40000; port < 40010; ++port) {
    const Connection connection{.client_port = port};
    receive(Side::Subscriber, connection.syn());
    ASSERT_EQ(await_sent(Side::Internet, 1).size(), 1U);
    receive(Side::Internet, connection.syn_ack());
    ASSERT_EQ(await_sent(Side::Subscriber, 1).size(), 1U);
    const Bytes hello = dataplane::test::hello_for("www.casino.test");
    for (const Bytes& segment : connection.segments(hello, hello.size() / 2 + 1)) {
      receive(Side::Subscriber, segment);
    }
    const auto to_client = await_sent(Side::Subscriber, 1);
    ASSERT_EQ(to_client.size(), 1U);
    EXPECT_EQ(dataplane::test::payload_of(to_client[0]), (Bytes{0x15, 3, 3, 0, 2, 2, 0x70}));
    const auto to_server = await_sent(Side::Internet, 1);
    ASSERT_EQ(to_server.size(), 1U);
    EXPECT_EQ(dataplane::test::view_of(to_server[0]).tcp_flags, dataplane::tcp_flag::kRst);
  }
  EXPECT_EQ(count(Outcome::TlsBlocked), 20U);
}

TEST_P(DistributorTest, QuestionsAreAnsweredOrForwarded) {
  const auto question = [](const char* name) {
    return luytre::test::packet()
        .eth()
        .ipv4(dataplane::test::kChild, "192.0.2.53")
        .udp(40000, 53)
        .dns_query(name)
        .build();
  };
  receive(Side::Subscriber, question("casino.test"));
  receive(Side::Subscriber, question("example.org"));
  EXPECT_EQ(await_sent(Side::Internet, 1), (std::vector<Bytes>{question("example.org")}));
  EXPECT_EQ(await_sent(Side::Subscriber, 1).size(), 1U);
  EXPECT_EQ(count(Outcome::DnsBlocked), 1U);
}

TEST_P(DistributorTest, WhatWasReceivedLeavesWhenTheGatewayIsStopped) {
  constexpr std::uint32_t kPackets = 1500;
  for (std::uint32_t number = 0; number < kPackets; ++number) {
    receive(Side::Subscriber, numbered(Side::Subscriber, number % kConnections, number));
  }
  await([&] { return counters(Side::Subscriber).received > 0; });
  stop();
  const std::uint64_t received = counters(Side::Subscriber).received;
  EXPECT_EQ(count(Outcome::Unprofiled), received);
  EXPECT_EQ(counters(Side::Internet).sent, received);
  EXPECT_EQ(sent(Side::Internet).size(), received);
}

// Held when the end comes: by the fail mode it leaves, and the distributor is still there to send.
TEST_P(DistributorTest, WhatIsHeldLeavesWhenTheGatewayIsStopped) {
  const Connection connection;
  receive(Side::Subscriber, connection.syn());
  ASSERT_EQ(await_sent(Side::Internet, 1).size(), 1U);
  const Bytes hello = dataplane::test::hello_for("example.org");
  const Bytes segment = connection.segments(hello, hello.size() / 2 + 1)[0];
  receive(Side::Subscriber, segment);
  await([&] {
    return std::ranges::any_of(
        loops_, [](const auto& loop) { return loop->counters().held_packets() == 1; });
  });
  stop();
  EXPECT_EQ(sent(Side::Internet), (std::vector<Bytes>{segment}));
  EXPECT_EQ(count(Outcome::FailOpen), 1U);
}

}  // namespace
}  // namespace luytre::gateway
