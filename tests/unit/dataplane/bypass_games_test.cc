// SPDX-License-Identifier: Apache-2.0
// What public bypass tools do to a hello or a request, beside the layouts, decoys and bounds that have
// files of their own. Each game is played against two servers; neither may be asked for a listed name.
#include <functional>

#include "server_model.h"

namespace luytre::dataplane::test {
namespace {

const Connection kTls;
const Connection kHttp{.server_port = 80};

struct Game {
  std::string_view name;
  std::function<void()> play;
};

class BypassGames : public ServersBehindTest {
 protected:
  // Each game with a pause at its end, so that nothing is won by waiting either, and in the fail mode that
  // lets more through.
  void play(const Connection& connection, const std::vector<Game>& games) {
    for (const Game& game : games) {
      SCOPED_TRACE(game.name);
      connect(connection);
      game.play();
      wait();
      expect_never_asked_for("casino");
      EXPECT_EQ(counts()[Outcome::FailOpen], 0U);
    }
  }
  void wait() {
    pass(milliseconds(600));
    deliver();
  }
  // The servers have what is in order of the stream so far, and say so.
  void acknowledge(const Connection& connection, std::size_t bytes) {
    from_server({connection.from_server()
                     .seq(connection.server_isn + 1)
                     .ack(connection.isn + 1 + static_cast<std::uint32_t>(bytes))
                     .build()});
  }

  static Bytes real(std::size_t begin, std::size_t end) { return piece(kBlocked, begin, end, 64); }
  static Bytes real(std::size_t begin) { return real(begin, kBlocked.size()); }
  // With an allowed name, and gone before it reaches a server.
  static Bytes fake(std::size_t begin, std::size_t end) {
    return piece(kAllowed, begin, end, kShortTtl);
  }
  static Bytes dying(std::span<const std::uint8_t> bytes, std::size_t offset,
                     std::uint8_t flags = tcp_flag::kPsh) {
    return kTls.from_client()
        .seq(kTls.isn + 1 + static_cast<std::uint32_t>(offset))
        .flags(flags)
        .ack(kTls.server_isn + 1)
        .ttl(kShortTtl)
        .payload(bytes)
        .build();
  }
  static Bytes dying_syn(std::uint32_t isn) {
    return kTls.from_client().seq(isn).syn().ttl(kShortTtl).build();
  }

  inline static const Bytes kBlocked = hello_for("www.casino.test", 600);
  inline static const Bytes kAllowed = hello_for("www.example.org", 600);
  static constexpr std::size_t kHalf = 300;

 private:
  static Bytes piece(const Bytes& hello, std::size_t begin, std::size_t end, std::uint8_t ttl) {
    return kTls.from_client()
        .seq(kTls.isn + 1 + static_cast<std::uint32_t>(begin))
        .flags(tcp_flag::kPsh)
        .ack(kTls.server_isn + 1)
        .ttl(ttl)
        .payload(std::span(hello).subspan(begin, end - begin))
        .build();
  }
};

TEST_F(BypassGames, SegmentsThatDieOnTheirWay) {
  const std::size_t size = kBlocked.size();
  play(kTls, {{"a fake before and behind each part",
               [&] {
                 send({fake(0, kHalf), real(0, kHalf), fake(0, kHalf), fake(kHalf, size),
                       real(kHalf), fake(kHalf, size)});
               }},
              {"the parts in the wrong order, fakes between",
               [&] {
                 send({real(kHalf), fake(0, kHalf), real(0, kHalf)});
               }},
              {"a beginning that dies and passes after its time",
               [&] {
                 send({fake(0, kHalf)});
                 wait();
                 send({real(0, kHalf), real(kHalf)});
               }},
              {"a beginning that dies a byte at a time",
               [&] {
                 for (std::size_t at = 0; at < kHalf; ++at) {
                   send({fake(at, at + 1)});
                 }
                 send({real(0)});
               }},
              {"a real beginning, then a whole fake",
               [&] {
                 send({real(0, kHalf)});
                 wait();
                 acknowledge(kTls, kHalf);
                 send({fake(0, size), real(kHalf)});
               }},
              {"what no server knows, then the hello",
               [&] {
                 send({dying(Bytes(40, 0x55), 0), real(0)});
               }},
              {"what no server knows behind an allowed hello, then a hello in its place", [&] {
                 send({fake(0, size), dying(Bytes(40, 0x55), size), real(0)});
               }}});
}

TEST_F(BypassGames, EndsThatDieOnTheirWay) {
  const std::uint32_t at_half = kTls.isn + 1 + kHalf;
  play(kTls, {{"FIN behind the first part",
               [&] {
                 send({real(0, kHalf), dying({}, kHalf, tcp_flag::kFin), real(kHalf)});
               }},
              {"FIN behind the first part, which the server acknowledges",
               [&] {
                 send({real(0, kHalf), dying({}, kHalf, tcp_flag::kFin)});
                 acknowledge(kTls, kHalf);
                 send({real(kHalf)});
               }},
              {"FIN with the first part",
               [&] {
                 send({dying(std::span(kBlocked).first(kHalf), 0, tcp_flag::kFin), real(0)});
               }},
              {"RST behind the first part, the rest and all of it",
               [&] {
                 send({real(0, kHalf),
                       kTls.from_client().seq(at_half).flags(tcp_flag::kRst).ttl(kShortTtl).build(),
                       real(kHalf), real(0)});
               }},
              {"RST behind a beginning that passed, then an allowed hello",
               [&] {
                 send({real(0, kHalf)});
                 wait();
                 acknowledge(kTls, kHalf);
                 send({kTls.from_client().seq(at_half).flags(tcp_flag::kRst).ttl(kShortTtl).build(),
                       fake(0, kAllowed.size()), real(kHalf), real(0)});
               }},
              {"FIN before anything else", [&] {
                 send({dying({}, 0, tcp_flag::kFin), real(0, kHalf), real(kHalf)});
               }}});
}

TEST_F(BypassGames, BeginningsThatDieOnTheirWay) {
  const Bytes junk(5, 0x55);
  play(kTls,
       {{"a SYN with an earlier number, and bytes up to the real one",
         [&] {
           send({dying_syn(kTls.isn - 5), dying(junk, static_cast<std::size_t>(-5)), real(0)});
         }},
        {"the same before the server has answered",
         [&] {
           start({});
           from_client({kTls.syn(), dying_syn(kTls.isn - 5)});
           from_server({kTls.syn_ack()});
           send({dying(junk, static_cast<std::size_t>(-5)), real(0)});
         }},
        {"a SYN with a later number",
         [&] {
           send({dying_syn(kTls.isn + kHalf), real(kHalf), real(0, kHalf), real(0)});
         }},
        {"a SYN behind a beginning that passed",
         [&] {
           send({real(0, kHalf)});
           wait();
           acknowledge(kTls, kHalf);
           send({dying_syn(kTls.isn + kHalf), real(kHalf)});
         }},
        {"a SYN-ACK in a server's place, with data", [&] {
           send({kTls.from_client()
                     .seq(kTls.isn + 77)
                     .flags(tcp_flag::kSyn | tcp_flag::kAck)
                     .ack(5)
                     .payload(kAllowed)
                     .build(),
                 real(0, kHalf), real(kHalf)});
         }}});
}

TEST_F(BypassGames, ASynAckThatSaysWhatTheServerHasSinceBeginsNothingAnew) {
  connect(kTls);
  send({kTls.data(std::span(kAllowed).first(kHalf))});
  wait();
  acknowledge(kTls, kHalf);
  from_server({kTls.from_server()
                   .seq(kTls.server_isn)
                   .flags(tcp_flag::kSyn | tcp_flag::kAck)
                   .ack(kTls.isn + 1 + kHalf)
                   .build()});
  send({kTls.data(std::span(kAllowed).subspan(kHalf), kHalf)});
  expect_read(kAllowed);
  EXPECT_EQ(counts()[Outcome::TlsAllowed], 1U);
}

TEST_F(BypassGames, BytesThatSomeServersTakeOutOrDoNotTake) {
  const Bytes old_timestamp{8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1};  // PAWS (RFC 7323 §5)
  // A server that goes by the timestamps drops this one, which is what `ttl` says of it here.
  const Bytes stale = kTls.from_client()
                          .seq(kTls.isn + 1)
                          .ack(kTls.server_isn + 1)
                          .tcp_options(old_timestamp)
                          .ttl(kShortTtl)
                          .payload(kAllowed)
                          .build();
  // Acknowledges what its server never sent (RFC 9293 §3.10.7.4).
  const Bytes wrong_ack = kTls.from_client()
                              .seq(kTls.isn + 1)
                              .ack(kTls.server_isn + 900'000)
                              .ttl(kShortTtl)
                              .payload(kAllowed)
                              .build();
  Bytes urgent(kBlocked.begin(), kBlocked.begin() + kHalf);
  urgent.push_back('x');
  play(kTls, {{"an old timestamp",
               [&] {
                 send({stale, real(0)});
               }},
              {"an acknowledgement of nothing",
               [&] {
                 send({wrong_ack, real(0)});
               }},
              {"an urgent byte within the hello", [&] {
                 send({kTls.data(urgent, 0, tcp_flag::kUrg), real(kHalf)});
               }}});
}

TEST_F(BypassGames, WindowsOfAFewBytes) {
  for (const std::size_t window : {1U, 2U, 40U}) {
    for (const bool allowed : {true, false}) {
      const Bytes& hello = allowed ? kAllowed : kBlocked;
      connect(kTls);
      // The client sends a window, and the next one once the server has acknowledged it.
      for (std::size_t at = 0; at < 3 * window; at += window) {
        send({kTls.data(std::span(hello).subspan(at, window), at)});
        wait();
        acknowledge(kTls, at + window);
        EXPECT_EQ(servers_[0].stream().size(), at + window);
      }
      send(kTls.segments(hello, 400, 3 * window));
      expect_never_asked_for("casino");
      if (allowed) {
        expect_read(hello);
      } else {
        EXPECT_TRUE(servers_[0].is_reset());
        EXPECT_EQ(payload_of(to_client().back()), (Bytes{0x15, 3, 3, 0, 2, 2, 0x70}));
      }
    }
  }
}

TEST_F(BypassGames, RequestsThatAreOddlyWritten) {
  const std::string padding = "X: " + std::string(3000, 'x') + "\r\n";
  std::string long_head;
  for (int i = 0; i < 20; ++i) {
    long_head += padding;
  }
  const std::string host = "Host: www.casino.test\r\n";
  const std::string end = "\r\n";
  for (const std::string& request : {
           "GET / HTTP/1.1\r\nhoSt: www.casino.test\r\n" + end,
           "GET / HTTP/1.1\r\nHost : www.casino.test\r\n" + end,
           "GET / HTTP/1.1\r\nHost:www.casino.test\r\n" + end,
           "GET / HTTP/1.1\r\nHost:\twww.casino.test\t\r\n" + end,
           "GET / HTTP/1.1\r\nHost: www.casino.test.\r\n" + end,
           "GET / HTTP/1.1\r\nHost: WWW.CASINO.TEST:80\r\n" + end,
           "GET / HTTP/1.1\r\nHost:\r\n www.casino.test\r\n" + end,
           "\nGET / HTTP/1.1\r\n" + host + end,
           "\r\n\r\nGET / HTTP/1.1\r\n" + host + end,
           "GET   /   HTTP/1.1\r\n" + host + end,
           std::string("GET / HTTP/1.1\nHost: www.casino.test\n\n"),
           "GET http://www.casino.test/ HTTP/1.1\r\n" + end,
           "GET http://www.casino.test/ HTTP/1.1\r\nHost: www.example.org\r\n" + end,
           "GET http://www.example.org/ HTTP/1.1\r\n" + host + end,
           "GET / HTTP/1.1\r\nHost: www.example.org\r\n" + host + end,
           "GET / HTTP/1.1\r\n" + host + "Host: www.example.org\r\n" + end,
           "GET / HTTP/1.1\r\n" + padding + host + end,
           "GET / HTTP/1.1\r\n" + long_head + host + end,
           "GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n" + host + end,
       }) {
    play(kHttp, {{std::string_view(request).substr(0, 60),
                  [&] { send(kHttp.segments(luytre::test::bytes_of(request), 1400)); }},
                 {"in two segments, with a pause", [&] {
                    const Bytes bytes = luytre::test::bytes_of(request);
                    send({kHttp.data(std::span(bytes).first(30))});
                    wait();
                    send(kHttp.segments(bytes, 1400, 30));
                  }}});
    EXPECT_TRUE(servers_[0].is_reset());
  }
}

// What is not read of a connection's next request dies as well.
TEST_F(BypassGames, AnAllowedRequestThenWhatDiesThenAListedOne) {
  connect(kHttp);
  const Bytes first = get_request("www.example.org");
  send({kHttp.data(first)});
  acknowledge(kHttp, first.size());
  send({kHttp.from_client()
            .seq(kHttp.isn + 1 + static_cast<std::uint32_t>(first.size()))
            .ack(kHttp.server_isn + 1)
            .ttl(kShortTtl)
            .payload(Bytes(30, 0x01))
            .build(),
        kHttp.data(get_request("www.casino.test"), first.size())});
  expect_never_asked_for("casino");
}

TEST_F(BypassGames, HeadersInFrontOfAHelloOverIpv6) {
  const Connection path{.client = kChildV6, .server = "2001:db8::80"};
  const Bytes hello = hello_for("www.casino.test");
  for (const auto& with : std::vector<std::function<PacketBuilder(PacketBuilder)>>{
           [](PacketBuilder frame) { return frame.hop_by_hop(); },
           [](PacketBuilder frame) { return frame.destination_options(); },
           [](PacketBuilder frame) { return frame.hop_by_hop().destination_options(); }}) {
    start({});
    from_client({path.syn()});
    from_client({with(packet().eth().ipv6(path.client, path.server))
                     .tcp(path.client_port, path.server_port)
                     .seq(path.isn + 1)
                     .ack(path.server_isn + 1)
                     .payload(hello)
                     .build()});
    EXPECT_EQ(counts()[Outcome::TlsBlocked], 1U);
    to_server();
  }
}

}  // namespace
}  // namespace luytre::dataplane::test
