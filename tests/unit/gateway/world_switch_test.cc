// SPDX-License-Identifier: Apache-2.0
#include "world_switch.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <map>
#include <thread>

#include "categories/index/index_builder.h"
#include "shared_eal.h"
#include "tests/support/packet_builder.h"
#include "tests/support/scratch_directory.h"
#include "worker_loop.h"

namespace luytre::gateway {
namespace {

using dataplane::Outcome;
using dataplane::Packet;
using dataplane::Side;
using namespace std::chrono_literals;

constexpr unsigned kPackets = 300;
constexpr int kSwaps = 100;

// Two ports that send to themselves: what is sent to the subscriber's side comes from there again,
// so packets that are forwarded circle through the worker for as long as it runs.
class CirclingPackets : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::shared_eal();
    auto buffers = port::PacketBuffers::create("circle", {.count = 16383});
    ASSERT_TRUE(buffers) << buffers.error().message;
    buffers_.push_back(std::move(*buffers));
    for (const std::size_t side : {0U, 1U}) {
      auto port = port::Port::open(
          {.driver = port::Driver::Vdev, .device = "net_ring" + std::to_string(side)}, buffers_);
      ASSERT_TRUE(port) << port.error().message;
      ports_[side].emplace(std::move(*port));
    }
    taxonomy_.emplace(*categories::Taxonomy::load(std::filesystem::path(LUYTRE_SOURCE_DIR) /
                                                  "categories/data/taxonomy.toml"));
    preset_.emplace(*policy::Preset::load(
        std::filesystem::path(LUYTRE_SOURCE_DIR) / "policy/presets/vn.toml", *taxonomy_));
  }

  std::shared_ptr<const categories::LayeredIndex> index(std::uint64_t serial) {
    const auto file = scratch_.path() / ("index-" + std::to_string(serial));
    categories::IndexBuilder builder(*taxonomy_, {1, 2});
    const auto set = categories::CategorySet::of(taxonomy_->find("gambling")->id);
    builder.add(*categories::DomainName::from_text("casino.test"), {.exact = set, .subtree = set});
    EXPECT_TRUE(builder.write(file, serial));
    auto opened = categories::Index::open(file);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::make_shared<const categories::LayeredIndex>(
        std::make_shared<const categories::Index>(std::move(*opened)));
  }

  std::shared_ptr<const policy::PolicySnapshot> snapshot() {
    const policy::Line line{.id = "child",
                            .keys = {*policy::parse_line_key("10.0.0.0/24")},
                            .band = "b1",
                            .paused_until = {},
                            .overrides = {}};
    auto compiled =
        policy::PolicySnapshot::compile(*preset_, {&line, 1}, {}, std::chrono::sys_seconds(0s));
    EXPECT_TRUE(compiled) << compiled.error().message;
    return std::move(*compiled);
  }

  // A datagram of the child's line that carries no name, marked with its number.
  Packet numbered(std::uint32_t number) {
    std::vector<std::uint8_t> payload(8);
    std::memcpy(payload.data(), &number, sizeof(number));
    const auto frame = test::PacketBuilder()
                           .eth()
                           .ipv4("10.0.0.9", "192.0.2.1")
                           .udp(40000, 9999)
                           .payload(payload)
                           .build();
    Packet packet;
    EXPECT_TRUE(buffers_[0]->allocate(packet));
    std::ranges::copy(frame, packet.bytes);
    packet.size = static_cast<std::uint32_t>(frame.size());
    return packet;
  }

  // Number → how often, of everything that is still in the rings.
  std::map<std::uint32_t, int> take_out() {
    std::map<std::uint32_t, int> found;
    std::array<Packet, port::Port::kBurst> burst;
    for (auto& port : ports_) {
      for (std::size_t count = 0; (count = port->queue(0).receive(burst)) > 0;) {
        for (const Packet& packet : std::span(burst).first(count)) {
          std::uint32_t number = 0;
          std::memcpy(&number, packet.bytes + packet.size - 8, sizeof(number));
          ++found[number];
          buffers_[0]->release(packet);
        }
      }
    }
    return found;
  }

  test::ScratchDirectory scratch_;
  std::vector<std::unique_ptr<port::PacketBuffers>> buffers_;
  std::array<std::optional<port::Port>, 2> ports_;
  std::optional<categories::Taxonomy> taxonomy_;
  std::optional<policy::Preset> preset_;
};

TEST_F(CirclingPackets, NothingIsLostOrCountedTwiceDuringAHundredSwaps) {
  auto quiescence = port::Quiescence::create(1);
  ASSERT_TRUE(quiescence);
  const std::vector<std::string> names(64, "category");
  WorldSwitch world(*quiescence, std::make_unique<LiveWorld>(nullptr, nullptr, names));
  std::atomic<bool> stop{false};
  const LoopContext context{.quiescence = *quiescence, .world = world, .stop = stop};
  dataplane::WorkerOptions options;
  options.max_flows = 4096;
  options.max_collecting = 16;
  WorkerLoop loop(0, options, *buffers_[0], {&ports_[0]->queue(0), &ports_[1]->queue(0)}, context);

  std::vector<Packet> packets;
  for (std::uint32_t number = 0; number < kPackets; ++number) {
    packets.push_back(numbered(number));
  }
  ports_[0]->queue(0).send(packets);
  ASSERT_TRUE(testing::shared_eal().launch(0, &WorkerLoop::run, &loop));

  const auto policy = snapshot();
  for (int swap = 0; swap < kSwaps; ++swap) {
    // Each world is new and so is every second index: the old ones are unmapped at once.
    world.publish(std::make_unique<LiveWorld>(swap % 2 == 0 ? index(1) : nullptr,
                                              swap % 3 == 0 ? nullptr : policy, names));
    std::this_thread::sleep_for(200us);
  }
  stop = true;
  testing::shared_eal().wait(0);

  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  for (const auto& port : ports_) {
    received += port->counters().received;
    sent += port->counters().sent;
  }
  std::uint64_t outcomes = 0;
  for (std::size_t outcome = 0; outcome < dataplane::kOutcomeCount; ++outcome) {
    for (const Side from : {Side::Subscriber, Side::Internet}) {
      outcomes += loop.counters().value(static_cast<Outcome>(outcome), from);
    }
  }
  EXPECT_EQ(outcomes, received);
  EXPECT_EQ(sent, received + kPackets);  // the test's own are the first
  EXPECT_GT(loop.counters().value(Outcome::UdpOther, Side::Subscriber), 0U);
  EXPECT_GT(loop.counters().value(Outcome::Unprofiled, Side::Subscriber), 0U);

  const auto left = take_out();
  EXPECT_EQ(left.size(), kPackets);
  for (const auto& [number, times] : left) {
    EXPECT_EQ(times, 1) << number;
  }
  EXPECT_EQ(buffers_[0]->free_count(), 16383U);
  RecordProperty("packets", static_cast<int>(received));
}

}  // namespace
}  // namespace luytre::gateway
