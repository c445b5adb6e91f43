// SPDX-License-Identifier: Apache-2.0
#include "dns/wire/refusal.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>

#include "message_reader.h"
#include "support/dns_message.h"

namespace luytre::dns {
namespace {

using policy::Tier;
using test::Bytes;
using test::DnsMessage;
using test::ReadMessage;

constexpr unsigned kQr = 0x8000;
constexpr unsigned kAa = 0x0400;
constexpr unsigned kTc = 0x0200;
constexpr unsigned kRd = 0x0100;
constexpr unsigned kRa = 0x0080;
constexpr unsigned kCd = 0x0010;

Bytes answer_bytes(const Bytes& message, const Refusal& refusal) {
  Query query;
  EXPECT_NE(parse_query(message, query), QueryForm::NotDns);
  Bytes out(kMaxRefusalBytes);
  const std::size_t size = write_refusal(query, refusal, out);
  EXPECT_GE(size, 12U);
  EXPECT_LE(size, 512U);
  out.resize(size);
  return out;
}

ReadMessage answer(const Bytes& message, const Refusal& refusal) {
  return test::MessageReader(answer_bytes(message, refusal)).read();
}

// INFO-CODE and EXTRA-TEXT of the only option of the OPT record.
struct ExtendedError {
  unsigned code = 0;
  std::string text;
};
ExtendedError extended_error(const test::ReadRecord& opt) {
  const Bytes& options = opt.rdata;
  EXPECT_GE(options.size(), 6U);
  EXPECT_EQ(options[0] * 256 + options[1], 15);
  EXPECT_EQ(options[2] * 256U + options[3], options.size() - 4);
  return {options[4] * 256U + options[5], std::string(options.begin() + 6, options.end())};
}

Refusal household() {
  return refusal_for({.action = policy::Action::Block, .tier = Tier::Category});
}

TEST(WriteRefusal, NxdomainCarriesAShortLivedSoaOfTheNameItself) {
  const Bytes message = DnsMessage().id(0xbeef).question("bad.example", 1).bytes();
  const ReadMessage read = answer(message, household());
  EXPECT_EQ(read.id, 0xbeefU);
  EXPECT_EQ(read.flags, kQr | kRd | kRa | 3U);
  EXPECT_EQ(read.qname, "bad.example.");
  EXPECT_TRUE(read.answers.empty());
  EXPECT_TRUE(read.additionals.empty());
  ASSERT_EQ(read.authorities.size(), 1U);
  const auto& soa = read.authorities[0];
  EXPECT_EQ(soa.owner, "bad.example.");
  EXPECT_EQ(soa.type, 6U);
  EXPECT_EQ(soa.rr_class, 1U);
  EXPECT_EQ(soa.ttl, 30U);
  const test::MessageReader reader(answer_bytes(message, household()));
  std::size_t at = soa.rdata_at;
  EXPECT_EQ(reader.name(at), "bad.example.");
  EXPECT_EQ(reader.name(at), "nobody.invalid.");
  EXPECT_EQ(reader.quad(at + 16), 30U);
  EXPECT_EQ(at + 20, soa.rdata_at + soa.rdata.size());
}

TEST(WriteRefusal, TtlIsTheOneAskedFor) {
  Refusal refusal = household();
  refusal.ttl_seconds = 10;
  const ReadMessage read = answer(test::dns_query("bad.example"), refusal);
  ASSERT_EQ(read.authorities.size(), 1U);
  EXPECT_EQ(read.authorities[0].ttl, 10U);
  EXPECT_EQ(read.authorities[0].rdata.back(), 10);
}

TEST(WriteRefusal, NodataIsNoErrorWithTheSoa) {
  const Refusal refusal = refusal_for(
      {.action = policy::Action::Block, .tier = Tier::Bypass, .dns_form = policy::DnsForm::NoData});
  const ReadMessage read = answer(test::dns_query("mask.icloud.com", 65), refusal);
  EXPECT_EQ(read.rcode(), 0U);
  EXPECT_TRUE(read.answers.empty());
  EXPECT_EQ(read.authorities.size(), 1U);
}

TEST(WriteRefusal, QuestionIsEchoedWithItsCase) {
  const Bytes message = test::dns_query("bAd.ExAmPlE", 28);
  const Bytes out = answer_bytes(message, household());
  ASSERT_GE(out.size(), message.size());
  EXPECT_EQ(std::memcmp(out.data() + 12, message.data() + 12, message.size() - 12), 0);
}

TEST(WriteRefusal, RdAndCdAreCopiedAndAaAndTcAreNot) {
  for (const unsigned copied : {0U, kRd, kCd, kRd | kCd}) {
    const auto sent = static_cast<std::uint16_t>(copied | kAa | kTc | 0x0060U);
    const ReadMessage read = answer(DnsMessage().flags(sent).question("a", 1).bytes(), household());
    EXPECT_EQ(read.flags, kQr | kRa | copied | 3U);
  }
}

TEST(WriteRefusal, ExtendedErrorIsSentOnlyWhereTheQueryHadEdns) {
  EXPECT_TRUE(answer(test::dns_query("a"), household()).additionals.empty());
  const ReadMessage read = answer(DnsMessage().question("a", 1).opt().bytes(), household());
  ASSERT_EQ(read.additionals.size(), 1U);
  const auto& opt = read.additionals[0];
  EXPECT_EQ(opt.owner, ".");
  EXPECT_EQ(opt.type, 41U);
  EXPECT_EQ(opt.rr_class, 1232U);
  EXPECT_EQ(opt.ttl, 0U);
  EXPECT_EQ(extended_error(opt).code, 17U);
  EXPECT_EQ(extended_error(opt).text, "Blocked by family settings");
}

TEST(WriteRefusal, DnssecOkIsCopied) {
  const ReadMessage read =
      answer(DnsMessage().question("a", 1).opt(4096, 0, true).bytes(), household());
  ASSERT_EQ(read.additionals.size(), 1U);
  EXPECT_EQ(read.additionals[0].ttl, 0x8000U);
}

TEST(WriteRefusal, OptWithoutExtendedErrorIsEmpty) {
  const ReadMessage read =
      answer(DnsMessage().question("a", 1).opt().bytes(), Refusal{.rcode = Rcode::Refused});
  EXPECT_EQ(read.rcode(), 5U);
  EXPECT_TRUE(read.authorities.empty());
  ASSERT_EQ(read.additionals.size(), 1U);
  EXPECT_TRUE(read.additionals[0].rdata.empty());
}

TEST(WriteRefusal, UnknownEdnsVersionIsAnsweredBadvers) {
  const ReadMessage read =
      answer(DnsMessage().question("a", 1).opt(1232, 1, true).bytes(), household());
  EXPECT_EQ(read.rcode(), 0U);
  EXPECT_TRUE(read.authorities.empty());
  ASSERT_EQ(read.additionals.size(), 1U);
  EXPECT_EQ(read.additionals[0].ttl, 0x01008000U);  // 1 << 4 | 0 = 16, version 0, DO
  EXPECT_TRUE(read.additionals[0].rdata.empty());
}

TEST(WriteRefusal, LongestNameFitsWithItsText) {
  const std::string label(63, 'x');
  const std::string longest = label + '.' + label + '.' + label + '.' + std::string(61, 'y');
  const Bytes message = DnsMessage().question(longest, 1).opt(512, 0, true).bytes();
  for (const Tier tier : {Tier::Mandatory, Tier::Security, Tier::Time, Tier::Category}) {
    const ReadMessage read = answer(message, refusal_for({.tier = tier}));
    EXPECT_EQ(read.qname, longest + '.');
    ASSERT_EQ(read.additionals.size(), 1U);
    EXPECT_FALSE(extended_error(read.additionals[0]).text.empty());
  }
}

TEST(WriteRefusal, TextThatDoesNotFitIsLeftOutWhole) {
  const std::string label(63, 'x');
  const std::string longest = label + '.' + label + '.' + label + '.' + std::string(61, 'y');
  const Bytes message = DnsMessage().question(longest, 1).opt().bytes();
  // 12 + 259 + 50 + 11 + 6 = 338 octets stand around the text.
  const std::string fits(512 - 338, 't');
  const std::string too_long = fits + 't';
  Refusal refusal = household();
  refusal.extra_text = fits;
  EXPECT_EQ(answer_bytes(message, refusal).size(), 512U);
  EXPECT_EQ(extended_error(answer(message, refusal).additionals[0]).text, fits);
  refusal.extra_text = too_long;
  EXPECT_EQ(answer_bytes(message, refusal).size(), 338U);
  EXPECT_EQ(extended_error(answer(message, refusal).additionals[0]).code, 17U);
}

TEST(WriteRefusal, RootIsAnswered) {
  const ReadMessage read = answer(test::dns_query("."), household());
  EXPECT_EQ(read.qname, ".");
  ASSERT_EQ(read.authorities.size(), 1U);
  EXPECT_EQ(read.authorities[0].owner, ".");
}

TEST(WriteRefusal, OtherOpcodesGetNotimpWithAHeaderAlone) {
  const Bytes message = DnsMessage().id(7).flags(5U << 11U | kRd).question("a", 6).opt().bytes();
  const Bytes out = answer_bytes(message, Refusal{.rcode = Rcode::NotImp});
  EXPECT_EQ(out.size(), 12U);
  const ReadMessage read = test::MessageReader(out).read();
  EXPECT_EQ(read.id, 7U);
  EXPECT_EQ(read.flags, kQr | 5U << 11U | kRd | kRa | 4U);
}

TEST(WriteRefusal, SeveralQuestionsGetFormerrWithAHeaderAlone) {
  const Bytes message = DnsMessage().question("a", 1).question("b", 1).bytes();
  const Bytes out = answer_bytes(message, Refusal{.rcode = Rcode::FormErr});
  EXPECT_EQ(out.size(), 12U);
  EXPECT_EQ(test::MessageReader(out).read().rcode(), 1U);
}

TEST(WriteRefusal, MissingQuestionGetsFormerrWithOpt) {
  const ReadMessage read =
      answer(DnsMessage().opt(1232, 0, true).bytes(), Refusal{.rcode = Rcode::FormErr});
  EXPECT_EQ(read.rcode(), 1U);
  EXPECT_EQ(read.qname, "(none)");
  ASSERT_EQ(read.additionals.size(), 1U);
  EXPECT_EQ(read.additionals[0].ttl, 0x8000U);
}

TEST(WriteRefusal, FormerrOfAGoodQuestionEchoesItWithoutSoa) {
  const ReadMessage read = answer(DnsMessage().question("a", 1).opt(1232, 1).opt().bytes(),
                                  Refusal{.rcode = Rcode::FormErr});
  EXPECT_EQ(read.rcode(), 1U);
  EXPECT_EQ(read.qname, "a.");
  EXPECT_TRUE(read.authorities.empty());
}

TEST(WriteRefusal, AnswerInPlaceIsTheSameAsBeside) {
  const Bytes message = DnsMessage().question("bAd.example", 1).opt(1232, 0, true).bytes();
  const Bytes beside = answer_bytes(message, household());
  std::array<std::uint8_t, kMaxRefusalBytes> buffer{};
  std::memcpy(buffer.data(), message.data(), message.size());
  Query query;
  ASSERT_EQ(parse_query(std::span(buffer).first(message.size()), query), QueryForm::Question);
  const std::size_t size = write_refusal(query, household(), buffer);
  ASSERT_EQ(size, beside.size());
  EXPECT_EQ(std::memcmp(buffer.data(), beside.data(), size), 0);
}

TEST(WriteRefusal, BufferThatIsTooSmallIsLeftAlone) {
  Query query;
  const Bytes message = test::dns_query("a");
  ASSERT_EQ(parse_query(message, query), QueryForm::Question);
  std::array<std::uint8_t, kMaxRefusalBytes - 1> small{};
  EXPECT_EQ(write_refusal(query, household(), small), 0U);
  EXPECT_EQ(small, decltype(small){});
}

TEST(RefusalFor, EachTierHasItsCodeAndText) {
  struct Row {
    Tier tier;
    EdeCode ede;
    std::string_view text;
  };
  constexpr std::array kRows{
      Row{Tier::Mandatory, EdeCode::Censored, "Blocked: order of an authority"},
      Row{Tier::OwnerDeny, EdeCode::Filtered, "Blocked by family settings"},
      Row{Tier::Security, EdeCode::Blocked, "Blocked: harmful software or fraud"},
      Row{Tier::Bypass, EdeCode::Filtered, "Blocked by family settings"},
      Row{Tier::Time, EdeCode::Filtered, "Paused by family settings"},
      Row{Tier::Category, EdeCode::Filtered, "Blocked by family settings"},
      Row{Tier::BandDefault, EdeCode::Filtered, "Blocked by family settings"},
  };
  for (const Row& row : kRows) {
    const Refusal refusal = refusal_for({.action = policy::Action::Block, .tier = row.tier});
    EXPECT_EQ(refusal.rcode, Rcode::NxDomain);
    EXPECT_EQ(refusal.ede, row.ede);
    EXPECT_EQ(refusal.extra_text, row.text);
  }
}

}  // namespace
}  // namespace luytre::dns
