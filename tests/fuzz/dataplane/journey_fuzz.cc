// SPDX-License-Identifier: Apache-2.0
// Bytes as the packets of one line's connections. Whatever they are, each packet has exactly one
// outcome, none is lost or released twice, and nothing stays held for ever.
//
// Format: one byte of options, then steps of a letter and its arguments:
//   s  SYN, next byte: initial sequence number         d n …  n bytes of new client data
//   r b n …  n bytes of data, b bytes before the end of what was sent (sent again, overlapping,
//   changed) g n …  n bytes of data behind a gap                f  FIN    x  RST    a
//   acknowledgement S n …  n bytes from the server                     R  RST from the server q n …
//   n bytes as a datagram to port 53            w n …  n bytes as a whole frame p  the client's
//   other port                         b  end of a burst t n  n × 16 ms pass any other letter:
//   nothing

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "base/cursor.h"
#include "dataplane/worker.h"
#include "support/packet_builder.h"
#include "unit/dataplane/test_pool.h"
#include "unit/dataplane/test_world.h"

namespace luytre::dataplane::test {
namespace {

using luytre::test::Bytes;
using luytre::test::packet;
using luytre::test::PacketBuilder;

void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "%s\n", what);
    std::abort();
  }
}

class Script {
 public:
  Script(const WorkerOptions& options, TestPool& pool, const World& world)
      : pool_(pool), world_(world), worker_(options, pool) {}

  void step(Cursor& input);
  void finish();

 private:
  static constexpr std::size_t kMaxFrames = 512;  // a longer script says nothing new

  PacketBuilder client() const {
    return packet().eth().ipv4(kChild, "192.0.2.1").tcp(port_, 443).ack(1);
  }
  PacketBuilder server() const {
    return packet().eth().ipv4("192.0.2.1", kChild).tcp(443, port_).seq(1).ack(next_);
  }
  static std::span<const std::uint8_t> rest_of(Cursor& input) {
    const std::size_t size = input.u8();
    return input.bytes(std::min(size, input.remaining()));
  }
  void add(Side from, const Bytes& frame);
  void flush();
  void collect();
  void check();

  TestPool& pool_;
  World world_;
  Worker worker_;
  std::unique_ptr<Egress> egress_ = std::make_unique<Egress>();
  Worker::Clock::time_point now_{std::chrono::hours(1)};
  std::vector<Packet> burst_;
  Side burst_from_ = Side::Subscriber;
  std::uint64_t received_ = 0;
  std::uint32_t next_ = 1;
  std::uint16_t port_ = 40000;
};

void Script::step(Cursor& input) {
  const std::uint8_t letter = input.u8();
  if (received_ + burst_.size() >= kMaxFrames) {
    return;
  }
  switch (letter) {
    case 's':
      next_ = input.u8() * 0x01010101U;
      add(Side::Subscriber, client().seq(next_++).syn().build());
      return;
    case 'd': {
      const auto bytes = rest_of(input);
      add(Side::Subscriber, client().seq(next_).payload(bytes).build());
      next_ += static_cast<std::uint32_t>(bytes.size());
      return;
    }
    case 'r': {
      const std::uint32_t back = input.u8();
      const auto bytes = rest_of(input);
      add(Side::Subscriber, client().seq(next_ - back).payload(bytes).build());
      next_ += bytes.size() > back ? static_cast<std::uint32_t>(bytes.size()) - back : 0U;
      return;
    }
    case 'g':
      add(Side::Subscriber, client().seq(next_ + 7).payload(rest_of(input)).build());
      return;
    case 'f':
      add(Side::Subscriber, client().seq(next_++).flags(tcp_flag::kFin).ack(1).build());
      return;
    case 'x':
      add(Side::Subscriber, client().seq(next_).flags(tcp_flag::kRst).build());
      return;
    case 'a':
      add(Side::Subscriber, client().seq(next_).build());
      return;
    case 'S':
      add(Side::Internet, server().payload(rest_of(input)).build());
      return;
    case 'R':
      add(Side::Internet, server().flags(tcp_flag::kRst).build());
      return;
    case 'q':
      add(Side::Subscriber,
          packet().eth().ipv4(kChild, "192.0.2.53").udp(40000, 53).payload(rest_of(input)).build());
      return;
    case 'w': {
      const auto bytes = rest_of(input);
      add(Side::Subscriber, {bytes.begin(), bytes.end()});
      return;
    }
    case 'p':
      port_ ^= 1U;
      return;
    case 't':
      flush();
      now_ += std::chrono::milliseconds(16) * input.u8();
      worker_.expire(world_, now_, *egress_);
      collect();
      return;
    case 'b':
      flush();
      return;
    default:
      return;
  }
}

void Script::add(Side from, const Bytes& frame) {
  if (from != burst_from_ || burst_.size() == Worker::kBurst) {
    flush();
  }
  burst_from_ = from;
  burst_.push_back(pool_.load(frame));
}

void Script::flush() {
  worker_.process_burst(burst_from_, burst_, world_, now_, *egress_);
  received_ += burst_.size();
  burst_.clear();
  collect();
  check();
}

void Script::collect() {
  for (const Side side : {Side::Subscriber, Side::Internet}) {
    for (const Packet& left : egress_->packets(side)) {
      pool_.release(left);
    }
  }
  egress_->clear();
}

void Script::check() {
  std::uint64_t outcomes = 0;
  for (const OutcomeRow& row : outcome_rows()) {
    outcomes += worker_.counters().value(row.outcome, Side::Subscriber) +
                worker_.counters().value(row.outcome, Side::Internet);
  }
  require(outcomes + worker_.counters().held_packets() == received_,
          "a packet without one outcome");
  require(pool_.in_use() == worker_.counters().held_packets(), "a packet was lost");
}

void Script::finish() {
  flush();
  now_ += std::chrono::seconds(1);
  worker_.expire(world_, now_, *egress_);
  collect();
  check();
  require(worker_.counters().held_packets() == 0, "a packet is held for ever");
}

}  // namespace
}  // namespace luytre::dataplane::test

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace luytre::dataplane;
  using namespace luytre::dataplane::test;
  static const TestWorld world;
  static TestPool pool(1024);
  luytre::Cursor input(std::span(bytes, size));
  const std::uint8_t choices = input.u8();
  Script script({.max_flows = 16,
                 .max_collecting = (choices & 1U) != 0 ? 1U : 4U,
                 .max_collect_bytes = (choices & 2U) != 0 ? 256U : 16384U,
                 .fail_mode = (choices & 4U) != 0 ? FailMode::Closed : FailMode::Open,
                 .drop_malformed = (choices & 8U) != 0,
                 .max_datagrams = 4},
                pool, world.world());
  while (input.ok() && !input.empty()) {
    script.step(input);
  }
  script.finish();
  return 0;
}
