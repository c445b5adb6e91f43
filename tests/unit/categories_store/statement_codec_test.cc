// SPDX-License-Identifier: Apache-2.0
#include "statement_codec.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "lists.h"
#include "source_codec.h"
#include "subject_key.h"

namespace luytre::categories {
namespace {

using test::kGambling;
using test::kPorn;
using test::name;
using test::set_of;

using Octets = std::vector<std::uint8_t>;

constexpr SourceId kSource{7};

std::vector<Statement> several() {
  return {{.source = kSource,
           .reach = Reach::Exact,
           .minimum_age = 18,
           .categories = set_of({kPorn, kGambling}),
           .since = 1'700'000'000,
           .terms = {}},
          {.source = kSource,
           .polarity = Polarity::Withdraws,
           .categories = {},
           .since = 0,
           .terms = {.legal_ref = "QĐ 123/2026", .expires = 1'800'000'000}},
          {.source = kSource,
           .polarity = Polarity::Withdraws,
           .categories = set_of({kPorn}),
           .since = kMaxTime,
           .terms = {.legal_ref = "QĐ 124/2026", .expires = kMaxTime}}};
}

Octets encoded(const std::vector<Statement>& statements) {
  Octets value;
  EXPECT_TRUE(encode_statements(statements, value));
  return value;
}

TEST(StatementCodec, WhatIsWrittenIsRead) {
  std::vector<Statement> read;
  ASSERT_TRUE(decode_statements(kSource, encoded(several()), read));
  EXPECT_EQ(read, several());
}

TEST(StatementCodec, AUsualStatementTakesSevenOctets) {
  EXPECT_EQ(encoded({{.categories = set_of({kPorn}), .since = 1'700'000'000, .terms = {}}}).size(),
            7U);
}

TEST(StatementCodec, ATimeOutOfRangeBecomesTheNearest) {
  std::vector<Statement> read;
  ASSERT_TRUE(
      decode_statements(kSource, encoded({{.categories = {}, .since = -1, .terms = {}}}), read));
  ASSERT_TRUE(decode_statements(
      kSource, encoded({{.categories = {}, .since = kMaxTime + 1, .terms = {}}}), read));
  EXPECT_EQ(read[0].since, 0);
  EXPECT_EQ(read[1].since, kMaxTime);
}

TEST(StatementCodec, WhatCannotBeKeptIsNotWritten) {
  Octets value;
  for (const Terms& terms :
       {Terms{.legal_ref = std::string(kMaxLegalRefBytes + 1, 'x')},
        Terms{.legal_ref = {}, .expires = -1}, Terms{.legal_ref = {}, .expires = kMaxTime + 1}}) {
    const std::vector<Statement> said = {{.categories = {}, .terms = terms}};
    EXPECT_FALSE(encode_statements(said, value));
  }
}

TEST(StatementCodec, EveryTruncationIsDamageOrAWholeBeginning) {
  const Octets whole = encoded(several());
  int readable = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::vector<Statement> read;
    if (decode_statements(kSource, lmdb::Bytes(whole).first(size), read)) {
      ++readable;
      EXPECT_EQ(read[0], several()[0]);
    }
  }
  EXPECT_EQ(readable, 2);  // after the first statement, and after the second
}

TEST(StatementCodec, AFlippedBitIsDamageOrAnotherStatementThatWritesTheSameOctets) {
  const Octets whole = encoded(several());
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Octets flipped = whole;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
    std::vector<Statement> read;
    if (decode_statements(kSource, flipped, read)) {
      Octets again;
      // A number of several categories may have become a set of one, which is written shorter.
      if (encode_statements(read, again) && again.size() == flipped.size()) {
        EXPECT_EQ(again, flipped) << "bit " << bit;
      }
    }
  }
}

TEST(StatementCodec, RandomOctetsNeverReadOutsideThemselves) {
  std::mt19937 random(5);
  for (int round = 0; round < 20'000; ++round) {
    Octets octets(random() % 40);
    for (std::uint8_t& octet : octets) {
      octet = static_cast<std::uint8_t>(random());
    }
    std::vector<Statement> read;
    static_cast<void>(decode_statements(kSource, octets, read));
    Source source;
    static_cast<void>(decode_source(lmdb::as_bytes("s"), octets, source));
    static_cast<void>(subject_text(SubjectKind::Path, octets));
    static_cast<void>(subject_text(SubjectKind::Prefix, octets));
  }
}

Source full_source() {
  return {.id = SourceId{300},
          .name = "nation",
          .format = "luytre",
          .entry_count = 1ULL << 40U,
          .imported_at = 1'790'000'000,
          .issuer = "Bộ Thông tin",
          .scope = Scope::Mandatory,
          .priority = 1,
          .trust = "ed25519:abc",
          .version = ~std::uint64_t{0},
          .location = "https://lists.example/nation",
          .refresh_seconds = 3600,
          .mapping = "adult=porn"};
}

void expect_equal(const Source& a, const Source& b) {
  EXPECT_EQ(encode_source(a), encode_source(b));
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.mapping, b.mapping);
  EXPECT_EQ(a.issuer, b.issuer);
  EXPECT_EQ(a.scope, b.scope);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.entry_count, b.entry_count);
}

TEST(SourceCodec, EveryFieldIsKept) {
  Source read;
  ASSERT_TRUE(decode_source(lmdb::as_bytes("nation"), encode_source(full_source()), read));
  expect_equal(read, full_source());
}

TEST(SourceCodec, EveryTruncationIsDamage) {
  const Octets whole = encode_source(full_source());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Source read;
    EXPECT_FALSE(decode_source(lmdb::as_bytes("nation"), lmdb::Bytes(whole).first(size), read));
  }
}

TEST(SourceCodec, FieldsOfALaterLayoutArePassedOver) {
  Octets later = encode_source(full_source());
  Source read;
  later.push_back(42);
  EXPECT_FALSE(decode_source(lmdb::as_bytes("nation"), later, read));
  later[0] = 2;
  ASSERT_TRUE(decode_source(lmdb::as_bytes("nation"), later, read));
  EXPECT_EQ(read.mapping, full_source().mapping);
}

TEST(SubjectKey, PathsAndPrefixesComeBackFromTheirKeys) {
  for (const char* text : {"a.test/x", "a.test/x?y=1&z", "xn--a.b.c.test/%2F"}) {
    const auto path = HostPath::from_text(text);
    ASSERT_TRUE(path);
    EXPECT_EQ(decode_path(*subject_of(*path)), path);
  }
  for (const char* text : {"0.0.0.0/0", "192.0.2.0/24", "192.0.2.1", "::/0", "2001:db8::/32"}) {
    const auto prefix = IpPrefix::from_text(text);
    ASSERT_TRUE(prefix);
    EXPECT_EQ(decode_prefix(*subject_of(*prefix)), prefix);
  }
}

TEST(SubjectKey, TheLongestPathOfTheLongestHostFits) {
  const std::string label(63, 'a');
  const std::string host = label + "." + label + "." + label + "." + std::string(61, 'b');
  const HostPath longest{.host = name(host),
                         .path = "/" + std::string(HostPath::kMaxPathBytes - 1, 'p')};
  ASSERT_EQ(longest.host.wire().size(), DomainName::kMaxWireBytes);
  const auto subject = subject_of(longest);
  ASSERT_TRUE(subject);
  EXPECT_LE(SubjectKey(SourceId{1}, *subject).bytes().size(), lmdb::kMaxKeyBytes);
  EXPECT_EQ(decode_path(*subject), longest);
}

TEST(SubjectKey, WhatNoRequestCanAskForHasNoKey) {
  const auto host = name("a.test");
  for (const std::string& path :
       {std::string(), std::string("/"), std::string("x"), std::string("/ x"),
        "/" + std::string(HostPath::kMaxPathBytes, 'x'), std::string("/\x80")}) {
    EXPECT_FALSE(subject_of(HostPath{.host = host, .path = path})) << path;
  }
  EXPECT_FALSE(subject_of(HostPath{.host = {}, .path = "/x"}));
  EXPECT_FALSE(subject_of(IpPrefix{*IpAddress::from_text("192.0.2.1"), 24}));
  EXPECT_FALSE(subject_of(IpPrefix{*IpAddress::from_text("192.0.2.1"), 33}));
}

}  // namespace
}  // namespace luytre::categories
