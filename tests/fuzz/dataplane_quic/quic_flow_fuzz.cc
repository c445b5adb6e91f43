// SPDX-License-Identifier: Apache-2.0
// Bytes as the datagrams of one line's QUIC flows. Whatever they are, each packet has exactly one
// outcome, none is lost or released twice, and nothing stays held for ever.
//
// Format: one byte of options, then steps of a letter and its arguments:
//   i c v n …  an Initial of connection c, version by v, its frames the n bytes
//   h c a b    an Initial with the bytes [4a, 4b) of a hello that is refused    H the same, allowed
//   u n …      n bytes as a datagram               z c  0-RTT      s  a short header   c  SCONE + ACK
//   S c  Handshake of the server with id c         R  Retry        p  the client's other port
//   d s a b    DTLS: the bytes [4a, 4b) of hello s, refused if s is odd, in a fragment of message s / 2
//   e n …      n bytes as a handshake record of DTLS
//   b  end of a burst   t n  n × 16 ms pass        any other letter: nothing

#include <algorithm>

#include "base/cursor.h"
#include "fuzz/dataplane/scripted_worker.h"
#include "support/dtls_hello.h"
#include "support/packet_builder.h"
#include "support/quic_packets.h"
#include "unit/dataplane/test_world.h"

namespace luytre::dataplane::test {
namespace {

namespace frames = luytre::test::quic;
using frames::Endpoint;
using frames::Type;
using luytre::test::Bytes;
using luytre::test::ClientHello;
using luytre::test::packet;

class Script : public ScriptedWorker {
 public:
  using ScriptedWorker::ScriptedWorker;

  void step(Cursor& input);

 private:
  static constexpr std::size_t kMaxFrames = 256;  // a longer script says nothing new

  static Endpoint endpoint(std::uint8_t connection, std::uint8_t version = 0) {
    constexpr std::uint32_t kVersions[] = {1, luytre::test::kQuicV2, luytre::test::kQuicDraft29};
    Endpoint endpoint = Endpoint{}.with_id(connection);
    endpoint.version = kVersions[version % 3];
    return endpoint;
  }
  static Bytes hello(Cursor& input, std::string_view name) {
    const Endpoint client = endpoint(input.u8());
    const Bytes message = ClientHello().server_name(name).browser_extensions().message();
    const std::size_t end = std::min<std::size_t>(4U * input.u8(), message.size());
    const std::size_t begin = std::min<std::size_t>(4U * input.u8(), end);
    return client.initial(frames::part(message, begin, end));
  }
  static Bytes dtls(Cursor& input) {
    const std::uint8_t choice = input.u8();
    const Bytes message =
        ClientHello().server_name((choice & 1U) != 0 ? "casino.test" : "example.org").message();
    const Bytes body = luytre::test::dtls_body(message, 8);
    const std::size_t end = std::min<std::size_t>(4U * input.u8(), body.size());
    const std::size_t begin = std::min<std::size_t>(4U * input.u8(), end);
    return luytre::test::dtls_record(luytre::test::dtls_fragment(body, begin, end, choice / 2 % 4));
  }
  void from_client(const Bytes& payload) {
    add(Side::Subscriber,
        packet().eth().ipv4(kChild, "192.0.2.1").udp(port_, 443).payload(payload).build());
  }
  void from_server(const Bytes& payload) {
    add(Side::Internet,
        packet().eth().ipv4("192.0.2.1", kChild).udp(443, port_).payload(payload).build());
  }

  std::uint16_t port_ = 50000;
};

void Script::step(Cursor& input) {
  const std::uint8_t letter = input.u8();
  if (frames() >= kMaxFrames) {
    return;
  }
  switch (letter) {
    case 'i': {
      const Endpoint client = endpoint(input.u8(), input.u8());
      const std::size_t size = input.u8();
      const auto content = input.bytes(std::min(size, input.remaining()));
      from_client(client.initial({content.begin(), content.end()}));
      return;
    }
    case 'h':
      from_client(hello(input, "casino.test"));
      return;
    case 'H':
      from_client(hello(input, "example.org"));
      return;
    case 'u': {
      const std::size_t size = input.u8();
      const auto content = input.bytes(std::min(size, input.remaining()));
      from_client({content.begin(), content.end()});
      return;
    }
    case 'd':
      from_client(dtls(input));
      return;
    case 'e': {
      const std::size_t size = input.u8();
      const auto content = input.bytes(std::min(size, input.remaining()));
      from_client(luytre::test::dtls_record({content.begin(), content.end()}));
      return;
    }
    case 'z':
      from_client(endpoint(input.u8()).sealed(Type::ZeroRtt));
      return;
    case 's':
      from_client(endpoint(0).short_header());
      return;
    case 'c':
      from_client(frames::joined({frames::scone(endpoint(0)), endpoint(0).initial(frames::ack())}));
      return;
    case 'S':
      from_server(endpoint(input.u8()).sealed(Type::Handshake));
      return;
    case 'R':
      from_server(endpoint(0).retry());
      return;
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
  Script script({.max_flows = 32,
                 .max_collecting = (choices & 1U) != 0 ? 1U : 8U,
                 .fail_mode = (choices & 2U) != 0 ? FailMode::Closed : FailMode::Open,
                 .quic_initials_per_second = (choices & 4U) != 0 ? 2U : 512U,
                 .quic_unknown = (choices & 8U) != 0 ? QuicUnknown::Forward : QuicUnknown::Refuse},
                pool, world.world());
  while (input.ok() && !input.empty()) {
    script.step(input);
  }
  script.finish();
  return 0;
}
