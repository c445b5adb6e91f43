// SPDX-License-Identifier: Apache-2.0
#include "categories/signed/trusted_list.h"

#include <algorithm>
#include <map>

#include "signed_fixture.h"

namespace luytre::categories::test {
namespace {

using namespace std::chrono_literals;

const auto kNow = at("2026-09-02T12:00:00Z");

std::string_view word(const Accepted<ListManifest>& result) {
  return result ? "accepted" : refusal_word(result.error().reason);
}
std::string_view word(const Accepted<void>& result) {
  return result ? "accepted" : refusal_word(result.error().reason);
}

// Two of A, B and C speak for the list; so do two of the root keys R, S and T.
TrustedList pinned() {
  auto list = TrustedList::pin(signed_root(root_of(1, "RST", "ABC", 2), "RS"));
  EXPECT_TRUE(list);
  return *std::move(list);
}

TEST(TrustedList, AcceptsAVersionThatEnoughKeysSigned) {
  TrustedList list = pinned();
  const auto manifest = list.accept_manifest(signed_manifest(manifest_of(7), "AC"), kNow);
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->serial, 7U);
  EXPECT_EQ(list.accepted()->serial, 7U);
  // The same one again: a subscriber that could not fetch its files.
  EXPECT_EQ(word(list.accept_manifest(signed_manifest(manifest_of(7), "AC"), kNow)), "accepted");
  // Another signature changes nothing about what is said.
  EXPECT_EQ(word(list.accept_manifest(signed_manifest(manifest_of(7), "ABC"), kNow)), "accepted");
  EXPECT_EQ(word(list.accept_manifest(signed_manifest(manifest_of(8), "AB"), kNow)), "accepted");
}

TEST(TrustedList, RefusesTooFewSignaturesAndSaysHowMany) {
  TrustedList list = pinned();
  for (const std::string_view signers : {"", "A", "AA", "AXYZ", "RS", "ARST"}) {
    const auto manifest = list.accept_manifest(signed_manifest(manifest_of(1), signers), kNow);
    ASSERT_FALSE(manifest) << signers;
    EXPECT_EQ(manifest.error().reason, Refusal::BadSignatures) << signers;
    EXPECT_EQ(manifest.error().have, signers.starts_with('A') ? 1U : 0U) << signers;
    EXPECT_EQ(manifest.error().need, 2U);
  }
  EXPECT_FALSE(list.accepted());
}

TEST(TrustedList, RefusesASignatureUnderAnothersKeyId) {
  TrustedList list = pinned();
  Envelope envelope{
      .type = std::string(kManifestType), .payload = manifest_of(1).payload(), .signatures = {}};
  ASSERT_TRUE(envelope.sign(key('A')) && envelope.sign(key('X')));
  for (EnvelopeSignature& signature : envelope.signatures) {
    if (signature.key == key('X').public_key().id()) {
      signature.key = key('B').public_key().id();
    }
  }
  EXPECT_EQ(word(list.accept_manifest(envelope.text(), kNow)), "bad_signatures");
}

TEST(TrustedList, RefusesASignatureForAnotherType) {
  // Root keys that are the manifest's keys too: a signed root must not do as a manifest.
  auto list = TrustedList::pin(signed_root(root_of(1, "AB", "AB", 2), "AB"));
  ASSERT_TRUE(list);
  EXPECT_EQ(word(list->accept_manifest(signed_root(root_of(1, "AB", "AB", 2), "AB"), kNow)),
            "wrong_type");
  Envelope relabelled{
      .type = std::string(kRootType), .payload = manifest_of(1).payload(), .signatures = {}};
  ASSERT_TRUE(relabelled.sign(key('A')) && relabelled.sign(key('B')));
  relabelled.type = kManifestType;
  EXPECT_EQ(word(list->accept_manifest(relabelled.text(), kNow)), "bad_signatures");
}

TEST(TrustedList, RefusesOlderSerialsAlsoAfterARestart) {
  TrustedList list = pinned();
  ASSERT_TRUE(list.accept_manifest(signed_manifest(manifest_of(7), "AB"), kNow));
  const auto old = list.accept_manifest(signed_manifest(manifest_of(6), "AB"), kNow);
  EXPECT_EQ(word(old), "old_serial");
  TrustedList restarted = pinned();
  restarted.resume(*list.accepted());
  EXPECT_EQ(word(restarted.accept_manifest(signed_manifest(manifest_of(6), "AB"), kNow)),
            "old_serial");
  EXPECT_EQ(word(restarted.accept_manifest(signed_manifest(manifest_of(7), "AB"), kNow)),
            "accepted");
}

TEST(TrustedList, NamesAnIssuerWhoSaysTwoThingsUnderOneSerial) {
  TrustedList list = pinned();
  ASSERT_TRUE(list.accept_manifest(signed_manifest(manifest_of(7), "AB"), kNow));
  ListManifest other = manifest_of(7);
  other.content.sha256 = sha256("other text");
  EXPECT_EQ(word(list.accept_manifest(signed_manifest(other, "AB"), kNow)), "equivocation");
  other = manifest_of(7);
  other.expires += 24h;
  EXPECT_EQ(word(list.accept_manifest(signed_manifest(other, "AB"), kNow)), "equivocation");
}

TEST(TrustedList, RefusesASerialThatWouldExhaustTheNumbers) {
  TrustedList list = pinned();
  ASSERT_TRUE(list.accept_manifest(signed_manifest(manifest_of(1), "AB"), kNow));
  EXPECT_EQ(
      word(list.accept_manifest(signed_manifest(manifest_of(1U + (1ULL << 32U) + 1), "AB"), kNow)),
      "serial_jump");
  EXPECT_EQ(word(list.accept_manifest(signed_manifest(manifest_of(1ULL << 32U), "AB"), kNow)),
            "accepted");
}

TEST(TrustedList, RefusesWhatIsPastItsEnd) {
  TrustedList list = pinned();
  const ListManifest manifest = manifest_of(1);
  const std::string text = signed_manifest(manifest, "AB");
  EXPECT_EQ(word(list.accept_manifest(text, manifest.expires)), "expired");
  EXPECT_FALSE(list.accepted());
  EXPECT_EQ(word(list.accept_manifest(text, manifest.expires - 1s)), "accepted");
  // A mirror that is frozen at the version in force is told, too.
  EXPECT_EQ(word(list.accept_manifest(text, manifest.expires)), "expired");
}

TEST(TrustedList, RefusesWhatIsIssuedOverADayAhead) {
  TrustedList list = pinned();
  const ListManifest manifest = manifest_of(1);
  const std::string text = signed_manifest(manifest, "AB");
  EXPECT_EQ(word(list.accept_manifest(text, manifest.issued - 24h - 1s)), "from_future");
  EXPECT_EQ(word(list.accept_manifest(text, manifest.issued - 24h)), "accepted");
}

TEST(TrustedList, RefusesAnotherListByTheSameKeys) {
  TrustedList list = pinned();
  ListManifest manifest = manifest_of(1);
  manifest.list = "vn-schools";
  EXPECT_EQ(word(list.accept_manifest(signed_manifest(manifest, "AB"), kNow)), "wrong_list");
}

TEST(TrustedList, AsksForTheRootThatAManifestWasSignedUnder) {
  TrustedList list = pinned();
  ListManifest manifest = manifest_of(1);
  manifest.root_version = 2;
  EXPECT_EQ(word(list.accept_manifest(signed_manifest(manifest, "AB"), kNow)), "unknown_root");
  // Nobody else can make it ask.
  EXPECT_EQ(word(list.accept_manifest(signed_manifest(manifest, "XY"), kNow)), "bad_signatures");
  ASSERT_TRUE(list.accept_root(signed_root(root_of(2, "RST", "ABC", 2), "ST")));
  EXPECT_EQ(word(list.accept_manifest(signed_manifest(manifest, "AB"), kNow)), "accepted");
}

TEST(TrustedList, WalksRootsOneByOne) {
  TrustedList list = pinned();
  const auto second = signed_root(root_of(2, "STU", "BCD", 2), "RSU");
  const auto third = signed_root(root_of(3, "TUV", "CDE", 2), "TUV");
  EXPECT_EQ(word(list.accept_root(third)), "bad_signatures");
  EXPECT_EQ(word(list.accept_root(signed_root(root_of(3, "TUV", "CDE", 2), "RSTUV"))), "root_gap");
  EXPECT_EQ(word(list.accept_root(signed_root(root_of(1, "RST", "ABC", 2), "RST"))), "old_root");
  ASSERT_EQ(word(list.accept_root(second)), "accepted");
  EXPECT_EQ(word(list.accept_root(second)), "old_root");
  ASSERT_EQ(word(list.accept_root(third)), "accepted");
  EXPECT_EQ(list.root().version, 3U);
  EXPECT_EQ(hex(list.fingerprint()), hex(pinned().fingerprint()));
  // Keys that were rotated out speak no more.
  EXPECT_EQ(word(list.accept_manifest(signed_manifest(manifest_of(1), "AB"), kNow)),
            "bad_signatures");
  EXPECT_EQ(word(list.accept_manifest(signed_manifest(manifest_of(1), "CE"), kNow)), "accepted");
}

TEST(TrustedList, ARotationTakesTheOldKeysAndTheNewOnes) {
  const ListRoot next = root_of(2, "XYZ", "XYZ", 2);
  TrustedList list = pinned();
  EXPECT_EQ(word(list.accept_root(signed_root(next, "XYZ"))), "bad_signatures");
  EXPECT_EQ(word(list.accept_root(signed_root(next, "RXYZ"))), "bad_signatures");
  EXPECT_EQ(word(list.accept_root(signed_root(next, "RST"))), "bad_signatures");
  EXPECT_EQ(word(list.accept_root(signed_root(next, "RSX"))), "bad_signatures");
  EXPECT_EQ(list.root().version, 1U);
  EXPECT_EQ(word(list.accept_root(signed_root(next, "RSXY"))), "accepted");
}

TEST(TrustedList, ARootOfAnotherListIsNoSuccessor) {
  TrustedList list = pinned();
  ListRoot next = root_of(2, "RST", "ABC", 2);
  next.list = "vn-schools";
  EXPECT_EQ(word(list.accept_root(signed_root(next, "RST"))), "wrong_list");
}

TEST(TrustedList, AnExpiredRootStopsNewVersionsUntilTheNextOne) {
  ListRoot first = root_of(1, "RST", "ABC", 2);
  first.expires = at("2026-01-01T00:00:00Z");
  auto list = TrustedList::pin(signed_root(first, "RS"));
  ASSERT_TRUE(list);
  EXPECT_EQ(word(list->accept_manifest(signed_manifest(manifest_of(1), "AB"), kNow)),
            "root_expired");
  ASSERT_TRUE(list->accept_root(signed_root(root_of(2, "RST", "ABC", 2), "RS")));
  EXPECT_EQ(word(list->accept_manifest(signed_manifest(manifest_of(1), "AB"), kNow)), "accepted");
}

TEST(TrustedList, APinnedRootMustBeSignedByItsOwnKeys) {
  const auto list = TrustedList::pin(signed_root(root_of(1, "RST", "ABC", 2), "RA"));
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().reason, Refusal::BadSignatures);
}

TEST(TrustedList, RefusesEveryTruncationAndEveryFlippedOctet) {
  const std::string text = signed_manifest(manifest_of(5), "AB");
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {
    TrustedList list = pinned();
    EXPECT_FALSE(list.accept_manifest(text.substr(0, size), kNow)) << size;
  }
  std::size_t refused = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const unsigned flip : {0x01U, 0x20U, 0x80U}) {
      std::string broken = text;
      broken[i] = static_cast<char>(static_cast<unsigned char>(broken[i]) ^ flip);
      TrustedList list = pinned();
      const auto manifest = list.accept_manifest(broken, kNow);
      refused += manifest ? 0 : 1;
      // White space between the values may change; what is said cannot.
      EXPECT_TRUE(!manifest || manifest->payload() == manifest_of(5).payload()) << i;
    }
  }
  EXPECT_GT(refused, text.size() * 29 / 10);
}

TEST(TrustedList, RefusesWhatIsTooLargeWithoutParsingIt) {
  TrustedList list = pinned();
  EXPECT_EQ(word(list.accept_manifest(std::string(kMaxManifestBytes + 1, '['), kNow)), "too_large");
  EXPECT_EQ(word(list.accept_manifest(std::string(kMaxManifestBytes, '['), kNow)), "malformed");
  EXPECT_EQ(word(list.accept_root(std::string(kMaxRootBytes + 1, ' '))), "too_large");
}

TEST(TrustedList, EveryRefusalHasItsOwnWord) {
  std::map<std::string_view, int> words;
  for (std::size_t i = 0; i < kRefusalCount; ++i) {
    ++words[refusal_word(static_cast<Refusal>(i))];
  }
  EXPECT_EQ(words.size(), kRefusalCount);
}

}  // namespace
}  // namespace luytre::categories::test
