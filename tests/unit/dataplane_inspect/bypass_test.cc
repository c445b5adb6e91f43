// SPDX-License-Identifier: Apache-2.0
#include "dataplane/inspect/bypass.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/client_hello.h"

namespace luytre::dataplane {
namespace {

using luytre::test::append;
using luytre::test::Bytes;

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

// Begins with `text`, filled up with `fill` to `size`.
Bytes message(Bytes begin, std::size_t size, std::uint8_t fill = 0xa5) {
  begin.resize(size, fill);
  return begin;
}
void put_be32(Bytes& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
  }
}
void zero(Bytes& bytes, std::size_t at, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    bytes[at + i] = 0;
  }
}

Bytes wireguard() { return message({1, 0, 0, 0}, 148); }

Bytes openvpn_plain() {
  Bytes packet = message({0x38}, 14);
  zero(packet, 9, 5);
  return packet;
}
Bytes openvpn_tls_auth(std::size_t mac, std::uint32_t counter = 1) {
  Bytes packet = message({0x38}, 9 + mac + 8 + 5);
  put_be32(packet, 9 + mac, counter);
  zero(packet, packet.size() - 5, 5);
  return packet;
}
Bytes openvpn_tls_crypt(std::uint32_t counter = 1) {
  Bytes packet = message({0x38}, 54);
  put_be32(packet, 9, counter);
  return packet;
}
Bytes openvpn_tls_crypt_v2() {
  Bytes packet = message({0x50}, 54 + 313);
  put_be32(packet, 9, 1);
  packet[packet.size() - 2] = 313 >> 8;
  packet[packet.size() - 1] = 313 & 0xff;
  return packet;
}
Bytes with_size(const Bytes& packet) {
  Bytes stream{static_cast<std::uint8_t>(packet.size() >> 8),
               static_cast<std::uint8_t>(packet.size())};
  append(stream, packet);
  return stream;
}

Bytes ike(std::uint8_t version, std::uint8_t exchange, std::uint8_t flags, std::size_t size = 200) {
  Bytes packet = message({}, size);
  zero(packet, 8, 8);
  packet[17] = version;
  packet[18] = exchange;
  packet[19] = flags;
  zero(packet, 20, 4);
  put_be32(packet, 24, static_cast<std::uint32_t>(size));
  return packet;
}
Bytes behind_marker(const Bytes& packet) {
  Bytes marked(4, 0);
  append(marked, packet);
  return marked;
}
Bytes l2tp() {
  return {0xc8, 0x02, 0, 28, 0, 0, 0,    0, 0, 0, 0, 0, 0x80, 0x08,
          0,    0,    0, 0,  0, 1, 0x80, 8, 0, 0, 0, 2, 1,    0};
}

TEST(BypassDatagram, KnowsTheFirstPacketOfEach) {
  EXPECT_EQ(recognise_bypass_datagram(wireguard()), Bypass::WireGuard);
  EXPECT_EQ(recognise_bypass_datagram(openvpn_plain()), Bypass::OpenVpn);
  for (const std::size_t mac : {20U, 32U, 64U}) {
    EXPECT_EQ(recognise_bypass_datagram(openvpn_tls_auth(mac)), Bypass::OpenVpn) << mac;
  }
  EXPECT_EQ(recognise_bypass_datagram(openvpn_tls_crypt()), Bypass::OpenVpn);
  EXPECT_EQ(recognise_bypass_datagram(openvpn_tls_crypt(0x0f000001)),
            Bypass::OpenVpn);  // asks for a cookie
  EXPECT_EQ(recognise_bypass_datagram(openvpn_tls_crypt_v2()), Bypass::OpenVpn);
  EXPECT_EQ(recognise_bypass_datagram(ike(0x20, 34, 0x08)), Bypass::Ike);
  EXPECT_EQ(recognise_bypass_datagram(ike(0x10, 2, 0)), Bypass::Ike);
  EXPECT_EQ(recognise_bypass_datagram(ike(0x10, 4, 0)), Bypass::Ike);
  EXPECT_EQ(recognise_bypass_datagram(behind_marker(ike(0x20, 34, 0x08))), Bypass::Ike);
  EXPECT_EQ(recognise_bypass_datagram(l2tp()), Bypass::L2tp);
}

// A client whose first packet was dropped sends it again with the next counter; the second must not pass either.
TEST(BypassDatagram, KnowsRepeatedOpenVpnResets) {
  for (std::uint32_t counter = 1; counter <= 64; ++counter) {
    EXPECT_EQ(recognise_bypass_datagram(openvpn_tls_auth(20, counter)), Bypass::OpenVpn) << counter;
    EXPECT_EQ(recognise_bypass_datagram(openvpn_tls_crypt(counter)), Bypass::OpenVpn) << counter;
  }
}

struct Other {
  const char* what;
  Bytes payload;
};

TEST(BypassDatagram, LeavesWhatOnlyLooksAlike) {
  Bytes answered = ike(0x20, 34, 0x08);
  answered[8] = 1;  // the responder has spoken: a later message
  Bytes other_length = ike(0x20, 34, 0x08);
  put_be32(other_length, 24, 100);
  Bytes acknowledged = openvpn_plain();
  acknowledged[9] = 1;
  Bytes late = openvpn_tls_auth(20, 100'000);
  Bytes dns = bytes_of("\x12\x34\x01");
  dns.resize(40, 0);
  for (const Other& other : std::vector<Other>{
           {"DNS query", dns},
           {"STUN binding request", message({0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42}, 20)},
           {"QUIC Initial", message({0xc3, 0, 0, 0, 1, 8}, 1200)},
           {"NTP", message({0x23, 0, 10, 0xec}, 48)},
           {"WireGuard data", message({4, 0, 0, 0}, 148)},
           {"WireGuard of another size", message({1, 0, 0, 0}, 149)},
           {"WireGuard with reserved bytes in use", message({1, 0x12, 0x34, 0x56}, 148)},
           {"RTP", message({0x80, 0x60}, 54)},
           {"IKE answered", answered},
           {"IKE with another length", other_length},
           {"IKE informational", ike(0x20, 37, 0x08)},
           {"OpenVPN that acknowledges", acknowledged},
           {"OpenVPN data", message({0x48}, 54)},
           {"counter of a long session", late},
           {"game of 54 bytes that begins like OpenVPN", message({0x38}, 54)},
           {"L2TP data", message({0x40, 0x02, 0, 28}, 28)},
       }) {
    EXPECT_EQ(recognise_bypass_datagram(other.payload), Bypass::None) << other.what;
  }
}

TEST(BypassDatagram, NothingThatIsCutIsATunnel) {
  for (const Bytes& whole :
       {wireguard(), openvpn_tls_auth(64), openvpn_tls_crypt_v2(), ike(0x20, 34, 0x08), l2tp()}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_EQ(recognise_bypass_datagram(cut), Bypass::None) << size << " of " << whole.size();
    }
  }
}

TEST(BypassStream, KnowsEachAndWaitsForItsLastByte) {
  const Bytes socks4a = [] {
    Bytes stream{4, 1, 1, 0xbb, 0, 0, 0, 1};
    append(stream, std::string_view("me\0www.example.org\0", 19));
    return stream;
  }();
  for (const auto& [stream, bypass] : std::vector<std::pair<Bytes, Bypass>>{
           {{5, 1, 0}, Bypass::Socks},
           {{5, 3, 0, 1, 2}, Bypass::Socks},
           {{5, 2, 0, 0x80}, Bypass::Socks},
           {{4, 1, 0, 80, 192, 0, 2, 1, 'm', 'e', 0}, Bypass::Socks},
           {socks4a, Bypass::Socks},
           {with_size(openvpn_plain()), Bypass::OpenVpn},
           {with_size(openvpn_tls_auth(64)), Bypass::OpenVpn},
           {with_size(openvpn_tls_crypt_v2()), Bypass::OpenVpn},
       }) {
    for (std::size_t size = 0; size < stream.size(); ++size) {
      const Bytes cut(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_EQ(recognise_bypass_stream(cut).match, BypassMatch::NeedMore)
          << size << " of " << stream.size();
    }
    const BypassStream found = recognise_bypass_stream(stream);
    EXPECT_EQ(found.match, BypassMatch::Yes);
    EXPECT_EQ(found.bypass, bypass);
  }
}

TEST(BypassStream, KnowsAClientThatDoesNotWaitForTheAnswer) {
  EXPECT_EQ(recognise_bypass_stream(Bytes{5, 1, 0, 5, 1, 0, 3, 1, 'a', 0, 80}).bypass,
            Bypass::Socks);
  Bytes reset = with_size(openvpn_plain());
  append(reset, with_size(openvpn_plain()));
  EXPECT_EQ(recognise_bypass_stream(reset).bypass, Bypass::OpenVpn);
}

TEST(BypassStream, LetsOtherProtocolsGoByTheirFirstBytes) {
  for (const Other& other : std::vector<Other>{
           {"TLS", {0x16, 3, 1}},
           {"HTTP", bytes_of("GET")},
           {"SSH", bytes_of("SSH-2.0-x\r\n")},
           {"DCE/RPC", {5, 0, 11, 3}},
           {"SMB", {0, 0, 0, 0x9b, 0xff, 'S', 'M', 'B'}},
           {"DNS over TCP", {0, 29, 0x12, 0x34, 1, 0}},
           {"PostgreSQL", {0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f}},
           {"SOCKS 5 without methods", {5, 0}},
           {"SOCKS 5 with an unassigned method", {5, 1, 0x20}},
           {"SOCKS 4 with another command", {4, 3, 0, 80}},
           {"bytes behind a greeting that no client sends", {5, 1, 0, 0x77}},
       }) {
    EXPECT_EQ(recognise_bypass_stream(other.payload).match, BypassMatch::No) << other.what;
  }
}

// What is held waits for no more than this.
TEST(BypassStream, IsDecidedWithinElevenHundredBytes) {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      for (const int fill : {0x00, 0x01, 0x38, 0x50, 0x61}) {
        const Bytes stream =
            message({static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second)}, 1100,
                    static_cast<std::uint8_t>(fill));
        EXPECT_NE(recognise_bypass_stream(stream).match, BypassMatch::NeedMore)
            << first << ' ' << second;
      }
    }
  }
}

}  // namespace
}  // namespace luytre::dataplane
