// SPDX-License-Identifier: Apache-2.0
#include "tsig.h"

#include <string>
#include <vector>

#include "base/byte_order.h"
#include "tsig_vectors.h"

namespace luytre::categories {
namespace {

using tsig_vectors::kFirstAnswer;
using tsig_vectors::kNow;
using tsig_vectors::kPlainQuery;
using tsig_vectors::kSecondAnswer;
using tsig_vectors::kSignedQuery;
using tsig_vectors::kThirdAnswer;

constexpr std::string_view kKeyText =
    "key \"transfer.key.example\" {\n\talgorithm hmac-sha256;\n"
    "\tsecret \"bHV5dHJlLXRyYW5zZmVyLXRlc3Qta2V5LTMyLW9jdGV0cw==\";\n};\n";

using Octets = std::vector<std::uint8_t>;

template <std::size_t kSize>
Octets octets(const std::uint8_t (&array)[kSize]) {
  return {array, array + kSize};
}

TsigKey key() { return *parse_tsig_key(kKeyText); }

// A session whose query is the one of the vectors.
TsigSession asked() {
  TsigSession session(key());
  Octets query = octets(kPlainQuery);
  EXPECT_TRUE(session.sign(query, kNow));
  EXPECT_EQ(query, octets(kSignedQuery));
  return session;
}

TEST(Tsig, SignsAQueryAsRfc8945Says) { asked(); }

TEST(Tsig, BelievesAnAnswerOfSeveralMessages) {
  TsigSession session = asked();
  EXPECT_FALSE(session.is_closed());
  EXPECT_TRUE(session.verify(kFirstAnswer, kNow));
  EXPECT_TRUE(session.is_closed());
  EXPECT_TRUE(session.verify(kSecondAnswer, kNow));  // unsigned so far
  EXPECT_FALSE(session.is_closed());
  EXPECT_TRUE(session.verify(kThirdAnswer, kNow));
  EXPECT_TRUE(session.is_closed());
}

TEST(Tsig, NoticesAMessageThatIsMissingChangedOrRepeated) {
  TsigSession missing = asked();
  EXPECT_TRUE(missing.verify(kFirstAnswer, kNow));
  EXPECT_EQ(missing.verify(kThirdAnswer, kNow).error(), TsigFault::WrongMac);

  TsigSession changed = asked();
  EXPECT_TRUE(changed.verify(kFirstAnswer, kNow));
  Octets second = octets(kSecondAnswer);
  second[15] ^= 1U;
  EXPECT_TRUE(changed.verify(second, kNow));
  EXPECT_EQ(changed.verify(kThirdAnswer, kNow).error(), TsigFault::WrongMac);

  TsigSession repeated = asked();
  EXPECT_TRUE(repeated.verify(kFirstAnswer, kNow));
  EXPECT_EQ(repeated.verify(kFirstAnswer, kNow).error(), TsigFault::WrongMac);
}

TEST(Tsig, DemandsASignatureFirstAndAfter99Messages) {
  TsigSession session = asked();
  EXPECT_EQ(session.verify(kSecondAnswer, kNow).error(), TsigFault::Unsigned);
  EXPECT_TRUE(session.verify(kFirstAnswer, kNow));
  for (unsigned i = 0; i < TsigSession::kMaxUnsigned; ++i) {
    ASSERT_TRUE(session.verify(kSecondAnswer, kNow)) << i;
  }
  EXPECT_EQ(session.verify(kSecondAnswer, kNow).error(), TsigFault::Unsigned);
}

TEST(Tsig, BelievesNothingOutsideTheFudge) {
  for (const std::uint64_t now : {kNow - 300, kNow + 300}) {
    EXPECT_TRUE(asked().verify(kFirstAnswer, now));
  }
  for (const std::uint64_t now : {kNow - 301, kNow + 301}) {
    EXPECT_EQ(asked().verify(kFirstAnswer, now).error(), TsigFault::WrongTime);
  }
}

TEST(Tsig, BelievesNoOtherKeyOrSecret) {
  TsigKey other = key();
  other.secret[0] ^= 1U;
  TsigSession wrong_secret(other);
  Octets query = octets(kPlainQuery);
  ASSERT_TRUE(wrong_secret.sign(query, kNow));
  EXPECT_EQ(wrong_secret.verify(kFirstAnswer, kNow).error(), TsigFault::WrongMac);

  other = key();
  other.algorithm = TsigAlgorithm::HmacSha512;
  TsigSession wrong_algorithm(other);
  query = octets(kPlainQuery);
  ASSERT_TRUE(wrong_algorithm.sign(query, kNow));
  EXPECT_EQ(wrong_algorithm.verify(kFirstAnswer, kNow).error(), TsigFault::OtherKey);
}

// The answer with its MAC cut to `size` octets and `error` in its TSIG record.
Octets with_mac_and_error(std::size_t size, std::uint16_t error) {
  Octets message = octets(kFirstAnswer);
  const std::size_t mac_end = message.size() - 6;
  message.erase(message.begin() + static_cast<std::ptrdiff_t>(mac_end - 32 + size),
                message.begin() + static_cast<std::ptrdiff_t>(mac_end));
  const std::size_t removed = 32 - size;
  store_be16(&message[message.size() - 4], error);
  store_be16(&message[message.size() - 6 - size - 2], static_cast<std::uint16_t>(size));
  const std::size_t rdata_size = 13 + 16 + 32;  // the algorithm's name, fixed fields, MAC
  store_be16(&message[message.size() - (rdata_size - removed) - 2],
             static_cast<std::uint16_t>(rdata_size - removed));
  return message;
}

TEST(Tsig, RefusesAShortenedMac) {
  EXPECT_TRUE(asked().verify(with_mac_and_error(32, 0), kNow));
  for (const std::size_t size : {0U, 10U, 16U, 31U}) {
    EXPECT_EQ(asked().verify(with_mac_and_error(size, 0), kNow).error(), TsigFault::TruncatedMac)
        << size;
  }
}

TEST(Tsig, TellsTheServersReasonsApart) {
  const struct {
    std::uint16_t error;
    TsigFault fault;
  } rows[] = {{16, TsigFault::ServerBadSig},
              {17, TsigFault::ServerBadKey},
              {18, TsigFault::ServerBadTime},
              {22, TsigFault::ServerBadTrunc},
              {99, TsigFault::ServerOther}};
  for (const auto& row : rows) {
    Octets message = with_mac_and_error(0, row.error);
    message[3] = 9;  // NOTAUTH
    EXPECT_EQ(asked().verify(message, kNow).error(), row.fault) << row.error;
  }
}

TEST(Tsig, NoFlippedBitAndNoCutIsBelieved) {
  Octets message = octets(kFirstAnswer);
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    if (bit < 16) {
      continue;  // the id, which is not signed but compared by the stream
    }
    const auto flip = static_cast<std::uint8_t>(1U << (bit % 8));
    message[bit / 8] ^= flip;
    const bool believed = asked().verify(message, kNow).has_value();
    message[bit / 8] ^= flip;
    // RFC 8945 §4.3.3: names are signed in lower case, so the case of a key's letter is free.
    const std::size_t tsig_begin = find_tsig(message)->value().begin;
    EXPECT_TRUE(!believed || (bit / 8 > tsig_begin && flip == 0x20)) << bit;
  }
  for (std::size_t size = 0; size < message.size(); ++size) {
    EXPECT_FALSE(asked().verify(std::span(message).first(size), kNow)) << size;
  }
}

TEST(Tsig, RefusesARecordBehindTheSignature) {
  Octets message = octets(kFirstAnswer);
  message.push_back(0);
  EXPECT_EQ(asked().verify(message, kNow).error(), TsigFault::Malformed);
}

TEST(TsigKey, ReadsWhatBindWrites) {
  const TsigKey made = key();
  EXPECT_EQ(made.name.to_text(), "transfer.key.example");
  EXPECT_EQ(std::string(made.secret.begin(), made.secret.end()),
            "luytre-transfer-test-key-32-octets");
  const auto commented = parse_tsig_key(
      "# of the national list\n/* not {ours} */ key k { // here\n  secret QUJD; algorithm "
      "\"HMAC-SHA512\";\n};");
  ASSERT_TRUE(commented) << commented.error().message;
  EXPECT_EQ(commented->algorithm, TsigAlgorithm::HmacSha512);
  EXPECT_EQ(commented->secret, (Octets{'A', 'B', 'C'}));
}

TEST(TsigKey, SaysWhatIsWrongAndKeepsTheSecret) {
  const struct {
    const char* text;
    const char* sentence;
  } rows[] = {{"", "does not begin"},
              {"zone \"a\" {};", "does not begin"},
              {"key \"a..b\" { };", "no domain name"},
              {"key a algorithm", "{ is missing"},
              {"key a { };", "needs an algorithm"},
              {"key a { algorithm hmac-sha256; };", "needs an algorithm and a secret"},
              {"key a { algorithm hmac-md5; secret QUJD; };", "its algorithm is none of"},
              {"key a { algorithm hmac-sha256; secret QUJ; };", "no base64"},
              {"key a { algorithm hmac-sha256; secret Q=JD; };", "no base64"},
              {"key a { algorithm hmac-sha256; secret \"QUJD\" };", "; is missing"},
              {"key a { secret QUJD; secret QUJD; };", "exactly one"},
              {"key a { algorithm hmac-sha256; secret QUJD; }", "behind }"},
              {"key a { algorithm hmac-sha256; secret QUJD; }; key b {};", "behind }"},
              {"key a { algorithm hmac-sha256; secret \"QUJD", "no base64"}};
  for (const auto& row : rows) {
    const auto parsed = parse_tsig_key(row.text);
    ASSERT_FALSE(parsed) << row.text;
    EXPECT_NE(parsed.error().message.find(row.sentence), std::string::npos)
        << row.text << ": " << parsed.error().message;
    EXPECT_EQ(parsed.error().message.find("QUJ"), std::string::npos);
  }
}

TEST(TsigKey, NoPartOfAFileIsAKey) {
  for (std::size_t size = 0; size + 2 < kKeyText.size(); ++size) {
    EXPECT_FALSE(parse_tsig_key(kKeyText.substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace luytre::categories
