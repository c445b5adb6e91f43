// SPDX-License-Identifier: Apache-2.0
#pragma once

// A worker between two sides that tests read from and write to, with time that they set.

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <numeric>
#include <ostream>
#include <span>
#include <vector>

#include "dataplane/decode.h"
#include "dataplane/forge.h"
#include "dataplane/outcome.h"
#include "dataplane/worker.h"
#include "test_pool.h"
#include "test_world.h"
#include "tests/support/client_hello.h"
#include "tests/support/packet_builder.h"

namespace luytre::dataplane {

inline void PrintTo(Outcome outcome, std::ostream* out) {
  *out << outcome_rows()[static_cast<std::size_t>(outcome)].counter;
}

namespace test {

using luytre::test::Bytes;
using luytre::test::ClientHello;
using luytre::test::packet;
using luytre::test::PacketBuilder;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline const TestWorld& shared_world() {
  static const TestWorld world;
  return world;
}

inline Bytes hello_for(std::string_view name, std::size_t share = 32) {
  return ClientHello().server_name(name).browser_extensions(share).stream();
}
inline Bytes get_request(std::string_view host) {
  return luytre::test::bytes_of("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n");
}

inline Bytes first_bytes(const Bytes& bytes, std::size_t size) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

// Outcomes that are not zero, both sides together; what a table of expectations is compared with.
using Counts = std::map<Outcome, std::uint64_t>;

class GatewayTest : public testing::Test {
 protected:
  GatewayTest() { start({}); }
  ~GatewayTest() override {
    EXPECT_EQ(received_, total());
    drain();
    EXPECT_EQ(pool_.in_use(), 0U) << "packets were lost";
    EXPECT_EQ(worker_->counters().held_packets(), 0U);
  }

  static WorkerOptions small(WorkerOptions options) {
    options.max_flows = std::min(options.max_flows, 1024U);
    options.max_collecting = std::min(options.max_collecting, 64U);
    return options;
  }
  // Begins anew with these options; tables are made small.
  void start(const WorkerOptions& options, NameObserver* observer = nullptr) {
    worker_ = std::make_unique<Worker>(small(options), pool_, observer);
    received_ = 0;
  }

  void from_client(const std::vector<Bytes>& frames) { receive(Side::Subscriber, frames); }
  void from_server(const std::vector<Bytes>& frames) { receive(Side::Internet, frames); }
  void receive(Side from, const std::vector<Bytes>& frames) {
    for (std::size_t at = 0; at < frames.size(); at += Worker::kBurst) {
      std::vector<Packet> burst;
      for (std::size_t i = at; i < std::min(frames.size(), at + Worker::kBurst); ++i) {
        burst.push_back(pool_.load(frames[i]));
      }
      worker_->process_burst(from, burst, world_, now_, *egress_);
      received_ += burst.size();
      collect();
    }
  }
  void pass(milliseconds time) {
    now_ += time;
    worker_->expire(world_, now_, *egress_);
    collect();
  }
  void drain() {
    while (!worker_->drain(*egress_)) {
      collect();
    }
    collect();
  }

  // What left since it was last asked for.
  std::vector<Bytes> to_client() { return std::exchange(left_[0], {}); }
  std::vector<Bytes> to_server() { return std::exchange(left_[1], {}); }

  [[nodiscard]] Counts counts() const {
    Counts counts;
    for (const OutcomeRow& row : outcome_rows()) {
      const std::uint64_t value = worker_->counters().value(row.outcome, Side::Subscriber) +
                                  worker_->counters().value(row.outcome, Side::Internet);
      if (value != 0) {
        counts[row.outcome] = value;
      }
    }
    return counts;
  }
  [[nodiscard]] std::uint64_t held() const { return worker_->counters().held_packets(); }
  [[nodiscard]] std::uint64_t total() const {
    std::uint64_t sum = held();
    for (const auto& [outcome, value] : counts()) {
      sum += value;
    }
    return sum;
  }

  TestPool pool_{4096};
  World world_ = shared_world().world();
  Worker::Clock::time_point now_{std::chrono::hours(1)};
  std::unique_ptr<Worker> worker_;

 private:
  void collect() {
    for (const Side side : {Side::Subscriber, Side::Internet}) {
      for (const Packet& packet : egress_->packets(side)) {
        left_[static_cast<std::size_t>(side)].emplace_back(packet.frame().begin(),
                                                           packet.frame().end());
        pool_.release(packet);
      }
    }
    egress_->clear();
  }

  std::uint64_t received_ = 0;
  std::unique_ptr<Egress> egress_ = std::make_unique<Egress>();
  std::array<std::vector<Bytes>, 2> left_;
};

inline PacketView view_of(const Bytes& frame) {
  PacketView view;
  EXPECT_EQ(decode(frame, view), DecodeResult::Ok);
  EXPECT_TRUE(checksums_are_right(frame, view));
  return view;
}
inline Bytes payload_of(const Bytes& frame) {
  const PacketView view = view_of(frame);
  const auto begin = frame.begin() + view.payload_offset;
  return {begin, begin + view.payload_size};
}

// One TCP connection as its two ends write it. The client's first byte has sequence number isn + 1.
struct Connection {
  std::string_view client = kChild;
  std::string_view server = "192.0.2.1";
  std::uint16_t client_port = 40000;
  std::uint16_t server_port = 443;
  std::uint32_t isn = 1000;
  std::uint32_t server_isn = 70000;
  std::uint16_t vlan = 0;

  [[nodiscard]] PacketBuilder from_client() const {
    return frame(client, server, client_port, server_port);
  }
  [[nodiscard]] PacketBuilder from_server() const {
    return frame(server, client, server_port, client_port);
  }

  [[nodiscard]] Bytes syn() const { return from_client().seq(isn).syn().build(); }
  [[nodiscard]] Bytes syn_ack() const {
    return from_server()
        .seq(server_isn)
        .flags(tcp_flag::kSyn | tcp_flag::kAck)
        .ack(isn + 1)
        .build();
  }
  // Acknowledges the server's SYN and `offset` bytes are the client's own before.
  [[nodiscard]] Bytes acknowledgement(std::uint32_t offset = 0) const {
    return from_client().seq(isn + 1 + offset).ack(server_isn + 1).build();
  }
  [[nodiscard]] Bytes data(std::span<const std::uint8_t> bytes, std::size_t offset = 0,
                           std::uint8_t more_flags = 0) const {
    return from_client()
        .seq(isn + 1 + static_cast<std::uint32_t>(offset))
        .flags(static_cast<std::uint8_t>(tcp_flag::kPsh | more_flags))
        .ack(server_isn + 1)
        .payload(bytes)
        .build();
  }
  [[nodiscard]] Bytes fin(std::size_t offset) const { return data({}, offset, tcp_flag::kFin); }
  [[nodiscard]] Bytes reset(std::size_t offset) const {
    return from_client()
        .seq(isn + 1 + static_cast<std::uint32_t>(offset))
        .flags(tcp_flag::kRst)
        .build();
  }
  [[nodiscard]] Bytes server_data(std::string_view text) const {
    return from_server().seq(server_isn + 1).ack(isn + 1).payload(text).build();
  }
  // `bytes` in pieces of at most `size`, from `offset` of them on.
  [[nodiscard]] std::vector<Bytes> segments(std::span<const std::uint8_t> bytes, std::size_t size,
                                            std::size_t offset = 0) const {
    std::vector<Bytes> frames;
    for (; offset < bytes.size(); offset += size) {
      frames.push_back(data(bytes.subspan(offset, std::min(size, bytes.size() - offset)), offset));
    }
    return frames;
  }

 private:
  [[nodiscard]] PacketBuilder frame(std::string_view source, std::string_view destination,
                                    std::uint16_t source_port,
                                    std::uint16_t destination_port) const {
    PacketBuilder builder = packet().eth();
    if (vlan != 0) {
      builder.vlan(vlan);
    }
    if (source.find(':') != std::string_view::npos) {
      builder.ipv6(source, destination);
    } else {
      builder.ipv4(source, destination);
    }
    return builder.tcp(source_port, destination_port);
  }
};

}  // namespace test
}  // namespace luytre::dataplane
