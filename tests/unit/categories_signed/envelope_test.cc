// SPDX-License-Identifier: Apache-2.0
#include "categories/signed/envelope.h"

#include "base64.h"
#include "signed_fixture.h"

namespace luytre::categories::test {
namespace {

TEST(Envelope, SignsTypeAndPayloadWithTheirLengths) {
  // The example of the DSSE specification.
  EXPECT_EQ(signed_octets("http://example.com/HelloWorld", "hello world"),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
}

TEST(Envelope, IsReadBackAndSaysWhoSigned) {
  const std::string text = enveloped(kManifestType, "{}", "CAB");
  const auto envelope = Envelope::parse(text, kManifestType);
  ASSERT_TRUE(envelope) << envelope.error().message;
  EXPECT_EQ(envelope->payload, "{}");
  EXPECT_EQ(envelope->text(), text);
  EXPECT_EQ(envelope->signers(role("ABX", 1).keys), 2U);
  EXPECT_TRUE(envelope->signed_by(key('C').public_key()));
  EXPECT_EQ(text, enveloped(kManifestType, "{}", "ABC"));
}

TEST(Envelope, PassesOverSignaturesOfOtherAlgorithms) {
  auto envelope = Envelope::parse(enveloped(kManifestType, "{}", "A"), kManifestType);
  ASSERT_TRUE(envelope);
  envelope->signatures.push_back({sha256("a key of tomorrow"), std::string(3309, 's')});
  const auto again = Envelope::parse(envelope->text(), kManifestType);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->signers(role("A", 1).keys), 1U);
}

TEST(Envelope, RefusesWhatTwoReadersCouldUnderstandDifferently) {
  constexpr std::string_view kRefused[] = {
      "",
      "[]",
      "null",
      "{}",
      R"({"payload":"e30=","payloadType":"luytre-list-manifest-v1"})",
      R"({"payload":"e30=","payload":"e30=","payloadType":"luytre-list-manifest-v1","signatures":[]})",
      R"({"payload":"e30","payloadType":"luytre-list-manifest-v1","signatures":[]})",
      R"({"payload":"e31=","payloadType":"luytre-list-manifest-v1","signatures":[]})",
      R"({"payload":"e3-_","payloadType":"luytre-list-manifest-v1","signatures":[]})",
      R"({"payload":"e30=\n","payloadType":"luytre-list-manifest-v1","signatures":[]})",
      R"({"payload":"e30=","payloadType":"luytre-list-manifest-v1","signatures":{}})",
      R"({"payload":"e30=","payloadType":"luytre-list-manifest-v1","signatures":["x"]})",
      R"({"payload":"e30=","payloadType":"luytre-list-manifest-v1","signatures":[{"keyid":"AB","sig":""}]})",
      R"({"payload":"e30=","payloadType":"luytre-list-manifest-v1","signatures":[]} x)",
      R"({"payload":7,"payloadType":"luytre-list-manifest-v1","signatures":[]})",
  };
  for (const std::string_view text : kRefused) {
    const auto envelope = Envelope::parse(text, kManifestType);
    ASSERT_FALSE(envelope) << text;
    EXPECT_EQ(envelope.error().reason, Refusal::Malformed) << text;
  }
  EXPECT_TRUE(Envelope::parse(
      R"({"payload":"e30=","payloadType":"luytre-list-manifest-v1","signatures":[],"more":1})",
      kManifestType));
}

TEST(Envelope, BoundsTheNumberOfSignatures) {
  Envelope envelope{.type = std::string(kManifestType), .payload = "{}", .signatures = {}};
  envelope.signatures.resize(kMaxSignatures);
  EXPECT_TRUE(Envelope::parse(envelope.text(), kManifestType));
  envelope.signatures.resize(kMaxSignatures + 1);
  EXPECT_FALSE(Envelope::parse(envelope.text(), kManifestType));
}

TEST(Base64, RoundTripsAndRefusesOtherSpellings) {
  std::string octets;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(from_base64(to_base64(octets)), octets);
    octets += static_cast<char>(i * 37);
  }
  EXPECT_EQ(to_base64("foob"), "Zm9vYg==");  // RFC 4648 §10
  EXPECT_EQ(to_base64("fooba"), "Zm9vYmE=");
  for (const std::string_view text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=Zg=", "Z===", "====",
                                      "Zg==Zg==", "Zm9vY g=", "Zm-_"}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

}  // namespace
}  // namespace luytre::categories::test
