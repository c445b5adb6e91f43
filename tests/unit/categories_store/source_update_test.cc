// SPDX-License-Identifier: Apache-2.0
// Changes of a list: what keeps its time, deltas, and ends.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "categories/store/category_store.h"
#include "lists.h"
#include "support/scratch_directory.h"

namespace luytre::categories {
namespace {

using test::kGambling;
using test::kMalware;
using test::kPorn;
using test::ListBuilder;
using test::name;
using test::set_of;

using Texts = std::vector<std::string>;

std::chrono::sys_seconds at(std::int64_t seconds) {
  return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

Source source(std::string_view name, std::int64_t imported_at) {
  Source made = test::source(name);
  made.imported_at = imported_at;
  return made;
}

class SourceUpdateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = CategoryStore::open(scratch_.path(), lmdb::OpenMode::ReadWrite);
    ASSERT_TRUE(store) << store.error().message;
    store_.emplace(std::move(*store));
  }
  void replace(std::int64_t time, const ListBuilder& builder) {
    const auto done = store_->replace_source(source("s", time), builder.list());
    ASSERT_TRUE(done) << done.error().message;
  }
  Result<Serial> update(std::int64_t time, const ListBuilder& added, const ListBuilder& removed) {
    return store_->update_source(source("s", time),
                                 {.added = added.list(), .removed = removed.list()});
  }
  // "a.test subtree 13 @1000": all three kinds, everything but terms.
  [[nodiscard]] Texts all() const {
    Texts texts;
    const auto add = [&](const std::string& subject, const std::vector<Statement>& statements) {
      for (const Statement& said : statements) {
        texts.push_back((said.polarity == Polarity::Withdraws ? "!" : "") + subject +
                        (said.reach == Reach::Exact ? " exact " : " ") +
                        std::to_string(said.categories.bits() >> 13U) + " @" +
                        std::to_string(said.since));
      }
      return Result<void>{};
    };
    EXPECT_TRUE(store_->scan(
        [&](const Entry& entry) { return add(entry.name.to_text(), entry.statements); }));
    EXPECT_TRUE(store_->scan_paths(
        [&](const PathEntry& entry) { return add(entry.path.to_text(), entry.statements); }));
    EXPECT_TRUE(store_->scan_prefixes(
        [&](const PrefixEntry& entry) { return add(entry.prefix.to_text(), entry.statements); }));
    return texts;
  }
  [[nodiscard]] std::uint64_t entry_count() const { return store_->sources()->front().entry_count; }
  [[nodiscard]] CategoryStore::Changes changes_since(std::uint64_t serial) const {
    const auto changes = store_->changes_since(Serial{serial});
    EXPECT_TRUE(changes && *changes);
    return changes && *changes ? **changes : CategoryStore::Changes{};
  }
  static Texts texts(const std::vector<DomainName>& names) {
    Texts texts;
    for (const DomainName& each : names) {
      texts.push_back(each.to_text());
    }
    return texts;
  }

  luytre::test::ScratchDirectory scratch_;
  std::optional<CategoryStore> store_;
};

TEST_F(SourceUpdateTest, WhatIsSaidAsBeforeKeepsItsTime) {
  replace(1000, ListBuilder()
                    .subtree("a.test", kPorn)
                    .exact("a.test", kGambling)
                    .subtree("b.test", kPorn)
                    .path("a.test/x", set_of({kPorn})));
  replace(2000, ListBuilder()
                    .subtree("a.test", kPorn)
                    .exact("a.test", kPorn)
                    .subtree("b.test", kPorn)
                    .subtree("c.test", kPorn)
                    .path("a.test/x", set_of({kPorn}))
                    .path("a.test/y", set_of({kPorn})));
  EXPECT_EQ(all(), (Texts{"a.test exact 1 @2000", "a.test 1 @1000", "b.test 1 @1000",
                          "c.test 1 @2000", "a.test/x 1 @1000", "a.test/y 1 @2000"}));
  EXPECT_EQ(entry_count(), 6U);
  EXPECT_EQ(texts(changes_since(1).names), (Texts{"a.test", "c.test"}));
  EXPECT_TRUE(changes_since(1).paths_or_prefixes);
}

TEST_F(SourceUpdateTest, ADeltaAddsChangesAndRemoves) {
  replace(1000, ListBuilder()
                    .subtree("a.test", kPorn)
                    .exact("a.test", kGambling)
                    .subtree("b.test", kPorn)
                    .prefix("192.0.2.0/24", set_of({kPorn})));
  const auto serial =
      update(2000,
             ListBuilder()
                 .subtree("b.test", kGambling)
                 .subtree("c.test", kPorn)
                 .path("a.test/x", set_of({kPorn})),
             ListBuilder().exact("a.test", kMalware).prefix("192.0.2.0/24", set_of({kMalware})));
  ASSERT_TRUE(serial) << serial.error().message;
  EXPECT_EQ(*serial, Serial{2});
  EXPECT_EQ(all(),
            (Texts{"a.test 1 @1000", "b.test 8 @2000", "c.test 1 @2000", "a.test/x 1 @2000"}));
  EXPECT_EQ(entry_count(), 4U);
  EXPECT_EQ(store_->sources()->front().imported_at, 2000);
  EXPECT_EQ(texts(changes_since(1).names), (Texts{"a.test", "b.test", "c.test"}));
  EXPECT_TRUE(changes_since(1).paths_or_prefixes);
}

TEST_F(SourceUpdateTest, ADeltaThatSaysWhatIsSaidAlreadyKeepsTheTime) {
  replace(1000, ListBuilder().subtree("a.test", kPorn));
  ASSERT_TRUE(
      update(2000, ListBuilder().subtree("a.test", kPorn), ListBuilder().subtree("a.test", kPorn)));
  EXPECT_EQ(all(), Texts{"a.test 1 @1000"});
  EXPECT_TRUE(changes_since(1).names.empty());
}

TEST_F(SourceUpdateTest, ADeltaThatDoesNotFitChangesNothing) {
  replace(1000, ListBuilder().subtree("a.test", kPorn).subtree("b.test", kPorn));
  for (const auto& [removed, subject] :
       {std::pair(ListBuilder().subtree("a.test", kPorn).subtree("x.test", kPorn), "x.test"),
        std::pair(ListBuilder().subtree("a.test", kPorn).exact("b.test", kPorn), "b.test"),
        std::pair(ListBuilder().subtree("a.test", kPorn).except("b.test"), "b.test"),
        std::pair(ListBuilder().with_terms("a.test", kPorn, {.legal_ref = "QD 1"}), "a.test"),
        std::pair(ListBuilder().path("a.test/x", set_of({kPorn})), "a.test/x")}) {
    const auto refused = update(2000, ListBuilder().subtree("new.test", kPorn), removed);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
    EXPECT_NE(refused.error().message.find(subject), std::string::npos) << refused.error().message;
  }
  EXPECT_EQ(all(), (Texts{"a.test 1 @1000", "b.test 1 @1000"}));
  EXPECT_EQ(*store_->serial(), Serial{1});
  EXPECT_EQ(store_->sources()->front().imported_at, 1000);
}

TEST_F(SourceUpdateTest, ADeltaOfNoSourceIsNotFound) {
  const auto refused = update(1, {}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::NotFound);
}

TEST_F(SourceUpdateTest, RemovingWhatIsOverAndWentAwayFits) {
  replace(1000, ListBuilder()
                    .subtree("a.test", kPorn)
                    .with_terms("b.test", kPorn, {.legal_ref = "QD 1", .expires = 1500}));
  ASSERT_EQ(*store_->expire(at(1500)), 1U);
  const ListBuilder removed =
      ListBuilder().with_terms("b.test", kPorn, {.legal_ref = "QD 1", .expires = 1500});
  EXPECT_TRUE(update(1600, {}, removed));
  EXPECT_FALSE(update(1400, {}, removed));
}

TEST_F(SourceUpdateTest, AnotherPriorityOrScopeMayChangeEverything) {
  replace(1000, ListBuilder().subtree("a.test", kPorn));
  Source changed = source("s", 2000);
  changed.priority = 5;
  ASSERT_TRUE(store_->update_source(changed, {}));
  EXPECT_FALSE(*store_->changes_since(Serial{1}));
  changed.scope = Scope::School;
  ASSERT_TRUE(store_->replace_source(changed, ListBuilder().subtree("a.test", kPorn).list()));
  EXPECT_FALSE(*store_->changes_since(Serial{2}));
}

TEST_F(SourceUpdateTest, StatementsEndWhenTheirTimeComes) {
  replace(1000, ListBuilder()
                    .subtree("a.test", kPorn)
                    .with_terms("a.test", kGambling, {.legal_ref = {}, .expires = 3000})
                    .with_terms("b.test", kPorn, {.legal_ref = {}, .expires = 2000})
                    .path("a.test/x", set_of({kPorn}), Polarity::Lists,
                          {.legal_ref = {}, .expires = 2000})
                    .prefix("192.0.2.0/24", set_of({kPorn}), Polarity::Withdraws,
                            {.legal_ref = {}, .expires = 4000}));
  EXPECT_EQ(**store_->next_expiry(), at(2000));
  EXPECT_EQ(*store_->expire(at(1999)), 0U);
  EXPECT_EQ(*store_->serial(), Serial{1});
  EXPECT_EQ(*store_->expire(at(2000)), 2U);
  EXPECT_EQ(all(), (Texts{"a.test 1 @1000", "a.test 8 @1000", "!192.0.2.0/24 1 @1000"}));
  EXPECT_EQ(entry_count(), 3U);
  EXPECT_EQ(texts(changes_since(1).names), Texts{"b.test"});
  EXPECT_TRUE(changes_since(1).paths_or_prefixes);
  EXPECT_EQ(**store_->next_expiry(), at(3000));
  EXPECT_EQ(*store_->expire(at(9000)), 2U);
  EXPECT_EQ(all(), Texts{"a.test 1 @1000"});
  EXPECT_FALSE(*store_->next_expiry());
}

TEST_F(SourceUpdateTest, WhatIsOverAlreadyIsNotStored) {
  replace(2000, ListBuilder()
                    .with_terms("a.test", kPorn, {.legal_ref = {}, .expires = 2000})
                    .with_terms("b.test", kPorn, {.legal_ref = {}, .expires = 2001}));
  EXPECT_EQ(all(), Texts{"b.test 1 @2000"});
  EXPECT_EQ(entry_count(), 1U);
  ASSERT_TRUE(update(
      2000, ListBuilder().with_terms("c.test", kPorn, {.legal_ref = {}, .expires = 1999}), {}));
  EXPECT_EQ(all(), Texts{"b.test 1 @2000"});
}

TEST_F(SourceUpdateTest, AnEndThatIsTakenBackIsForgotten) {
  const Terms ends{.legal_ref = {}, .expires = 2000};
  replace(1000, ListBuilder().with_terms("a.test", kPorn, ends));
  replace(1100, ListBuilder().subtree("a.test", kPorn));
  EXPECT_FALSE(*store_->next_expiry());
  ASSERT_TRUE(update(1200, ListBuilder().with_terms("b.test", kPorn, ends), {}));
  EXPECT_TRUE(*store_->next_expiry());
  ASSERT_TRUE(store_->remove_source("s"));
  EXPECT_FALSE(*store_->next_expiry());
}

// Ends of subjects whose keys are longer than the table of ends can hold.
TEST_F(SourceUpdateTest, TheLongestSubjectsEndToo) {
  const std::string label(63, 'a');
  const std::string host = label + "." + label + "." + label + "." + std::string(61, 'b');
  const std::string path(HostPath::kMaxPathBytes - 2, 'p');
  const Terms ends{.legal_ref = {}, .expires = 2000};
  ListBuilder builder;
  for (const char* last : {"x", "y", "z"}) {
    std::string text = host;
    text.append("/").append(path).append(last);
    builder.path(text, set_of({kPorn}), Polarity::Lists, ends);
  }
  replace(1000, builder);
  ASSERT_EQ(all().size(), 3U);
  EXPECT_EQ(*store_->expire(at(2000)), 3U);
  EXPECT_EQ(all(), Texts{});
  EXPECT_FALSE(*store_->next_expiry());
}

TEST_F(SourceUpdateTest, AnEntryThatCannotBeKeptIsNamed) {
  ListContent paths;
  paths.paths.push_back({.path = {.host = name("a.test"), .path = "/a b"},
                         .categories = set_of({kPorn}),
                         .terms = {}});
  const auto bad_path = store_->replace_source(source("s", 1), paths);
  ASSERT_FALSE(bad_path);
  EXPECT_EQ(bad_path.error().code, ErrorCode::Invalid);
  EXPECT_NE(bad_path.error().message.find("a.test/a b"), std::string::npos);
  const auto bad_terms = store_->replace_source(
      source("s", 1),
      ListBuilder().with_terms("b.test", kPorn, {.legal_ref = std::string(2000, 'x')}).list());
  ASSERT_FALSE(bad_terms);
  EXPECT_EQ(bad_terms.error().code, ErrorCode::Invalid);
  EXPECT_NE(bad_terms.error().message.find("b.test"), std::string::npos);
  EXPECT_EQ(*store_->serial(), Serial{0});
}

// Deltas between random versions end where replacing by those versions ends.
TEST_F(SourceUpdateTest, DeltasAndReplacementsEndAlike) {
  constexpr unsigned kSeed = 20260903;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  const luytre::test::ScratchDirectory elsewhere;
  auto other = CategoryStore::open(elsewhere.path(), lmdb::OpenMode::ReadWrite);
  ASSERT_TRUE(other);
  using Version = std::map<std::string, std::pair<CategoryId, Terms>>;
  Version version;
  replace(1, {});
  const auto add = [](ListBuilder& builder, const Version::value_type& entry) {
    builder.with_terms(entry.first, entry.second.first, entry.second.second);
  };
  for (std::int64_t round = 2; round < 60; ++round) {
    Version next;
    for (auto left = random() % 30; left > 0; --left) {
      next["n" + std::to_string(random() % 40) + ".test"] = {
          CategoryId{static_cast<std::uint8_t>(13 + random() % 3)},
          {.legal_ref = random() % 3 == 0 ? "QD" : "",
           .expires = random() % 2 == 0 ? 0 : round + static_cast<std::int64_t>(random() % 9)}};
    }
    ListBuilder added;
    ListBuilder removed;
    ListBuilder whole;
    for (const auto& entry : next) {
      add(whole, entry);
      const auto was = version.find(entry.first);
      if (was == version.end() || was->second != entry.second) {
        add(added, entry);
      }
      if (was != version.end() && was->second.second != entry.second.second) {
        add(removed, *was);
      }
    }
    for (const auto& entry : version) {
      if (!next.contains(entry.first)) {
        add(removed, entry);
      }
    }
    ASSERT_TRUE(store_->expire(at(round)));
    const auto done = update(round, added, removed);
    ASSERT_TRUE(done) << done.error().message;
    ASSERT_TRUE(other->replace_source(source("s", round), whole.list()));
    const auto content = [](const CategoryStore& store) {
      std::vector<std::pair<std::string, std::vector<Statement>>> entries;
      EXPECT_TRUE(store.scan([&](const Entry& entry) -> Result<void> {
        entries.emplace_back(entry.name.to_text(), entry.statements);
        return {};
      }));
      return entries;
    };
    ASSERT_EQ(content(*store_), content(*other)) << "round " << round;
    ASSERT_EQ(entry_count(), other->sources()->front().entry_count);
    ASSERT_EQ(*store_->next_expiry(), *other->next_expiry());
    version = next;
  }
}

}  // namespace
}  // namespace luytre::categories
