// SPDX-License-Identifier: Apache-2.0
// Writes the input.pcap of each case beside this file: make_captures FOLDER. The captures are
// stored; this program says what is in them and makes them again when the builder or a case
// changes. Same output every time.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/client_hello.h"
#include "tests/support/packet_builder.h"
#include "tests/support/quic_packets.h"
#include "tests/support/tunnels.h"

namespace luytre::test {
namespace {

// A pcap file (libpcap's format: a header of 24 bytes, then records of a 16-byte header and the
// frame), little endian, microseconds. Frames are 10 ms apart.
class Capture {
 public:
  Capture() {
    put(0xa1b2c3d4);
    put(0x00040002);  // version 2.4
    put(0);
    put(0);
    put(262144);  // snap length
    put(1);       // Ethernet
  }

  void add(const PacketBuilder& packet) { add(packet.build()); }
  void add(const Bytes& frame) {
    put(kStart + time_ms_ / 1000);
    put(time_ms_ % 1000 * 1000);
    put(static_cast<std::uint32_t>(frame.size()));
    put(static_cast<std::uint32_t>(frame.size()));
    bytes_.insert(bytes_.end(), frame.begin(), frame.end());
    time_ms_ += 10;
  }

  void write(const std::filesystem::path& folder) const {
    std::filesystem::create_directories(folder);
    std::ofstream out(folder / "input.pcap", std::ios::binary);
    for (const std::uint8_t byte : bytes_) {
      out.put(static_cast<char>(byte));
    }
    if (!out.flush()) {
      std::fprintf(stderr, "%s/input.pcap cannot be written\n", folder.c_str());
      std::exit(1);
    }
  }

 private:
  static constexpr std::uint32_t kStart = 1'767'225'600;  // 2026-01-01

  void put(std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
    }
  }

  Bytes bytes_;
  std::uint32_t time_ms_ = 0;
};

// One TCP connection with its handshake. `path` has the layers below TCP, as the client sends them.
class Connection {
 public:
  Connection(Capture& capture, PacketBuilder from_client, PacketBuilder from_server,
             std::uint16_t client_port, std::uint16_t server_port)
      : capture_(capture),
        client_(from_client.tcp(client_port, server_port)),
        server_(from_server.tcp(server_port, client_port)) {
    capture_.add(PacketBuilder(client_).seq(client_next_ - 1).syn());
    capture_.add(PacketBuilder(server_).seq(server_next_ - 1).syn().ack(client_next_));
    capture_.add(PacketBuilder(client_).seq(client_next_).ack(server_next_));
  }

  void client(std::span<const std::uint8_t> payload) {
    client_at(0, payload);
    client_next_ += static_cast<std::uint32_t>(payload.size());
  }
  void client(std::string_view payload) { client(bytes_of(payload)); }
  // A segment `ahead` bytes further than what was sent in order; the next client() does not count
  // it.
  void client_at(std::uint32_t ahead, std::span<const std::uint8_t> payload) {
    capture_.add(
        PacketBuilder(client_).seq(client_next_ + ahead).ack(server_next_).payload(payload));
  }
  void server(std::string_view payload) {
    capture_.add(PacketBuilder(server_).seq(server_next_).ack(client_next_).payload(payload));
    server_next_ += static_cast<std::uint32_t>(payload.size());
  }

 private:
  Capture& capture_;
  PacketBuilder client_;
  PacketBuilder server_;
  std::uint32_t client_next_ = 1001;
  std::uint32_t server_next_ = 5001;
};

PacketBuilder v4_client() { return packet().ipv4("10.0.0.2", "192.0.2.1"); }
PacketBuilder v4_server() {
  return packet().eth(kServerMac, kClientMac).ipv4("192.0.2.1", "10.0.0.2");
}
PacketBuilder v6_client() { return packet().ipv6("2001:db8::2", "2001:db8:1::1"); }
PacketBuilder v6_server() {
  return packet().eth(kServerMac, kClientMac).ipv6("2001:db8:1::1", "2001:db8::2");
}

constexpr std::string_view kServerHello{"\x16\x03\x03\x00\x04\x02\x00\x00\x00", 9};

std::span<const std::uint8_t> part(const Bytes& bytes, std::size_t begin, std::size_t end) {
  return std::span(bytes).subspan(begin, end - begin);
}

void tls_two_segments(Capture& capture) {
  // The name stands in the second segment, as in half of what Chromium sends.
  const Bytes hello = browser_hello("www.two-segments.example").stream();
  Connection first(capture, v4_client(), v4_server(), 40001, 443);
  first.client(part(hello, 0, 1200));
  first.client(part(hello, 1200, hello.size()));
  first.server(kServerHello);

  // The name itself is cut, over IPv6 and on a port of its own.
  const Bytes cut = browser_hello("cut-in-the-name.example").stream();
  const std::string text(cut.begin(), cut.end());
  const std::size_t middle = text.find("cut-in-the-name") + 7;
  Connection second(capture, v6_client(), v6_server(), 40002, 8443);
  second.client(part(cut, 0, middle));
  second.client(part(cut, middle, cut.size()));
  second.server(kServerHello);

  // One byte a segment for the first ten, then three records.
  const Bytes records =
      tls_records(ClientHello().server_name("three-records.example").message(), {20, 70});
  Connection third(capture, v4_client(), v4_server(), 40003, 443);
  for (std::size_t at = 0; at < 10; ++at) {
    third.client(part(records, at, at + 1));
  }
  third.client(part(records, 10, records.size()));
}

void tls_out_of_order(Capture& capture) {
  // The second half overtakes the first and is sent again, as TCP does when nobody acknowledged it.
  const Bytes hello = browser_hello("overtaken.example").stream();
  Connection again(capture, v4_client(), v4_server(), 40001, 443);
  again.client_at(1200, part(hello, 1200, hello.size()));
  again.client(part(hello, 0, 1200));
  again.client(part(hello, 1200, hello.size()));

  // It is never sent again: no server saw this hello either.
  const Bytes lost = browser_hello("lost.example").stream();
  Connection never(capture, v4_client(), v4_server(), 40002, 443);
  never.client_at(1200, part(lost, 1200, lost.size()));
  never.client(part(lost, 0, 1200));

  // Sent twice: one name.
  const Bytes twice = ClientHello().server_name("twice.example").stream();
  Connection duplicate(capture, v4_client(), v4_server(), 40003, 443);
  duplicate.client_at(0, twice);
  duplicate.client(twice);
}

void tls_without_name(Capture& capture) {
  Connection none(capture, v4_client(), v4_server(), 40001, 443);
  none.client(ClientHello().browser_extensions().stream());
  Connection address(capture, v4_client(), v4_server(), 40002, 443);
  address.client(ClientHello().server_name("192.0.2.1").stream());
  Connection two(capture, v4_client(), v4_server(), 40003, 443);
  two.client(
      ClientHello()
          .server_name_list({server_name_entry("one.example"), server_name_entry("two.example")})
          .stream());
  Connection half(capture, v4_client(), v4_server(), 40004, 443);
  const Bytes hello = ClientHello().server_name("half.example").stream();
  half.client(part(hello, 0, hello.size() - 4));
}

void dns_in_vlans(Capture& capture) {
  capture.add(v4_client().udp(40001, 53).dns_query("untagged.example"));
  capture.add(v4_client().vlan(10).udp(40002, 53).dns_query("vlan.example", 28));
  capture.add(v4_client().vlan(100, kServiceTag).vlan(7).udp(40003, 53).dns_query("qinq.example"));
  capture.add(v4_client().vlan(0, kCustomerTag, 5).udp(40004, 53).dns_query("priority.example"));
  capture.add(v6_client().vlan(10).udp(40005, 53).dns_query("vlan6.example", 65));
  capture.add(v6_client().hop_by_hop().destination_options().udp(40006, 53).dns_query(
      "extensions.example"));
  capture.add(
      v4_client().ipv4_options({0x94, 4, 0, 0}).udp(40007, 53).dns_query("options.example"));
  capture.add(v4_client().udp(40008, 53).dns_query("MiXeD.eXaMpLe"));
  capture.add(v4_client().udp(40008, 53).dns_query("mixed.example"));
  capture.add(v4_client().udp(40009, 53).dns_query(".", 2));
}

void dns_without_name(Capture& capture) {
  Bytes response = packet().dns_query("response.example").build();
  response.erase(response.begin(), response.begin() + 14);
  Bytes two_questions = response;
  Bytes update = response;
  response[2] |= 0x80U;  // QR
  update[2] = 0x28;      // opcode 5
  two_questions[5] = 2;  // QDCOUNT
  const Bytes cut(response.begin(), response.end() - 6);
  capture.add(v4_server().udp(53, 40001).payload(response));
  capture.add(v4_client().udp(40002, 53).payload(response));
  capture.add(v4_client().udp(40003, 53).payload(two_questions));
  capture.add(v4_client().udp(40004, 53).payload(update));
  capture.add(v4_client().udp(40005, 53).payload(cut));
  capture.add(v4_client().udp(40006, 53).payload("not DNS at all"));
}

void http_hosts(Capture& capture) {
  Connection host(capture, v4_client(), v4_server(), 40001, 80);
  host.client("GET /index.html HTTP/1.1\r\nUser-Agent: test\r\nHost: Host.Example:8080\r\n\r\n");
  host.server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  host.client("GET / HTTP/1.1\r\nHost: second-request.example\r\n\r\n");

  Connection absolute(capture, v4_client(), v4_server(), 40002, 3128);
  absolute.client("GET http://absolute.example/ HTTP/1.1\r\nHost: absolute.example\r\n\r\n");
  Connection tunnel(capture, v6_client(), v6_server(), 40003, 3128);
  tunnel.client("CONNECT connect.example:443 HTTP/1.1\r\nHost: connect.example:443\r\n\r\n");
  Connection split(capture, v6_client(), v6_server(), 40004, 80);
  split.client("POST /form HTTP/1.1\r\nHo");
  split.client("st: split.example\r\nContent-Length: 0\r\n\r\n");
  Connection address(capture, v4_client(), v4_server(), 40005, 80);
  address.client("GET / HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n");
}

void quic_hellos(Capture& capture) {
  const auto hello = [](std::string_view name) { return browser_hello(name).message(); };
  const auto send = [&](const PacketBuilder& path, const std::vector<Bytes>& datagrams) {
    for (const Bytes& datagram : datagrams) {
      capture.add(PacketBuilder(path).payload(datagram));
    }
  };
  const quic::Endpoint client;
  const auto two = quic::hello_datagrams(client, hello("two-datagrams.example"), {1100});
  send(v4_client().udp(40001, 443), two);
  const auto late = quic::hello_datagrams(client, hello("other-order.example"), {1100});
  send(v6_client().udp(40002, 8443), {late[1], late[0]});
  const quic::Endpoint v2{.version = kQuicV2};
  send(v4_client().udp(40003, 443), quic::hello_datagrams(v2, hello("version2.example"), {900}));
  const quic::Endpoint draft{.version = kQuicDraft29, .grease_fixed_bit = true};
  send(v4_client().udp(40004, 443), quic::hello_datagrams(draft, hello("draft29.example"), {900}));
  const auto behind = quic::hello_datagrams(client, hello("behind-scone.example"), {1000});
  send(v4_client().udp(40005, 443),
       {client.sealed(quic::Type::ZeroRtt, 300), quic::joined({quic::scone(client), behind[0]}),
        behind[1]});
  const auto again = quic::hello_datagrams(client.with_id(7), hello("same-ports.example"), {1100});
  send(v4_client().udp(40001, 443), again);
  // Nobody reads these: a wrong tag, and too small a datagram.
  Bytes damaged = quic::hello_datagrams(client, hello("damaged.example"), {1100})[0];
  damaged.back() ^= 1U;
  send(v4_client().udp(40006, 443), {damaged});
  const Bytes message = ClientHello().server_name("small.example").message();
  send(v4_client().udp(40007, 443), {client.initial(quic::crypto(0, message), 1199)});
}

void not_looked_into(Capture& capture) {
  const PacketBuilder query = v4_client().udp(40001, 53).dns_query("hidden.example");
  capture.add(PacketBuilder(query).fragment(0, true));
  capture.add(v6_client().fragment(0, true).udp(40001, 53).dns_query("hidden.example"));
  capture.add(PacketBuilder(query).vlan(1).vlan(2).vlan(3).vlan(4).vlan(5));
  capture.add(PacketBuilder(query).with_udp_length(4));
  capture.add(v4_client().udp(40002, 443).payload(Bytes(1200, 0xc3)));
  Connection dns(capture, v4_client(), v4_server(), 40003, 53);
  Bytes message = packet().dns_query("hidden.example").build();
  message.erase(message.begin(), message.begin() + 14);
  dns.client(with_size(2, message));

  Bytes inner = query.build();
  const Bytes ip(inner.begin() + 14, inner.end());
  const Bytes lcp = {0x11, 0, 0, 1, 0, 6, 0xc0, 0x21, 9, 1, 0, 4};  // PPPoE: an echo request
  Bytes mpls = {0, 1, 1, 64, 0x50};  // a pseudowire without control word
  append(mpls, inner);
  Bytes l2tp = {0x00, 0x02, 0, 1, 0, 1, 0x00, 0x21};
  append(l2tp, ip);
  capture.add(packet().ether_type(0x8864).payload(lcp));
  capture.add(packet().ether_type(0x8847).payload(mpls));
  capture.add(packet().ether_type(0x0806).payload(Bytes(28)));
  capture.add(v4_client().protocol(50).payload(ip));
  capture.add(v4_client().udp(1701, 1701).payload(l2tp));
}

// A question in every encapsulation, over IPv4 and IPv6, and in three and four VLAN tags.
void tunnels(Capture& capture) {
  std::uint16_t port = 41000;
  for (const Wrapping& wrapping : wrappings()) {
    const std::string name = std::string(wrapping.name) + ".example";
    capture.add(wrapping.wrap(v4_client().udp(port, 53).dns_query(name).build(), Way::ToServer));
    capture.add(
        wrapping.wrap(v6_client().udp(port, 53).dns_query(name, 28).build(), Way::ToServer));
    ++port;
  }
  capture.add(v4_client().vlan(30).vlan(20).vlan(10).udp(port, 53).dns_query("tags.example"));
  capture.add(
      v6_client().vlan(40).vlan(30).vlan(20).vlan(10).udp(port, 53).dns_query("tags.example"));
}

}  // namespace
}  // namespace luytre::test

int main(int argc, char** argv) {
  using luytre::test::Capture;
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_captures FOLDER\n");
    return 2;
  }
  struct Case {
    const char* folder;
    void (*fill)(Capture&);
  };
  for (const Case& each : std::initializer_list<Case>{
           {"dns-in-vlans", luytre::test::dns_in_vlans},
           {"dns-without-name", luytre::test::dns_without_name},
           {"http-hosts", luytre::test::http_hosts},
           {"not-looked-into", luytre::test::not_looked_into},
           {"quic-hellos", luytre::test::quic_hellos},
           {"tls-out-of-order", luytre::test::tls_out_of_order},
           {"tls-two-segments", luytre::test::tls_two_segments},
           {"tls-without-name", luytre::test::tls_without_name},
           {"tunnels", luytre::test::tunnels},
       }) {
    Capture capture;
    each.fill(capture);
    capture.write(std::filesystem::path(argv[1]) / each.folder);
  }
  return 0;
}
