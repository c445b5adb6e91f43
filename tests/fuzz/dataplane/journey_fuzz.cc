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
#include <span>

#include "base/cursor.h"
#include "fuzz/dataplane/scripted_worker.h"
#include "support/packet_builder.h"
#include "unit/dataplane/test_world.h"

namespace luytre::dataplane::test {
namespace {

using luytre::test::Bytes;
using luytre::test::packet;
using luytre::test::PacketBuilder;

class Script : public ScriptedWorker {
 public:
  using ScriptedWorker::ScriptedWorker;

  void step(Cursor& input);

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

  std::uint32_t next_ = 1;
  std::uint16_t port_ = 40000;
};

void Script::step(Cursor& input) {
  const std::uint8_t letter = input.u8();
  if (frames() >= kMaxFrames) {
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
      pass(std::chrono::milliseconds(16) * input.u8());
      return;
    case 'b':
      flush();
      return;
    default:
      return;
  }
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
