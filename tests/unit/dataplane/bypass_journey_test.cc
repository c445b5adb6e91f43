// SPDX-License-Identifier: Apache-2.0
// VPNs and proxies that show themselves in their first bytes.
#include <algorithm>
#include <initializer_list>

#include "gateway_test.h"

namespace luytre::dataplane::test {
namespace {

Bytes wireguard_initiation() {
  Bytes payload{1, 0, 0, 0};
  payload.resize(148, 0xa5);
  return payload;
}
Bytes openvpn_reset() { return {0x38, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0}; }
Bytes over_tcp(const Bytes& packet) {
  Bytes stream(2 + packet.size());
  stream[1] = static_cast<std::uint8_t>(packet.size());
  std::ranges::copy(packet, stream.begin() + 2);
  return stream;
}
Bytes socks5_greeting() { return {5, 2, 0, 2}; }

Bytes datagram(std::string_view line, const Bytes& payload) {
  return packet().eth().ipv4(line, "192.0.2.9").udp(40000, 51820).payload(payload).build();
}

class BypassJourney : public GatewayTest {};

TEST_F(BypassJourney, AVpnOverUdpNeverBegins) {
  for (const Bytes& first : {wireguard_initiation(), openvpn_reset()}) {
    start({});
    from_client({datagram(kChild, first)});
    EXPECT_TRUE(to_server().empty());
    const auto told = to_client();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(view_of(told[0]).protocol, ip_protocol::kIcmp);
    EXPECT_EQ(counts(), (Counts{{Outcome::BypassBlocked, 1}}));
    EXPECT_EQ(worker_->counters().blocked_names(
                  static_cast<std::uint8_t>(shared_world().category("vpn"))),
              1U);
  }
}

TEST_F(BypassJourney, AClientThatTriesForEverIsNotToldForEver) {
  const std::vector<Bytes> tries(1000, datagram(kChild, wireguard_initiation()));
  from_client(tries);
  EXPECT_TRUE(to_server().empty());
  EXPECT_LT(to_client().size(), 200U);
  EXPECT_EQ(counts(), (Counts{{Outcome::BypassBlocked, 1000}}));
}

TEST_F(BypassJourney, AVpnOrProxyOverTcpIsResetOnAnyPort) {
  for (const Bytes& first : {over_tcp(openvpn_reset()), socks5_greeting()}) {
    for (const std::uint16_t port : std::initializer_list<std::uint16_t>{443, 53, 1194}) {
      start({});
      const Connection connection{.server_port = port};
      from_client({connection.syn(), connection.data(first)});
      ASSERT_EQ(to_server().size(), 2U);  // the SYN, then the reset
      ASSERT_EQ(to_client().size(), 1U);
      EXPECT_EQ(counts(), (Counts{{Outcome::TcpControl, 1}, {Outcome::BypassBlocked, 1}})) << port;
    }
  }
}

TEST_F(BypassJourney, AVpnInPiecesIsSeenAllTheSame) {
  const Connection connection;
  const Bytes first = over_tcp(openvpn_reset());
  from_client({connection.syn()});
  to_server();
  for (std::size_t at = 0; at < first.size(); ++at) {
    const Bytes one{first[at]};
    from_client({connection.data(one, at)});
  }
  const auto passed = to_server();
  ASSERT_LT(passed.size(), first.size());
  EXPECT_EQ(view_of(passed.back()).tcp_flags, tcp_flag::kRst);
  EXPECT_GE(counts()[Outcome::BypassBlocked], 1U);
}

TEST_F(BypassJourney, WhereTheCategoryIsUnknownNothingIsRefused) {
  world_.vpn = {};
  from_client({datagram(kChild, wireguard_initiation())});
  EXPECT_EQ(to_server().size(), 1U);
  EXPECT_EQ(counts(), (Counts{{Outcome::BypassAllowed, 1}}));
}

TEST_F(BypassJourney, TheAdultsVpnIsNobodysBusiness) {
  from_client({datagram(kAdult, wireguard_initiation())});
  EXPECT_EQ(to_server().size(), 1U);
  EXPECT_EQ(counts(), (Counts{{Outcome::Unprofiled, 1}}));
}

}  // namespace
}  // namespace luytre::dataplane::test
