// SPDX-License-Identifier: Apache-2.0
// One stream of a client in whatever segments the bytes say: cut, repeated, out of order, overlapping,
// changed, with a server that acknowledges what it has. Whatever they are, what leaves towards the
// server in order is a beginning of what was sent there, no listed name is in what is whole of it, and
// every packet has one outcome.
//
// Format: one byte of options (bits: 0 TLS, HTTP otherwise; 1 a listed name follows an allowed one;
// 2 acknowledgements of the server), then steps of four bytes: offset in units of 8, length, and
// flags (bit 0: one byte changed; 1: FIN; 2: RST; 3: time passes; 4: the next new bytes instead of
// the offset; 5: lost behind the gateway), and which byte is changed.

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <vector>

#include "base/cursor.h"
#include "dataplane/decode.h"
#include "dataplane/worker.h"
#include "support/client_hello.h"
#include "support/packet_builder.h"
#include "support/whole_units.h"
#include "unit/dataplane/test_pool.h"
#include "unit/dataplane/test_world.h"

namespace luytre::dataplane::test {
namespace {

using luytre::test::Bytes;
using luytre::test::bytes_of;
using luytre::test::ClientHello;
using luytre::test::packet;

void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "%s\n", what);
    std::abort();
  }
}

constexpr std::string_view kListed = "casino.test";

Bytes stream_of(std::uint8_t options) {
  const bool listed_later = (options & 2U) != 0;
  const std::string first(listed_later ? "houses.test" : kListed);
  Bytes stream;
  for (const std::string& name : {first, std::string(kListed)}) {
    const Bytes part =
        (options & 1U) != 0
            ? ClientHello().server_name(name).stream()
            : bytes_of("POST / HTTP/1.1\r\nContent-Length: 4\r\nHost: " + name + "\r\n\r\nbody");
    stream.insert(stream.end(), part.begin(), part.end());
  }
  return stream;
}

class Client {
 public:
  Client(TestPool& pool, const World& world, std::uint8_t options)
      : pool_(pool),
        world_(world),
        acknowledges_((options & 4U) != 0),
        stream_(stream_of(options)),
        worker_({.max_flows = 16, .max_collecting = 4, .fail_mode = FailMode::Closed}, pool) {
    send(Side::Subscriber,
         packet().eth().ipv4(kChild, "192.0.2.1").tcp(40000, 80).seq(0).syn().build());
  }

  void step(Cursor& input) {
    std::size_t begin = std::size_t{input.u8()} * 8;
    const std::size_t size = std::size_t{1} + input.u8();
    const std::uint8_t flags = input.u8();
    const std::uint8_t changed = input.u8();
    if (!input.ok() || received_ > 256) {
      return;
    }
    begin = std::min((flags & 16U) != 0 ? next_ : begin, stream_.size() - 1);
    const std::size_t end = std::min(begin + size, stream_.size());
    Bytes bytes(stream_.begin() + static_cast<std::ptrdiff_t>(begin),
                stream_.begin() + static_cast<std::ptrdiff_t>(end));
    if ((flags & 1U) != 0) {
      bytes[changed % bytes.size()] ^= 1U;
      was_changed_ = true;
    }
    next_ = std::max(next_, end);
    const auto tcp_flags = static_cast<std::uint8_t>(((flags & 2U) != 0 ? tcp_flag::kFin : 0U) |
                                                     ((flags & 4U) != 0 ? tcp_flag::kRst : 0U));
    is_lost_ = (flags & 32U) != 0;
    send(Side::Subscriber, packet()
                               .eth()
                               .ipv4(kChild, "192.0.2.1")
                               .tcp(40000, 80)
                               .seq(static_cast<std::uint32_t>(1 + begin))
                               .flags(tcp_flags)
                               .ack(1)
                               .payload(bytes)
                               .build());
    if ((flags & 8U) != 0) {
      now_ += std::chrono::milliseconds(300);
      worker_.expire(world_, now_, *egress_);
      collect();
    }
    if (acknowledges_) {
      acknowledge();
    }
    check();
  }

  void finish() {
    while (!worker_.drain(*egress_)) {
      collect();
    }
    collect();
    check();
    require(pool_.in_use() == 0, "a packet is held for ever");
  }

 private:
  void acknowledge() {
    send(Side::Internet, packet()
                             .eth()
                             .ipv4("192.0.2.1", kChild)
                             .tcp(80, 40000)
                             .seq(1)
                             .ack(static_cast<std::uint32_t>(1 + delivered()))
                             .build());
  }
  void send(Side from, const Bytes& frame) {
    const Packet one = pool_.load(frame);
    worker_.process_burst(from, {&one, 1}, world_, now_, *egress_);
    ++received_;
    collect();
  }
  void collect() {
    for (const Packet& left : egress_->packets(Side::Internet)) {
      PacketView view;
      require(decode(left.frame(), view) == DecodeResult::Ok, "a broken frame left");
      // What a RST carries is text for people (RFC 9293 §3.5.3), not a part of the stream.
      const bool is_reset = (view.tcp_flags & tcp_flag::kRst) != 0;
      if (!is_lost_ && !is_reset && view.source_port == 40000) {
        take(view.tcp_sequence - 1, left.frame().subspan(view.payload_offset, view.payload_size));
      }
      pool_.release(left);
    }
    for (const Packet& left : egress_->packets(Side::Subscriber)) {
      pool_.release(left);
    }
    egress_->clear();
  }
  // As the server's stack puts it together.
  void take(std::size_t offset, std::span<const std::uint8_t> payload) {
    for (std::size_t i = 0; i < payload.size() && offset + i < 65536; ++i) {
      if (offset + i >= at_server_.size()) {
        at_server_.resize(offset + i + 1);
      }
      if (!at_server_[offset + i]) {
        at_server_[offset + i] = payload[i];
      }
    }
  }
  [[nodiscard]] std::size_t delivered() const {
    const auto gap = std::ranges::find_if(
        at_server_, [](const std::optional<std::uint8_t>& byte) { return !byte; });
    return static_cast<std::size_t>(gap - at_server_.begin());
  }
  void check() {
    std::string read(delivered(), ' ');
    for (std::size_t i = 0; i < read.size(); ++i) {
      read[i] = static_cast<char>(*at_server_[i]);
    }
    require(was_changed_ || std::ranges::equal(read, stream_ | std::views::take(read.size()), {},
                                               [](char c) { return static_cast<std::uint8_t>(c); }),
            "what left is not what was sent");
    const std::size_t whole = luytre::test::end_of_whole(bytes_of(read), 80);
    require(was_changed_ || read.substr(0, whole).find(kListed) == std::string::npos,
            "a hello or request with a listed name left");
    std::uint64_t outcomes = worker_.counters().held_packets();
    for (const OutcomeRow& row : outcome_rows()) {
      outcomes += worker_.counters().value(row.outcome, Side::Subscriber) +
                  worker_.counters().value(row.outcome, Side::Internet);
    }
    require(outcomes == received_, "a packet without one outcome");
    require(pool_.in_use() == worker_.counters().held_packets(), "a packet was lost");
  }

  TestPool& pool_;
  World world_;
  bool acknowledges_;
  Bytes stream_;
  Worker worker_;
  std::unique_ptr<Egress> egress_ = std::make_unique<Egress>();
  Worker::Clock::time_point now_{std::chrono::hours(1)};
  std::vector<std::optional<std::uint8_t>> at_server_;
  std::uint64_t received_ = 0;
  std::size_t next_ = 0;
  bool was_changed_ = false;
  bool is_lost_ = false;
};

}  // namespace
}  // namespace luytre::dataplane::test

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace luytre::dataplane::test;
  static const TestWorld world;
  static TestPool pool(1024);
  luytre::Cursor input(std::span(bytes, size));
  Client client(pool, world.world(), input.u8());
  while (input.ok() && !input.empty()) {
    client.step(input);
  }
  client.finish();
  return 0;
}
