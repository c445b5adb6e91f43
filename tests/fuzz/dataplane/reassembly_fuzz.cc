// SPDX-License-Identifier: Apache-2.0
// Pieces of datagrams in any order. A datagram that passes must be what every receiver makes of its
// fragments, whichever of two overlapping ones that receiver prefers; each fragment has one outcome,
// none is lost, and nothing stays held.
//
// Format: one byte of options (1: fail closed, 2: IPv6, 4: in VXLAN, 8: two datagrams at most), then
// steps: identification and flags (1: more fragments, 2: a second passes before), offset in 8 bytes,
// size (a byte each), and as many bytes.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "base/cursor.h"
#include "dataplane/decode.h"
#include "dataplane/outcome.h"
#include "exit.h"
#include "reassembly.h"
#include "support/packet_builder.h"
#include "support/tunnels.h"
#include "unit/dataplane/test_pool.h"

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

class Pieces {
 public:
  explicit Pieces(std::uint8_t options)
      : v6_((options & 2U) != 0),
        tunnel_((options & 4U) != 0),
        reassembly_((options & 8U) != 0 ? 2 : 64, std::chrono::milliseconds(1000),
                    (options & 1U) != 0 ? FailMode::Closed : FailMode::Open, 1) {}

  void step(Cursor& input);
  void finish();

 private:
  static constexpr std::size_t kMaxFrames = 512;

  [[nodiscard]] Bytes frame(unsigned identification, std::uint16_t begin, bool more,
                            std::span<const std::uint8_t> piece) const;
  void on_whole(const Packet& whole);
  void check();
  void release_egress();

  bool v6_;
  bool tunnel_;
  Reassembly reassembly_;
  TestPool pool_{1024};
  Counters counters_;
  std::unique_ptr<Egress> egress_ = std::make_unique<Egress>();
  Worker::Clock::time_point now_{std::chrono::hours(1)};
  std::uint64_t received_ = 0;
};

Bytes Pieces::frame(unsigned identification, std::uint16_t begin, bool more,
                    std::span<const std::uint8_t> piece) const {
  PacketBuilder builder = packet().eth();
  if (v6_) {
    builder.ipv6("2001:db8::2", "2001:db8::53");
  } else {
    builder.ipv4("10.0.0.2", "192.0.2.53");
  }
  Bytes plain = builder.identification(identification)
                    .fragment(begin, more)
                    .protocol(99)
                    .payload(piece)
                    .build();
  return tunnel_ ? luytre::test::wrapping("vxlan").wrap(plain, luytre::test::Way::ToServer) : plain;
}

void Pieces::step(Cursor& input) {
  const std::uint8_t flags = input.u8();
  const auto begin = static_cast<std::uint16_t>((input.u16() & 0x1fffU) * 8);
  const std::size_t size = input.u8();
  const auto piece = input.bytes(std::min(size, input.remaining()));
  if (!input.ok() || received_ == kMaxFrames) {
    return;
  }
  Exit exit(pool_, counters_, *egress_, Side::Subscriber);
  if ((flags & 2U) != 0) {
    now_ += std::chrono::seconds(1);
    while (reassembly_.give_up_overdue(now_, exit)) {
    }
    release_egress();
  }
  const Packet taken = pool_.load(frame(flags >> 2U & 3U, begin, (flags & 1U) != 0, piece));
  PacketView view;
  require(decode(taken.frame(), view) == DecodeResult::Ok, "a fragment that does not decode");
  ++received_;
  if (!view.is_fragment) {  // offset zero and no more
    exit.forward(taken, Outcome::OtherProtocol);
  } else if (const auto whole = reassembly_.add(taken, view, now_, exit)) {
    on_whole(*whole);
    exit.forward(*whole, Outcome::UdpOther);
  }
  check();
  release_egress();
}

// Written a second time from the fragments as they are, without a word about overlaps: no byte may
// be written twice, and none left out.
void Pieces::on_whole(const Packet& whole) {
  PacketView view;
  require(decode(whole.frame(), view) == DecodeResult::Ok, "a datagram that does not decode");
  require(!view.is_fragment, "a datagram that is a fragment");
  const std::size_t size = whole.size - view.transport_offset;
  std::vector<int> written(size, -1);
  for (const Packet& packet : whole.datagram->fragments()) {
    PacketView piece;
    require(decode(packet.frame(), piece) == DecodeResult::Ok, "a fragment that changed");
    const Fragment fragment = read_fragment(packet.frame(), piece);
    require(fragment.end() <= size, "a piece beyond the end");
    for (std::size_t i = 0; i < fragment.size; ++i) {
      require(written[fragment.begin + i] == -1, "two pieces overlap");
      written[fragment.begin + i] = packet.bytes[fragment.piece_offset + i];
    }
  }
  require(std::ranges::equal(written, whole.frame().subspan(view.transport_offset)),
          "a datagram of other bytes than its fragments");
}

void Pieces::check() {
  std::uint64_t outcomes = 0;
  for (const OutcomeRow& row : outcome_rows()) {
    outcomes += counters_.value(row.outcome, Side::Subscriber);
  }
  require(outcomes + reassembly_.held_packets() == received_, "a fragment without one outcome");
  require(reassembly_.held_packets() <= kMaxHeldFragments, "more fragments than the bound");
}

void Pieces::release_egress() {
  for (const Packet& left : egress_->packets(Side::Internet)) {
    pool_.release(left);
  }
  egress_->clear();
  require(pool_.in_use() == reassembly_.held_packets(), "a fragment was lost");
}

void Pieces::finish() {
  Exit exit(pool_, counters_, *egress_, Side::Subscriber);
  while (reassembly_.give_up_oldest(exit)) {
  }
  release_egress();
  check();
  require(reassembly_.held_packets() == 0, "a fragment is held for ever");
}

}  // namespace
}  // namespace luytre::dataplane::test

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  luytre::Cursor input(std::span(bytes, size));
  luytre::dataplane::test::Pieces pieces(input.u8());
  while (input.ok() && !input.empty()) {
    pieces.step(input);
  }
  pieces.finish();
  return 0;
}
