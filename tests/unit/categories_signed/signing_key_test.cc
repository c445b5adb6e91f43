// SPDX-License-Identifier: Apache-2.0
#include "categories/signed/signing_key.h"

#include "signed_fixture.h"

namespace luytre::categories::test {
namespace {

Signature flipped(Signature signature, std::size_t bit) {
  signature[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
  return signature;
}

std::string_view view(const Signature& signature) {
  return {reinterpret_cast<const char*>(signature.data()), signature.size()};
}

TEST(SigningKey, SignsAsRfc8032Says) {
  // RFC 8032 §7.1, test 2.
  const auto seed = parse_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  ASSERT_TRUE(seed);
  const auto signer = SigningKey::from_seed(*seed);
  ASSERT_TRUE(signer);
  EXPECT_EQ(hex(signer->public_key().octets),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const auto signature = signer->sign("\x72");
  ASSERT_TRUE(signature);
  EXPECT_EQ((*signature)[0], 0x92);
  EXPECT_EQ((*signature)[63], 0x00);
  EXPECT_TRUE(signer->public_key().verifies("\x72", view(*signature)));
}

TEST(SigningKey, EveryFlippedBitOfASignatureIsNoticed) {
  const auto signature = key('A').sign("message");
  ASSERT_TRUE(signature);
  const PublicKey& signer = key('A').public_key();
  EXPECT_TRUE(signer.verifies("message", view(*signature)));
  EXPECT_FALSE(signer.verifies("messagf", view(*signature)));
  EXPECT_FALSE(key('B').public_key().verifies("message", view(*signature)));
  EXPECT_FALSE(signer.verifies("message", view(*signature).substr(1)));
  EXPECT_FALSE(signer.verifies("message", ""));
  for (std::size_t bit = 0; bit < 512; ++bit) {
    EXPECT_FALSE(signer.verifies("message", view(flipped(*signature, bit)))) << bit;
  }
}

TEST(SigningKey, IsKeptAsPemAlsoUnderAPassphrase) {
  const auto made = SigningKey::generate();
  ASSERT_TRUE(made);
  for (const std::string passphrase : {"", "lũy tre"}) {
    const auto pem = made->to_pem(passphrase);
    ASSERT_TRUE(pem);
    EXPECT_EQ(pem->contains("ENCRYPTED"), !passphrase.empty());
    const auto back = SigningKey::from_pem(*pem, passphrase);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->public_key(), made->public_key());
  }
  const auto pem = made->to_pem("right");
  ASSERT_TRUE(pem);
  for (const std::string passphrase : {"", "wrong"}) {
    const auto back = SigningKey::from_pem(*pem, passphrase);
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code, ErrorCode::Permission);
  }
  const auto public_pem = made->public_key().to_pem();
  ASSERT_TRUE(public_pem);
  EXPECT_EQ(*PublicKey::from_pem(*public_pem), made->public_key());
  EXPECT_FALSE(PublicKey::from_pem("no key"));
  EXPECT_FALSE(SigningKey::from_pem("no key", ""));
}

TEST(SigningKey, KeysOfOtherKindsAreRefused) {
  // An X25519 key: 32 octets as well, and no signature.
  constexpr std::string_view kOther =
      "-----BEGIN PUBLIC KEY-----\n"
      "MCowBQYDK2VuAyEAhSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=\n"
      "-----END PUBLIC KEY-----\n";
  const auto other = PublicKey::from_pem(kOther);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("Ed25519"), std::string::npos);
}

TEST(Digest, OfPiecesIsThatOfTheWhole) {
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256Stream stream;
  stream.add("a");
  stream.add("");
  stream.add("bc");
  EXPECT_EQ(stream.finish(), sha256("abc"));
  EXPECT_EQ(parse_hex(hex(sha256("abc"))), sha256("abc"));
  EXPECT_FALSE(parse_hex("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"));
  EXPECT_FALSE(parse_hex("ba78"));
}

}  // namespace
}  // namespace luytre::categories::test
