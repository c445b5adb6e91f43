// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <utility>
#include <vector>

#include "quic_test.h"
#include "tests/support/dns_message.h"
#include "tests/support/http2_frames.h"
#include "tests/support/tunnels.h"

namespace luytre::dataplane::test {

// Random traffic of a few connections over the same ports, of DNS and of broken frames, from both
// sides: what a gateway sees in a bad hour, in a millisecond.
class Storm {
 public:
  explicit Storm(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] Side side() { return one_in(4) ? Side::Internet : Side::Subscriber; }

  [[nodiscard]] Bytes frame(Side from) {
    Bytes frame = from == Side::Subscriber ? client_frame() : server_frame();
    if (one_in(5)) {
      const auto& all = luytre::test::wrappings();
      frame = all[below(all.size())].wrap(frame, from == Side::Subscriber
                                                     ? luytre::test::Way::ToServer
                                                     : luytre::test::Way::ToClient);
    }
    if (one_in(16)) {  // damage
      frame[below(frame.size())] = static_cast<std::uint8_t>(random_());
    }
    if (one_in(32)) {
      frame.resize(below(frame.size()));
    }
    return frame;
  }

  [[nodiscard]] std::size_t below(std::size_t bound) { return random_() % bound; }
  [[nodiscard]] bool one_in(std::size_t count) { return below(count) == 0; }

 private:
  static constexpr std::string_view kNames[] = {"casino.test", "example.org", "status.luytre.test"};

  Connection connection() {
    return {.client = pick({kChild, kAdult, kChildV6}),
            .server = "",
            .client_port = static_cast<std::uint16_t>(40000 + below(6)),
            .server_port = pick({std::uint16_t{443}, std::uint16_t{80}}),
            .isn = pick({1000U, 0xffffff00U, 77'000U})};
  }
  static Connection complete(Connection connection) {
    connection.server = connection.client == kChildV6 ? "2001:db8::80" : "192.0.2.1";
    return connection;
  }

  Bytes client_frame() {
    const Connection flow = complete(connection());
    const std::string_view name = kNames[below(std::size(kNames))];
    switch (below(12)) {
      case 0:
        return flow.syn();
      case 1:
        return flow.acknowledgement(static_cast<std::uint32_t>(below(300)));
      case 2:
        return flow.fin(below(400));
      case 3:
        return flow.reset(below(400));
      case 4:
        return packet().eth().ipv4(kChild, "192.0.2.53").udp(40000, 53).dns_query(name).build();
      case 5:
        return quic_path().from_client(quic_payload(name));
      case 6:
        return fragment(name);
      default: {
        const Bytes http = one_in(3)
                               ? luytre::test::http2_connection({luytre::test::http2_request(name)})
                               : get_request(name);
        const Bytes stream = flow.server_port == 80 ? http : hello_for(name, 100);
        const std::size_t begin = one_in(2) ? 0 : below(stream.size());
        const std::size_t size = 1 + below(stream.size() - begin);
        constexpr std::uint8_t kOddFlags[] = {tcp_flag::kFin, tcp_flag::kSyn, tcp_flag::kRst,
                                              tcp_flag::kUrg};
        return flow.data(std::span(stream).subspan(begin, size), begin,
                         one_in(10) ? kOddFlags[below(4)] : std::uint8_t{0});
      }
    }
  }

  // One of few datagrams, in pieces that mostly fit together.
  Bytes fragment(std::string_view name) {
    const bool v6 = one_in(2);
    const auto ip = [&] {
      PacketBuilder builder = packet().eth();
      return v6 ? builder.ipv6(kChildV6, "2001:db8::53") : builder.ipv4(kChild, "192.0.2.53");
    };
    const Bytes whole = ip().udp(40000, 53).dns_query(name).build();
    const Bytes datagram(whole.begin() + (v6 ? 54 : 34), whole.end());
    const std::size_t size = one_in(8) ? 24 : 16;
    const std::size_t begin = 8 * below(datagram.size() / 8 + 1);
    const std::size_t end = std::min(datagram.size(), begin + size);
    Bytes piece = ip().identification(static_cast<std::uint32_t>(below(3)))
                      .fragment(static_cast<std::uint16_t>(begin), end < datagram.size())
                      .protocol(99)
                      .payload(std::span(datagram).subspan(begin, end - begin))
                      .build();
    piece[v6 ? 54 : 23] = ip_protocol::kUdp;
    return piece;
  }

  QuicPath quic_path() {
    return {.client_port = static_cast<std::uint16_t>(50000 + below(4)),
            .server_port = pick({std::uint16_t{443}, std::uint16_t{4433}})};
  }
  Endpoint quic_client() {
    Endpoint client = Endpoint{}.with_id(static_cast<std::uint8_t>(below(3)));
    client.version = pick({kQuicV1, kQuicV1, kQuicV2, 0xfaceb00eU});
    return client;
  }
  Bytes quic_payload(std::string_view name) {
    const Endpoint client = quic_client();
    if (client.version == 0xfaceb00eU) {
      return client.sealed(Type::Initial, 1200);
    }
    const Bytes message = hello_message(name, 100);
    const std::size_t begin = one_in(2) ? 0 : below(message.size());
    switch (below(8)) {
      case 0:
        return client.sealed(Type::ZeroRtt, 200);
      case 1:
        return client.short_header();
      case 2:
        return client.initial(part(message, 0, message.size()), 1000);
      case 3:
        return joined({quic_frames::scone(client), client.initial(quic_frames::ack())});
      default:
        return client.initial(part(message, begin, message.size()));
    }
  }

  Bytes server_frame() {
    const Connection flow = complete(connection());
    switch (below(6)) {
      case 3:
        return quic_path().from_server(quic_client().sealed(Type::Handshake));
      case 0:
        return flow.syn_ack();
      case 1:
        return flow.from_server().seq(1).flags(tcp_flag::kRst).build();
      case 2:
        return packet().eth().ipv4("192.0.2.53", kChild).udp(53, 40000).payload("x").build();
      default:
        return flow.server_data("bytes from the server");
    }
  }

  template <typename T>
  T pick(std::initializer_list<T> choices) {
    return choices.begin()[below(choices.size())];
  }

  std::mt19937_64 random_;
};

inline WorkerOptions storm_options(Storm& storm) {
  return {.max_flows = storm.one_in(2) ? 16U : 1024U,
          .max_collecting = storm.one_in(2) ? 4U : 64U,
          .max_collect_bytes = storm.one_in(2) ? 200U : 16384U,
          .fail_mode = storm.one_in(2) ? FailMode::Open : FailMode::Closed,
          .drop_malformed = storm.one_in(2),
          .fragments = storm.one_in(3) ? FragmentMode::Drop : FragmentMode::Reassemble,
          .max_datagrams = storm.one_in(2) ? 2U : 64U,
          .hash_seed = storm.below(1000)};
}

}  // namespace luytre::dataplane::test
