// SPDX-License-Identifier: Apache-2.0
#include "base/byte_order.h"
#include "gateway_test.h"
#include "tests/support/dns_message.h"

namespace luytre::dataplane::test {
namespace {

class DnsJourney : public GatewayTest {};

PacketBuilder to_resolver(std::string_view client = kChild, std::string_view resolver = "9.9.9.9") {
  PacketBuilder builder = packet().eth();
  if (client.find(':') != std::string_view::npos) {
    return builder.ipv6(client, resolver).udp(40000, 53);
  }
  return builder.ipv4(client, resolver).udp(40000, 53);
}

unsigned rcode(const Bytes& frame) { return payload_of(frame)[3] & 0x0fU; }

struct NameCase {
  const char* description;
  const char* name;
  Outcome outcome;
};

TEST_F(DnsJourney, NamesAreJudgedByThePolicyOfTheLine) {
  const std::vector<NameCase> cases = {
      {"a listed name", "casino.test", Outcome::DnsBlocked},
      {"a name below a listed one", "www.casino.test", Outcome::DnsBlocked},
      {"mixed case (0x20)", "WwW.cAsInO.tEsT", Outcome::DnsBlocked},
      {"pornography", "porn.test", Outcome::DnsBlocked},
      {"malware", "malware.test", Outcome::DnsBlocked},
      {"the canary of encrypted DNS", "use-application-dns.net", Outcome::DnsBlocked},
      {"a name that only ends alike", "notcasino.test", Outcome::DnsAllowed},
      {"a name above a listed one", "test", Outcome::DnsAllowed},
      {"a name on no list", "example.org", Outcome::DnsAllowed},
      {"a helpline", "helpline.test", Outcome::DnsAllowed},
      {"the status page itself", "status.luytre.test", Outcome::DnsAllowed},
      {"the root", ".", Outcome::DnsAllowed},
  };
  for (const NameCase& row : cases) {
    SCOPED_TRACE(row.description);
    start({});
    const Bytes query = to_resolver().dns_query(row.name).build();
    from_client({query});
    EXPECT_EQ(counts(), (Counts{{row.outcome, 1}}));
    if (row.outcome == Outcome::DnsAllowed) {
      EXPECT_EQ(to_server(), (std::vector<Bytes>{query}));
      EXPECT_TRUE(to_client().empty());
    } else {
      EXPECT_TRUE(to_server().empty());
      EXPECT_EQ(to_client().size(), 1U);
    }
  }
}

struct LineCase {
  const char* description;
  std::string_view client;
  std::string_view resolver;
};

TEST_F(DnsJourney, TheAnswerComesFromTheServerThatWasAsked) {
  for (const LineCase& row :
       {LineCase{"IPv4", kChild, "9.9.9.9"}, LineCase{"another resolver", kChild, "8.8.4.4"},
        LineCase{"IPv6", kChildV6, "2620:fe::fe"}}) {
    SCOPED_TRACE(row.description);
    from_client(
        {to_resolver(row.client, row.resolver).dns_query("CaSiNo.test", 1, 0xbeef).build()});
    const auto answers = to_client();
    ASSERT_EQ(answers.size(), 1U);
    const PacketView view = view_of(answers[0]);
    EXPECT_EQ(view.source, *categories::IpAddress::from_text(row.resolver));
    EXPECT_EQ(view.destination, *categories::IpAddress::from_text(row.client));
    EXPECT_EQ(view.source_port, 53);
    EXPECT_EQ(view.destination_port, 40000);
    const Bytes message = payload_of(answers[0]);
    EXPECT_EQ(load_be16(message.data()), 0xbeef);
    EXPECT_EQ(rcode(answers[0]), 3U);  // NXDOMAIN
    const Bytes asked = luytre::test::wire_name("CaSiNo.test");
    EXPECT_TRUE(std::equal(asked.begin(), asked.end(), message.begin() + 12)) << "0x20 was lost";
  }
}

TEST_F(DnsJourney, TheAnswerKeepsTheTagsOfTheLine) {
  from_client({packet()
                   .eth()
                   .vlan(kChildVlan)
                   .vlan(7)
                   .ipv4("172.16.0.1", "9.9.9.9")
                   .udp(40000, 53)
                   .dns_query("casino.test")
                   .build()});
  const auto answers = to_client();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(view_of(answers[0]).outer_vlan, kChildVlan);
  EXPECT_EQ(view_of(answers[0]).inner_vlan, 7);
}

TEST_F(DnsJourney, RefusedNamesAreCountedByCategory) {
  from_client({to_resolver().dns_query("casino.test").build(),
               to_resolver().dns_query("porn.test").build(),
               to_resolver().dns_query("www.casino.test").build()});
  const auto bit = [](std::string_view name) {
    return static_cast<std::uint8_t>(shared_world().category(name));
  };
  EXPECT_EQ(worker_->counters().blocked_names(bit("gambling")), 2U);
  EXPECT_EQ(worker_->counters().blocked_names(bit("porn")), 1U);
  EXPECT_EQ(worker_->counters().blocked_names(bit("malware")), 0U);
}

TEST_F(DnsJourney, ABurstOfMixedQueriesIsAnsweredAndForwardedInOrder) {
  std::vector<Bytes> frames;
  std::vector<Bytes> allowed;
  for (std::uint16_t i = 0; i < 32; ++i) {
    frames.push_back(
        to_resolver().dns_query(i % 2 == 0 ? "casino.test" : "example.org", 1, i).build());
    if (i % 2 != 0) {
      allowed.push_back(frames.back());
    }
  }
  from_client(frames);
  EXPECT_EQ(to_server(), allowed);
  const auto answers = to_client();
  ASSERT_EQ(answers.size(), 16U);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(load_be16(payload_of(answers[i]).data()), 2 * i);
  }
}

TEST_F(DnsJourney, MessagesThatAreNoPlainQuestionAreAnsweredOrLeftAlone) {
  using luytre::test::DnsMessage;
  const auto send = [&](const Bytes& message) {
    from_client({to_resolver().payload(message).build()});
  };
  send(DnsMessage().question("casino.test", 1).question("example.org", 1).bytes());
  send(DnsMessage().bytes());  // no question
  auto answers = to_client();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(rcode(answers[0]), 1U);  // FORMERR
  EXPECT_EQ(rcode(answers[1]), 1U);
  send(DnsMessage().flags(0x2000).question("casino.test", 6).bytes());  // NOTIFY
  answers = to_client();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(rcode(answers[0]), 4U);  // NOTIMP
  EXPECT_EQ(counts(), (Counts{{Outcome::DnsFormatError, 3}}));

  send(DnsMessage().flags(0x8180).question("casino.test", 1).bytes());  // a response
  send(Bytes{1, 2, 3});
  send(Bytes{});
  EXPECT_EQ(to_server().size(), 3U);
  EXPECT_EQ(counts(), (Counts{{Outcome::DnsFormatError, 3}, {Outcome::DnsNotQuery, 3}}));
}

TEST_F(DnsJourney, AnswersOfTheRealResolverPass) {
  from_server(
      {packet().eth().ipv4("9.9.9.9", kChild).udp(53, 40000).dns_query("example.org").build()});
  EXPECT_EQ(counts(), (Counts{{Outcome::DnsNotQuery, 1}}));
  EXPECT_EQ(to_client().size(), 1U);
}

TEST_F(DnsJourney, AQueryInABufferWithoutRoomForTheAnswerIsDropped) {
  Packet tight = pool_.load(to_resolver().dns_query("casino.test").build());
  tight.capacity = tight.size;
  const auto egress = std::make_unique<Egress>();
  worker_->process_burst(Side::Subscriber, {&tight, 1}, world_, now_, *egress);
  EXPECT_EQ(counts(), (Counts{{Outcome::NoBufferDropped, 1}}));
  start({});
}

TEST_F(DnsJourney, EveryTruncationOfAQueryHasOneOutcomeAndNoneLeaksTheName) {
  const Bytes whole = luytre::test::DnsMessage().question("casino.test", 1).opt().bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    from_client({to_resolver().payload(std::span(whole).first(size)).build()});
  }
  const Counts outcomes = counts();
  EXPECT_FALSE(outcomes.contains(Outcome::DnsAllowed));
  EXPECT_EQ(total(), whole.size());
}

}  // namespace
}  // namespace luytre::dataplane::test
