// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "categories/authority/candidate.h"
#include "categories/authority/list_state.h"
#include "categories/authority/publication.h"
#include "categories/authority/submission.h"
#include "categories/authority/workplace.h"
#include "categories/native/native_text.h"
#include "categories/signed/packed_file.h"
#include "categories/taxonomy.h"
#include "support/scratch_directory.h"

namespace luytre::categories::test {

inline const Taxonomy& taxonomy() {
  static const Taxonomy loaded = [] {
    auto read = Taxonomy::load(LUYTRE_SOURCE_DIR "/categories/data/taxonomy.toml");
    EXPECT_TRUE(read) << (read ? "" : read.error().message);
    return read ? *std::move(read) : Taxonomy{};
  }();
  return loaded;
}

inline std::string text_of(const ListContent& content) {
  std::string text;
  const auto written = write_native(content, taxonomy(), [&](std::string_view piece) {
    text += piece;
    return Result<void>();
  });
  EXPECT_TRUE(written) << (written ? "" : written.error().message);
  return text;
}

inline ListContent content_of(std::string_view text) {
  auto read = read_native(text, taxonomy());
  EXPECT_TRUE(read) << (read ? "" : read.error().message);
  return read ? std::move(read->content) : ListContent{};
}

using Lines = std::initializer_list<std::string_view>;

inline ListChanges changes(Lines removed, Lines added, ListSettings settings = {}) {
  ChangesReader reader(taxonomy(), settings, {});
  for (const std::string_view subject : removed) {
    reader.remove(subject, "removed");
  }
  for (const std::string_view line : added) {
    reader.add(line, "added");
  }
  auto read = reader.finish();
  EXPECT_TRUE(read) << (read ? "" : read.error().message);
  return read ? *std::move(read) : ListChanges{};
}

// A list with keys 0, 1 and 2, of which two sign, and a clock.
class Authority : public ::testing::Test {
 protected:
  static const SigningKey& key(std::size_t which) {
    static const std::vector<SigningKey> keys = [] {
      std::vector<SigningKey> made;
      for (std::uint8_t i = 1; i <= 5; ++i) {
        std::array<std::uint8_t, 32> seed{};
        seed.fill(i);
        auto each = SigningKey::from_seed(seed);
        EXPECT_TRUE(each);
        made.push_back(*std::move(each));
      }
      return made;
    }();
    return keys[which];
  }

  static SigningRole role(std::initializer_list<std::size_t> which, std::size_t threshold) {
    SigningRole made{.keys = {}, .threshold = threshold};
    for (const std::size_t each : which) {
      made.keys.push_back(key(each).public_key());
    }
    return made;
  }

  void SetUp() override {
    const ListRoot root{.list = "vn-national",
                        .version = 1,
                        .expires = now_ + std::chrono::days(365),
                        .root = role({0, 1, 2}, 2),
                        .manifest = role({0, 1, 2}, 2)};
    ListSettings settings;
    settings.list = "vn-national";
    const auto made = Workplace::create(folder(), settings, root, act("an"));
    ASSERT_TRUE(made) << made.error().message;
  }

  [[nodiscard]] std::filesystem::path folder() const { return scratch_.path() / "list"; }
  [[nodiscard]] std::filesystem::path scratch() const { return scratch_.path(); }
  [[nodiscard]] Act act(std::string who) const {
    return {.who = std::move(who), .at = now_, .reason = "a test"};
  }
  [[nodiscard]] Workplace lock() const {
    auto place = Workplace::lock(folder());
    EXPECT_TRUE(place) << (place ? "" : place.error().message);
    return *std::move(place);
  }
  [[nodiscard]] static ListState state_of(const Workplace& place) {
    auto state = read_state(place);
    EXPECT_TRUE(state) << (state ? "" : state.error().message);
    return state ? *std::move(state) : ListState{};
  }
  static ContentGuard no_guard() {
    return [](const ListContent&, const ListContent&) { return Result<void>(); };
  }

  void approve(const ListChanges& what) const {
    const Workplace place = lock();
    const auto submission = submit(place, taxonomy(), what, act("alice"));
    ASSERT_TRUE(submission) << submission.error().message;
    ASSERT_TRUE(review(place, submission->id, Decision::Approve, act("bob")));
  }
  Result<Candidate> build(NewVersion version = {}, const ContentGuard& guard = no_guard()) const {
    const Workplace place = lock();
    version.issued = now_;
    return build_candidate(place, state_of(place), taxonomy(), version, guard);
  }
  Result<void> sign(std::size_t which) const {
    const Workplace place = lock();
    ListState state = state_of(place);
    return sign_staged(place, state, key(which), act("an"));
  }
  Result<ListManifest> publish_staged() const {
    const Workplace place = lock();
    return publish(place, state_of(place), taxonomy(), act("an"));
  }
  // Everything from a submission to a public version.
  ListManifest release(Lines removed, Lines added) {
    approve(changes(removed, added));
    return release();
  }
  ListManifest release() {
    now_ += std::chrono::hours(1);
    const auto candidate = build();
    EXPECT_TRUE(candidate) << (candidate ? "" : candidate.error().message);
    EXPECT_TRUE(sign(0) && sign(1));
    const auto manifest = publish_staged();
    EXPECT_TRUE(manifest) << (manifest ? "" : manifest.error().message);
    return manifest ? *manifest : ListManifest{};
  }
  [[nodiscard]] Accepted<VerifiedList> verify() const {
    return verify_published(folder() / "public", folder() / "public" / "root" / "1.root.json",
                            taxonomy(), now_);
  }
  [[nodiscard]] std::string version_text(std::uint64_t serial) const {
    const auto place = Workplace::open(folder());
    const auto version = read_version(*place, serial);
    EXPECT_TRUE(version);
    const auto read =
        read_packed_list(place->version_text(serial), version->manifest.content, taxonomy());
    EXPECT_TRUE(read);
    return read ? text_of(read->content) : "";
  }

  std::chrono::sys_seconds now_{std::chrono::sys_days(std::chrono::year(2026) / 9 / 1)};

 private:
  luytre::test::ScratchDirectory scratch_;
};

}  // namespace luytre::categories::test
