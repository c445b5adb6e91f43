// SPDX-License-Identifier: Apache-2.0
// The test vectors of docs/list-protocol.md: what another implementation relies on.
#include <fmt/format.h>

#include <fstream>
#include <map>
#include <sstream>

#include "base64.h"
#include "categories/signed/list_delta.h"
#include "signed_fixture.h"

namespace luytre::categories::test {
namespace {

constexpr std::string_view kFence = "```text vector=";

class ProtocolVectors : public SignedFiles {
 protected:
  void SetUp() override {
    std::ifstream document(LUYTRE_SOURCE_DIR "/docs/list-protocol.md");
    std::string name;
    for (std::string line; std::getline(document, line);) {
      if (line.starts_with(kFence)) {
        name = line.substr(kFence.size());
      } else if (line == "```") {
        name.clear();
      } else if (!name.empty()) {
        blocks_[name] += line + "\n";
      }
    }
    ASSERT_TRUE(blocks_.contains("keys")) << "the document has no vectors";
    for (const std::string each : {"snapshot-1", "snapshot-2", "delta-1-2"}) {
      std::string joined;
      for (const char c : blocks_[each]) {
        joined += c == '\n' ? "" : std::string(1, c);
      }
      const auto octets = from_base64(joined);
      ASSERT_TRUE(octets) << each;
      put(each + ".zst", *octets);
    }
  }

  // Signed again by the same keys: Ed25519 has one signature for a message.
  static std::string signed_again(const std::string& text, std::string_view type,
                                  std::string_view signers) {
    const auto envelope = Envelope::parse(text, type);
    EXPECT_TRUE(envelope);
    return envelope ? enveloped(type, envelope->payload, signers) : "";
  }

  std::map<std::string, std::string> blocks_;
};

TEST_F(ProtocolVectors, KeysAndTheirIds) {
  std::string keys;
  for (const char who : {'A', 'B', 'C'}) {
    const PublicKey& open = key(who).public_key();
    keys += fmt::format("{} {} {}\n", who, hex(open.octets), hex(open.id()));
  }
  EXPECT_EQ(blocks_["keys"], keys);
}

TEST_F(ProtocolVectors, SignaturesAreTheOnesThatTheKeysMake) {
  EXPECT_EQ(blocks_["root"], signed_again(blocks_["root"], kRootType, "AB"));
  EXPECT_EQ(blocks_["manifest-1"], signed_again(blocks_["manifest-1"], kManifestType, "BC"));
  EXPECT_EQ(blocks_["manifest-2"], signed_again(blocks_["manifest-2"], kManifestType, "AC"));
}

TEST_F(ProtocolVectors, ASubscriberGoesFromTheRootToTheSecondVersion) {
  const auto now = at("2026-09-02T00:00:00Z");
  auto list = TrustedList::pin(blocks_["root"]);
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(blocks_["fingerprint"], hex(list->fingerprint()) + "\n");
  const auto first = list->accept_manifest(blocks_["manifest-1"], now);
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(check_file(first->snapshot, file("snapshot-1.zst")));
  EXPECT_EQ(unpacked("snapshot-1.zst"), blocks_["text-1"]);
  const auto read = read_packed_list(file("snapshot-1.zst"), first->content, taxonomy());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->lines, first->entries);

  const auto second = list->accept_manifest(blocks_["manifest-2"], now);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(blocks_["manifest-2-payload"], second->payload() + "\n");
  const DeltaInfo* delta = second->delta_from(first->content);
  ASSERT_NE(delta, nullptr);
  ASSERT_TRUE(check_file(delta->file, file("delta-1-2.zst")));
  EXPECT_EQ(unpacked("delta-1-2.zst"), blocks_["delta"]);
  ASSERT_TRUE(apply_delta(*second, *delta, file("snapshot-1.zst"), file("delta-1-2.zst"),
                          file("result.zst")));
  EXPECT_EQ(unpacked("result.zst"), blocks_["text-2"]);
  ASSERT_TRUE(check_file(second->snapshot, file("snapshot-2.zst")));
  EXPECT_EQ(unpacked("snapshot-2.zst"), blocks_["text-2"]);
}

TEST_F(ProtocolVectors, Canaries) {
  std::istringstream rows(blocks_["canaries"]);
  std::string list;
  std::string node;
  std::uint64_t serial = 0;
  unsigned remainder = 0;
  int count = 0;
  while (rows >> list >> serial >> node >> remainder) {
    EXPECT_FALSE(is_canary(list, serial, node, remainder)) << node;
    EXPECT_TRUE(is_canary(list, serial, node, remainder + 1)) << node;
    ++count;
  }
  EXPECT_EQ(count, 4);
}

}  // namespace
}  // namespace luytre::categories::test
