// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <iterator>
#include <optional>
#include <thread>
#include <vector>

#include "dataplane/port/interface.h"
#include "dataplane/port/port.h"
#include "private_network.h"
#include "shared_eal.h"

namespace luytre::port {
namespace {

using Frame = std::vector<std::uint8_t>;

// The other end of the cable.
class FarEnd {
 public:
  FarEnd() : socket_(::socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL))) {
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(if_nametoindex("far"));
    EXPECT_EQ(
        ::bind(socket_, static_cast<sockaddr*>(static_cast<void*>(&address)), sizeof(address)), 0);
    timeval patience{.tv_sec = 2, .tv_usec = 0};
    EXPECT_EQ(::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
  }
  FarEnd(const FarEnd&) = delete;
  FarEnd& operator=(const FarEnd&) = delete;
  ~FarEnd() { ::close(socket_); }

  void send(const Frame& frame) const {
    ASSERT_EQ(::send(socket_, frame.data(), frame.size(), 0), static_cast<ssize_t>(frame.size()));
  }
  [[nodiscard]] Frame receive() const {
    Frame frame(65536);
    const ssize_t size = ::recv(socket_, frame.data(), frame.size(), 0);
    frame.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return frame;
  }

 private:
  int socket_;
};

Frame ethernet(std::initializer_list<std::uint8_t> type, std::size_t payload_bytes) {
  Frame frame;
  for (const int octet : {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2}) {
    frame.push_back(static_cast<std::uint8_t>(octet));
  }
  std::ranges::copy(type, std::back_inserter(frame));
  for (std::size_t i = 0; i < payload_bytes; ++i) {
    frame.push_back(static_cast<std::uint8_t>(i));
  }
  return frame;
}

// An IPv4 packet from 192.0.2.`from` to 192.0.2.`to`; `position` is the fragment field.
Frame ipv4(std::uint8_t from, std::uint8_t to, std::uint16_t position, std::uint16_t bytes) {
  Frame frame = ethernet({0x08, 0x00}, 20U + bytes);
  const auto total = static_cast<std::uint16_t>(20 + bytes);
  std::array<std::uint8_t, 20> header = {0x45,
                                         0,
                                         static_cast<std::uint8_t>(total >> 8),
                                         static_cast<std::uint8_t>(total),
                                         0x12,
                                         0x34,
                                         static_cast<std::uint8_t>(position >> 8),
                                         static_cast<std::uint8_t>(position),
                                         64,
                                         17,
                                         0,
                                         0,
                                         192,
                                         0,
                                         2,
                                         from,
                                         192,
                                         0,
                                         2,
                                         to};
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < header.size(); i += 2) {
    sum += static_cast<std::uint32_t>(header[i] << 8 | header[i + 1]);
  }
  sum = (sum & 0xffff) + (sum >> 16);
  const auto checksum = static_cast<std::uint16_t>(~(sum + (sum >> 16)));
  header[10] = static_cast<std::uint8_t>(checksum >> 8);
  header[11] = static_cast<std::uint8_t>(checksum);
  std::ranges::copy(header, frame.begin() + 14);
  return frame;
}

// One of the fragments of a UDP datagram, as a host with an MTU of 1,500 sends it.
Frame ipv4_fragment(std::uint16_t offset, std::uint16_t bytes, bool more) {
  return ipv4(1, 2, static_cast<std::uint16_t>(offset / 8 | (more ? 0x2000 : 0)), bytes);
}

enum class Direction : std::uint8_t { There, Back };

// UDP between port 40000 + `flow` and 443.
Frame udp_datagram(std::uint8_t flow, Direction direction) {
  const bool there = direction == Direction::There;
  Frame frame = there ? ipv4(1, 2, 0, 48) : ipv4(2, 1, 0, 48);
  const auto client = static_cast<std::uint16_t>(40000 + flow);
  const std::array<std::uint16_t, 4> header = {there ? client : std::uint16_t{443},
                                               there ? std::uint16_t{443} : client, 48, 0};
  for (std::size_t i = 0; i < header.size(); ++i) {
    frame[34 + 2 * i] = static_cast<std::uint8_t>(header[i] >> 8);
    frame[35 + 2 * i] = static_cast<std::uint8_t>(header[i]);
  }
  return frame;
}

class PacketSocketPort : public ::testing::Test {
 protected:
  void SetUp() override {
    LUYTRE_NEEDS_PRIVATE_NETWORK();
    ASSERT_TRUE(prepare_interface("near"));
    buffers_ = testing::make_buffers("cable" + std::to_string(++number_), 4095);
    auto port = Port::open(
        {.driver = Driver::AfPacket, .device = "near", .number = number_, .mtu = 1500}, buffers_);
    ASSERT_TRUE(port) << port.error().message;
    port_.emplace(std::move(*port));
  }

  // What arrives within 200 ms after the last packet.
  std::vector<Frame> received() {
    std::vector<Frame> frames;
    std::array<dataplane::Packet, Port::kBurst> burst;
    for (int quiet = 0; quiet < 200; ++quiet) {
      const std::size_t count = port_->queue(0).receive(burst);
      for (const auto& packet : std::span(burst).first(count)) {
        frames.emplace_back(packet.frame().begin(), packet.frame().end());
        buffers_[0]->release(packet);
        quiet = 0;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return frames;
  }

  void send(const Frame& frame) {
    dataplane::Packet packet;
    ASSERT_TRUE(buffers_[0]->allocate(packet));
    std::ranges::copy(frame, packet.bytes);
    packet.size = static_cast<std::uint32_t>(frame.size());
    port_->queue(0).send({&packet, 1});
  }

  static inline unsigned number_ = 0;
  std::vector<std::unique_ptr<PacketBuffers>> buffers_;
  std::optional<Port> port_;
};

TEST_F(PacketSocketPort, ReceivesFramesAsTheyWereSent) {
  const FarEnd far;
  const std::vector<Frame> frames = {
      ethernet({0x08, 0x06}, 46),                            // ARP, shortest frame
      ethernet({0x08, 0x00}, 1500),                          // longest
      ethernet({0x81, 0x00, 0x00, 0x14, 0x08, 0x00}, 1500),  // VLAN 20
      ethernet({0x81, 0x00, 0x00, 0x00, 0x86, 0xdd}, 60),    // priority-tagged
      ethernet({0x81, 0x00, 0x00, 0x0a, 0x81, 0x00, 0x00, 0x14, 0x08, 0x00}, 60),
  };
  for (const Frame& frame : frames) {
    far.send(frame);
  }
  EXPECT_EQ(received(), frames);
}

TEST_F(PacketSocketPort, LeavesIpv4FragmentsAlone) {
  const FarEnd far;
  const std::vector<Frame> fragments = {ipv4_fragment(0, 1480, true),
                                        ipv4_fragment(1480, 928, false)};
  for (const Frame& fragment : fragments) {
    far.send(fragment);
  }
  EXPECT_EQ(received(), fragments);
}

TEST_F(PacketSocketPort, SendsFramesAsTheyAreAndDoesNotHearItself) {
  const FarEnd far;
  const Frame longest = ethernet({0x81, 0x00, 0x00, 0x14, 0x08, 0x00}, 1500);
  send(longest);
  const Frame arrived = far.receive();
  // The kernel takes the tag out of the frame for whoever listens; the rest is behind it.
  ASSERT_EQ(arrived.size(), longest.size() - 4);
  EXPECT_TRUE(std::equal(arrived.begin() + 12, arrived.end(), longest.begin() + 16));
  EXPECT_TRUE(received().empty());
}

TEST_F(PacketSocketPort, DoesNotHearWhatTheHostSendsOnIt) {
  testing::run(
      "ip address add 192.0.2.1/24 dev near && ip neighbour add 192.0.2.2 lladdr "
      "02:00:00:00:00:09 dev near && bash -c 'for i in 1 2 3; do echo x >/dev/udp/192.0.2.2/9; "
      "done'");
  EXPECT_TRUE(received().empty());
}

TEST_F(PacketSocketPort, CountsWhatItsRingCouldNotTake) {
  constexpr std::uint64_t kMany = 6000;  // the ring takes 4,096
  const FarEnd far;
  const Frame frame = ethernet({0x08, 0x06}, 46);
  for (std::uint64_t i = 0; i < kMany; ++i) {
    far.send(frame);
  }
  EXPECT_EQ(received().size() + port_->counters().dropped_ring_full, kMany);
  EXPECT_GE(port_->counters().dropped_ring_full, kMany - 4096 - 64);
}

// Both directions of a connection, and each fragment, reach the same of two workers.
TEST(PacketSocketSpread, KeepsFlowsTogetherOverTwoQueues) {
  LUYTRE_NEEDS_PRIVATE_NETWORK();
  ASSERT_TRUE(prepare_interface("near"));
  auto buffers = testing::make_buffers("spread-a", 4095);
  buffers.push_back(std::move(testing::make_buffers("spread-b", 4095)[0]));
  auto port = Port::open({.driver = Driver::AfPacket, .device = "near", .number = 90, .queues = 2},
                         buffers);
  ASSERT_TRUE(port) << port.error().message;
  const FarEnd far;
  std::array<std::size_t, 2> by_queue{};
  for (std::uint8_t flow = 0; flow < 32; ++flow) {
    far.send(udp_datagram(flow, Direction::There));
    far.send(udp_datagram(flow, Direction::Back));
    std::array<std::size_t, 2> arrived{};
    for (int patience = 0; patience < 500 && arrived[0] + arrived[1] < 2; ++patience) {
      for (std::uint16_t queue = 0; queue < 2; ++queue) {
        std::array<dataplane::Packet, Port::kBurst> burst;
        const std::size_t count = port->queue(queue).receive(burst);
        arrived[queue] += count;
        for (const auto& packet : std::span(burst).first(count)) {
          buffers[queue]->release(packet);
        }
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(std::max(arrived[0], arrived[1]), 2U) << "flow " << int{flow};
    ++by_queue[arrived[0] > arrived[1] ? 0 : 1];
  }
  EXPECT_GT(by_queue[0], 0U);
  EXPECT_GT(by_queue[1], 0U);
}

}  // namespace
}  // namespace luytre::port
