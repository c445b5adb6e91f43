// SPDX-License-Identifier: Apache-2.0
#include "gateway_test.h"
#include "tests/support/dtls_hello.h"

namespace luytre::dataplane::test {
namespace {

using luytre::test::dtls_hello;

class DtlsJourney : public GatewayTest {
 protected:
  static Bytes from(std::string_view client, std::string_view server, const Bytes& payload) {
    return packet().eth().ipv4(client, server).udp(40000, 4433).payload(payload).build();
  }
};

TEST_F(DtlsJourney, AnAllowedNamePassesByteForByte) {
  const std::vector<Bytes> frames = {from(kChild, "192.0.2.1", dtls_hello("example.org")),
                                     from(kChild, "192.0.2.1", Bytes(100, 23))};
  for (const Bytes& frame : frames) {
    from_client({frame});
  }
  EXPECT_EQ(to_server(), frames);
  EXPECT_EQ(counts(), (Counts{{Outcome::DtlsAllowed, 1}, {Outcome::UdpOther, 1}}));
}

TEST_F(DtlsJourney, ARefusedNameIsAnsweredWithPortUnreachable) {
  from_client({from(kChild, "192.0.2.1", dtls_hello("www.casino.test", 20))});
  EXPECT_TRUE(to_server().empty());
  const auto told = to_client();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(view_of(told[0]).protocol, ip_protocol::kIcmp);
  EXPECT_EQ(counts(), (Counts{{Outcome::DtlsBlocked, 1}}));
}

TEST_F(DtlsJourney, AHelloWithoutANameIsJudgedByTheServersAddress) {
  const Bytes body = luytre::test::dtls_body(ClientHello().browser_extensions().message(), 0);
  const Bytes hello = luytre::test::dtls_record(luytre::test::dtls_fragment(body, 0, body.size()));
  from_client({from(kChild, "192.0.2.1", hello), from(kChild, "203.0.113.9", hello)});
  EXPECT_EQ(to_server().size(), 1U);
  EXPECT_EQ(counts(), (Counts{{Outcome::DtlsAllowed, 1}, {Outcome::AddressBlocked, 1}}));
}

TEST_F(DtlsJourney, OtherLinesPassUnread) {
  from_client({from(kAdult, "192.0.2.1", dtls_hello("casino.test"))});
  EXPECT_EQ(counts(), (Counts{{Outcome::Unprofiled, 1}}));
}

}  // namespace
}  // namespace luytre::dataplane::test
