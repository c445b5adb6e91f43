// SPDX-License-Identifier: Apache-2.0
#include "dns/wire/query.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "support/dns_message.h"

namespace luytre::dns {
namespace {

using test::Bytes;
using test::DnsMessage;
using test::wire_name;

// An exact-size heap copy, so that AddressSanitizer sees one octet too far.
QueryForm parse(const Bytes& message, Query& query) {
  const Bytes exact(message.begin(), message.end());
  const QueryForm form = parse_query(exact, query);
  query.question_wire = {};  // borrowed from `exact`
  return form;
}

QueryForm form_of(const Bytes& message) {
  Query query;
  return parse(message, query);
}

// 255 octets in wire form: three labels of 63, one of 61.
std::string longest_name() {
  const std::string label(63, 'x');
  return label + '.' + label + '.' + label + '.' + std::string(61, 'y');
}

TEST(ParseQuery, OrdinaryQuestionIsRead) {
  const Bytes message = test::dns_query("www.example.org", qtype::kAaaa);
  Query query;
  ASSERT_EQ(parse_query(message, query), QueryForm::Question);
  EXPECT_EQ(query.id, 0x1234);
  EXPECT_EQ(query.opcode, 0);
  EXPECT_TRUE(query.recursion_desired);
  EXPECT_FALSE(query.checking_disabled);
  EXPECT_EQ(query.qname.to_text(), "www.example.org");
  EXPECT_EQ(query.qtype, qtype::kAaaa);
  EXPECT_EQ(query.qclass, 1);
  EXPECT_FALSE(query.edns);
  EXPECT_EQ(query.question_wire.data(), message.data() + 12);
  EXPECT_EQ(query.question_wire.size(), 17U + 4U);
}

TEST(ParseQuery, NameIsFoldedAndQuestionKeepsItsCase) {
  const Bytes message = test::dns_query("wWw.ExAmPlE.oRg");
  Query query;
  ASSERT_EQ(parse_query(message, query), QueryForm::Question);
  EXPECT_EQ(query.qname.to_text(), "www.example.org");
  EXPECT_EQ(Bytes(query.question_wire.begin(), query.question_wire.end() - 4),
            wire_name("wWw.ExAmPlE.oRg"));
}

TEST(ParseQuery, FlagsOfTheHeaderAreRead) {
  Query query;
  ASSERT_EQ(parse(DnsMessage().flags(0x0010).question("a", 1).bytes(), query), QueryForm::Question);
  EXPECT_FALSE(query.recursion_desired);
  EXPECT_TRUE(query.checking_disabled);
}

TEST(ParseQuery, EdnsIsRead) {
  Query query;
  ASSERT_EQ(parse(DnsMessage().question("a", 1).opt(4096, 3, true).bytes(), query),
            QueryForm::Question);
  ASSERT_TRUE(query.edns);
  EXPECT_EQ(query.edns->udp_payload_size, 4096);
  EXPECT_EQ(query.edns->version, 3);
  EXPECT_TRUE(query.edns->dnssec_ok);
}

TEST(ParseQuery, NothingOfAnEarlierQueryIsLeft) {
  Query query;
  ASSERT_EQ(parse(DnsMessage().question("a.b", 1).opt().bytes(), query), QueryForm::Question);
  ASSERT_EQ(parse(DnsMessage().flags(0).bytes(), query), QueryForm::FormatError);
  EXPECT_FALSE(query.edns);
  EXPECT_TRUE(query.qname.is_root());
  EXPECT_FALSE(query.recursion_desired);
  EXPECT_TRUE(query.question_wire.empty());
}

struct Row {
  const char* description;
  Bytes message;
  QueryForm form;
};

std::vector<Row> rows() {
  const Bytes cookie{0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8};
  const Bytes soa_of_ixfr{0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5};
  const Bytes pointer_to_qname{0xC0, 12};
  return {
      {"a response", DnsMessage().flags(0x8180).question("a", 1).bytes(), QueryForm::Response},
      {"an UPDATE", DnsMessage().flags(5U << 11U).question("a", 6).bytes(), QueryForm::OtherOpcode},
      {"a NOTIFY", DnsMessage().flags(4U << 11U).question("a", 6).bytes(), QueryForm::OtherOpcode},
      {"opcode 15 and nothing else", DnsMessage().flags(15U << 11U).bytes(),
       QueryForm::OtherOpcode},
      {"no question", DnsMessage().bytes(), QueryForm::FormatError},
      {"no question but a cookie", DnsMessage().opt(1232, 0, false, cookie).bytes(),
       QueryForm::FormatError},
      {"two questions", DnsMessage().question("a", 1).question("b", 1).bytes(),
       QueryForm::FormatError},
      {"65,535 questions", DnsMessage().question("a", 1).claim(0, 65535).bytes(),
       QueryForm::FormatError},
      {"one question claimed, none there", DnsMessage().claim(0, 1).bytes(),
       QueryForm::FormatError},
      {"qname that points at itself", DnsMessage().raw_question({0xC0, 12}, 1).bytes(),
       QueryForm::FormatError},
      {"qname that points into the header", DnsMessage().raw_question({1, 'a', 0xC0, 4}, 1).bytes(),
       QueryForm::FormatError},
      {"qname that points forward", DnsMessage().raw_question({1, 'a', 0xC0, 18}, 1).bytes(),
       QueryForm::FormatError},
      {"label type 0x40", DnsMessage().raw_question({0x41, 'a', 0}, 1).bytes(),
       QueryForm::FormatError},
      {"label type 0x80", DnsMessage().raw_question({0x81, 'a', 0}, 1).bytes(),
       QueryForm::FormatError},
      {"name of 255 octets", test::dns_query(longest_name()), QueryForm::Question},
      {"name of 256 octets", test::dns_query(longest_name() + "y"), QueryForm::FormatError},
      {"the root", test::dns_query("."), QueryForm::Question},
      {"octets that no host name has", DnsMessage().raw_question({3, 0, 0xff, '.', 0}, 1).bytes(),
       QueryForm::Question},
      {"class CH", DnsMessage().question("version.bind", 16, 3).bytes(), QueryForm::Question},
      {"junk behind the question", DnsMessage().question("a", 1).junk({1, 2, 3}).bytes(),
       QueryForm::Question},
      {"a second question that no count announces",
       DnsMessage().question("a", 1).question("b", 1).claim(0, 1).bytes(), QueryForm::Question},
      {"IXFR with its SOA in the authority section",
       DnsMessage().question("zone", 251).record(2, pointer_to_qname, 6, 1, 0, soa_of_ixfr).bytes(),
       QueryForm::Question},
      {"a record in the answer section",
       DnsMessage().question("a", 1).record(1, pointer_to_qname, 1, 1, 60, {192, 0, 2, 1}).bytes(),
       QueryForm::Question},
      {"TSIG behind OPT",
       DnsMessage()
           .question("a", 1)
           .opt()
           .record(3, wire_name("key"), 250, 255, 0, Bytes(40))
           .bytes(),
       QueryForm::Question},
      {"OPT behind another record",
       DnsMessage().question("a", 1).record(3, wire_name("b"), 1, 1, 0, Bytes(4)).opt().bytes(),
       QueryForm::Question},
      {"two OPTs", DnsMessage().question("a", 1).opt().opt().bytes(), QueryForm::FormatError},
      {"OPT with a name",
       DnsMessage().question("a", 1).record(3, wire_name("b"), 41, 512, 0, {}).bytes(),
       QueryForm::FormatError},
      {"OPT in the authority section",
       DnsMessage().question("a", 1).record(2, {0}, 41, 512, 0, {}).bytes(),
       QueryForm::FormatError},
      {"OPT with options", DnsMessage().question("a", 1).opt(1232, 0, true, cookie).bytes(),
       QueryForm::Question},
      {"OPT with a cut option",
       DnsMessage()
           .question("a", 1)
           .opt(1232, 0, true, {0, 10, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8})
           .bytes(),
       QueryForm::FormatError},
      {"OPT with half an option header",
       DnsMessage().question("a", 1).opt(1232, 0, true, {0, 10, 0}).bytes(),
       QueryForm::FormatError},
      {"more records claimed than there are", DnsMessage().question("a", 1).claim(3, 1).bytes(),
       QueryForm::FormatError},
      {"record owner of 256 octets",
       DnsMessage()
           .question("a", 1)
           .record(3, wire_name(longest_name() + "y"), 1, 1, 0, {})
           .bytes(),
       QueryForm::FormatError},
      {"record owner with label type 0x40",
       DnsMessage().question("a", 1).record(3, {0x41, 'a', 0}, 1, 1, 0, {}).bytes(),
       QueryForm::FormatError},
  };
}

TEST(ParseQuery, EachFormOfMessageIsTold) {
  for (const Row& row : rows()) {
    EXPECT_EQ(form_of(row.message), row.form) << row.description;
  }
}

TEST(ParseQuery, IdIsReadWhateverFollows) {
  for (const Row& row : rows()) {
    Query query;
    static_cast<void>(parse(row.message, query));
    EXPECT_EQ(query.id, 0x1234) << row.description;
  }
}

TEST(ParseQuery, OptIsKnownWhereAQuestionIsMissing) {
  Query query;
  ASSERT_EQ(parse(DnsMessage().opt().bytes(), query), QueryForm::FormatError);
  EXPECT_TRUE(query.edns);
}

TEST(ParseQuery, EveryStrictPrefixIsRefused) {
  const Bytes message = DnsMessage()
                            .question("www.example.org", 1)
                            .opt(1232, 0, true, {0, 10, 0, 2, 7, 7})
                            .record(3, wire_name("key"), 250, 255, 0, Bytes(10))
                            .bytes();
  ASSERT_EQ(form_of(message), QueryForm::Question);
  for (std::size_t size = 0; size < message.size(); ++size) {
    const Bytes cut(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(form_of(cut), size < 12 ? QueryForm::NotDns : QueryForm::FormatError) << size;
  }
}

TEST(ParseQuery, LargestMessageOfSmallestRecordsEnds) {
  DnsMessage message;
  message.question("a", 1);
  for (int i = 0; i < 5000; ++i) {
    message.record(1, {0}, 1, 1, 0, {});
  }
  EXPECT_EQ(form_of(message.bytes()), QueryForm::Question);
}

TEST(ParseQuery, EveryOctetChangedToEveryValueIsSurvived) {
  const Bytes message =
      DnsMessage().question("www.example.org", 1).opt(1232, 0, true, {0, 10, 0, 2, 7, 7}).bytes();
  for (std::size_t at = 0; at < message.size(); ++at) {
    for (unsigned value = 0; value < 256; ++value) {
      Bytes changed = message;
      changed[at] = static_cast<std::uint8_t>(value);
      Query query;
      if (parse(changed, query) == QueryForm::Question) {
        EXPECT_LE(query.qname.wire().size(), 255U);
      }
    }
  }
}

TEST(ParseQuery, RandomMutationsAreSurvived) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  const auto seeds = rows();
  for (int round = 0; round < 20000; ++round) {
    Bytes message = seeds[random() % seeds.size()].message;
    for (std::size_t changes = 1 + random() % 4; changes > 0 && !message.empty(); --changes) {
      message[random() % message.size()] = static_cast<std::uint8_t>(random());
    }
    message.resize(random() % (message.size() + 1));
    Query query;
    if (parse_query(message, query) == QueryForm::Question) {
      ASSERT_EQ(query.question_wire.size(), query.qname.wire().size() + 4);
    }
  }
}

}  // namespace
}  // namespace luytre::dns
