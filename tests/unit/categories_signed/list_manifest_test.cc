// SPDX-License-Identifier: Apache-2.0
#include "categories/signed/list_manifest.h"

#include <functional>
#include <nlohmann/json.hpp>

#include "signed_fixture.h"

namespace luytre::categories::test {
namespace {

using Json = nlohmann::ordered_json;

ListManifest full() {
  ListManifest manifest = manifest_of(42);
  manifest.deltas.push_back(
      {.from_serial = 41,
       .from = {.sha256 = sha256("before"), .size = 6},
       .file = {.path = "delta/41-42-0123456789abcdef.zst", .size = 5, .sha256 = sha256("d")},
       .text_size = 12});
  manifest.rollout = {.canary_percent = 5, .everyone_from = at("2026-09-01T09:00:00Z")};
  manifest.urgent = true;
  manifest.rollback_of = 40;
  manifest.reason = "Quyết định 12/2026";
  return manifest;
}

TEST(ListManifest, IsReadBackAsItWasWritten) {
  for (const ListManifest& manifest : {manifest_of(1), full()}) {
    const auto read = ListManifest::parse(manifest.payload());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->payload(), manifest.payload());
  }
  const ListManifest manifest = full();
  EXPECT_EQ(manifest.delta_from({.sha256 = sha256("before"), .size = 6}), &manifest.deltas[0]);
  EXPECT_EQ(manifest.delta_from({.sha256 = sha256("other"), .size = 6}), nullptr);
}

TEST(ListManifest, RefusesWhatMakesNoSense) {
  using Change = std::function<void(Json&)>;
  const Change kChanges[] = {
      [](Json& j) { j.erase("list"); },
      [](Json& j) { j["list"] = "VN national"; },
      [](Json& j) { j["list"] = "../other"; },
      [](Json& j) { j["serial"] = 0; },
      [](Json& j) { j["serial"] = "42"; },
      [](Json& j) { j["root"] = 0; },
      [](Json& j) { j["issued"] = "yesterday"; },
      [](Json& j) { j["expires"] = j["issued"]; },
      [](Json& j) { j["content"]["size"] = kMaxContentBytes + 1; },
      [](Json& j) { j["content"]["sha256"] = "00"; },
      [](Json& j) { j["snapshot"]["path"] = "/etc/passwd"; },
      [](Json& j) { j["snapshot"]["path"] = "a/../b"; },
      [](Json& j) { j["snapshot"]["path"] = "../b"; },
      [](Json& j) { j["snapshot"]["path"] = "a//b"; },
      [](Json& j) { j["snapshot"]["path"] = "https://evil.example/x"; },
      [](Json& j) { j["snapshot"]["path"] = "a?b"; },
      [](Json& j) { j["snapshot"]["path"] = ""; },
      [](Json& j) { j["snapshot"]["path"] = std::string(201, 'a'); },
      [](Json& j) { j["snapshot"]["encoding"] = "gzip"; },
      [](Json& j) { j["deltas"][0]["from"]["serial"] = 42; },
      [](Json& j) { j["deltas"] = Json::object(); },
      [](Json& j) { j["deltas"] = Json(std::vector<Json>(kMaxDeltas + 1, j["deltas"][0])); },
      [](Json& j) { j["rollout"]["canary_percent"] = 101; },
      [](Json& j) { j["rollout"]["everyone_from"] = "2099-01-01T00:00:00Z"; },
      [](Json& j) { j["rollout"]["everyone_from"] = "2020-01-01T00:00:00Z"; },
      [](Json& j) { j["urgent"] = 1; },
      [](Json& j) { j["rollback_of"] = 42; },
      [](Json& j) { j["reason"] = "one line\nand another"; },
  };
  for (std::size_t i = 0; i < std::size(kChanges); ++i) {
    Json json = Json::parse(full().payload());
    kChanges[i](json);
    const auto read = ListManifest::parse(json.dump());
    ASSERT_FALSE(read) << i << ": " << json.dump();
    EXPECT_EQ(read.error().reason, Refusal::Malformed);
  }
  Json json = Json::parse(full().payload());
  json["a member of tomorrow"] = 7;
  EXPECT_TRUE(ListManifest::parse(json.dump()));
}

TEST(ListManifest, RootsAreCheckedTheSameWay) {
  using Change = std::function<void(Json&)>;
  const Change kChanges[] = {
      [](Json& j) { j["version"] = 0; },
      [](Json& j) { j["list"] = "-"; },
      [](Json& j) { j.erase("expires"); },
      [](Json& j) { j["roles"].erase("manifest"); },
      [](Json& j) { j["roles"]["root"]["threshold"] = 0; },
      [](Json& j) { j["roles"]["root"]["threshold"] = 4; },
      [](Json& j) { j["roles"]["root"]["keys"][1] = j["roles"]["root"]["keys"][0]; },
      [](Json& j) { j["roles"]["root"]["keys"][1] = "AAAA"; },
      [](Json& j) { j["roles"]["root"]["keys"][1] = 7; },
      [](Json& j) { j["roles"]["root"]["keys"] = Json::array(); },
  };
  const ListRoot root = root_of(1, "RST", "ABC", 2);
  const auto read = ListRoot::parse(root.payload());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->payload(), root.payload());
  for (std::size_t i = 0; i < std::size(kChanges); ++i) {
    Json json = Json::parse(root.payload());
    kChanges[i](json);
    EXPECT_FALSE(ListRoot::parse(json.dump())) << i;
  }
}

TEST(Rollout, CanariesAreTheShareThatWasAskedForAndStable) {
  for (const unsigned percent : {0U, 1U, 5U, 50U, 100U}) {
    unsigned canaries = 0;
    for (int node = 0; node < 20'000; ++node) {
      const std::string id = "node-" + std::to_string(node);
      canaries += is_canary("vn-national", 7, id, percent) ? 1 : 0;
      EXPECT_EQ(is_canary("vn-national", 7, id, percent), is_canary("vn-national", 7, id, percent));
    }
    // Five standard deviations of a fair choice at 50 % of 20,000 are 354.
    EXPECT_NEAR(canaries, 200U * percent, 354) << percent;
  }
}

TEST(Rollout, ALargerShareKeepsTheSmallerOne) {
  for (int node = 0; node < 2000; ++node) {
    const std::string id = "node-" + std::to_string(node);
    EXPECT_LE(is_canary("vn-national", 7, id, 5), is_canary("vn-national", 7, id, 20));
  }
}

TEST(Rollout, OtherSerialsHaveOtherCanaries) {
  int both = 0;
  for (int node = 0; node < 10'000; ++node) {
    const std::string id = "node-" + std::to_string(node);
    both += is_canary("vn-national", 7, id, 10) && is_canary("vn-national", 8, id, 10) ? 1 : 0;
  }
  EXPECT_NEAR(both, 100, 50);
}

TEST(Rollout, NodesBeginWhenTheManifestSays) {
  ListManifest manifest = full();
  manifest.urgent = false;
  std::string canary;
  std::string other;
  for (int node = 0; canary.empty() || other.empty(); ++node) {
    const std::string id = "node-" + std::to_string(node);
    (is_canary(manifest.list, manifest.serial, id, 5) ? canary : other) = id;
  }
  EXPECT_EQ(active_from(manifest, canary), manifest.issued);
  EXPECT_EQ(active_from(manifest, other), manifest.rollout->everyone_from);
  manifest.urgent = true;
  EXPECT_EQ(active_from(manifest, other), manifest.issued);
  manifest.urgent = false;
  manifest.rollout.reset();
  EXPECT_EQ(active_from(manifest, other), manifest.issued);
}

}  // namespace
}  // namespace luytre::categories::test
