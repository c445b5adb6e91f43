// SPDX-License-Identifier: Apache-2.0
#include "categories/store/category_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "lists.h"
#include "support/scratch_directory.h"

namespace luytre::categories {
namespace {

using test::kGambling;
using test::kMalware;
using test::kPorn;
using test::ListBuilder;
using test::name;
using test::source;

class CategoryStoreTest : public ::testing::Test {
 protected:
  CategoryStore open(lmdb::OpenMode mode = lmdb::OpenMode::ReadWrite) {
    auto store = CategoryStore::open(scratch_.path() / "categories", mode);
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }
  static std::vector<Entry> all(const CategoryStore& store) {
    std::vector<Entry> entries;
    EXPECT_TRUE(store.scan([&](const Entry& entry) -> Result<void> {
      entries.push_back(entry);
      return {};
    }));
    return entries;
  }
  static std::vector<std::string> all_names(const CategoryStore& store) {
    std::vector<std::string> names;
    for (const Entry& entry : all(store)) {
      names.push_back(entry.name.to_text());
    }
    return names;
  }

  luytre::test::ScratchDirectory scratch_;
};

using Names = std::vector<std::string>;

TEST_F(CategoryStoreTest, ANewStoreIsEmptyAndHasItsOwnHashKey) {
  const CategoryStore store = open();
  EXPECT_EQ(*store.serial(), Serial{0});
  EXPECT_EQ(*store.name_count(), 0U);
  EXPECT_TRUE(store.sources()->empty());
  EXPECT_TRUE(all(store).empty());
  const luytre::test::ScratchDirectory elsewhere;
  const auto other = CategoryStore::open(elsewhere.path(), lmdb::OpenMode::ReadWrite);
  ASSERT_TRUE(other);
  EXPECT_NE(*store.hash_key(), *other->hash_key());
}

TEST_F(CategoryStoreTest, TheHashKeyAndTheListsSurviveReopening) {
  std::array<std::uint64_t, 2> key{};
  {
    CategoryStore store = open();
    key = *store.hash_key();
    ASSERT_TRUE(store.replace_source(source("s"), ListBuilder().subtree("a.test", kPorn).list()));
  }
  const CategoryStore store = open(lmdb::OpenMode::ReadOnly);
  EXPECT_EQ(*store.hash_key(), key);
  EXPECT_EQ(*store.serial(), Serial{1});
  EXPECT_EQ(all_names(store), Names{"a.test"});
}

TEST_F(CategoryStoreTest, ReadingAStoreThatNobodyMadeIsNotFound) {
  const auto store = CategoryStore::open(scratch_.path() / "categories", lmdb::OpenMode::ReadOnly);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::NotFound);
}

TEST_F(CategoryStoreTest, SourcesAreListedWithWhatTheImporterSaid) {
  CategoryStore store = open();
  Source given = source("ut1-2026");
  given.format = "ut1";
  ASSERT_TRUE(store.replace_source(
      given, ListBuilder().subtree("a.test", kPorn).exact("a.test", kPorn).list()));
  const auto sources = store.sources();
  ASSERT_EQ(sources->size(), 1U);
  EXPECT_EQ(sources->front().name, "ut1-2026");
  EXPECT_EQ(sources->front().format, "ut1");
  EXPECT_EQ(sources->front().imported_at, given.imported_at);
  EXPECT_EQ(sources->front().entry_count, 2U);
}

TEST_F(CategoryStoreTest, ParentsComeBeforeChildrenAndSubtreesAreContiguous) {
  CategoryStore store = open();
  ASSERT_TRUE(store.replace_source(source("s"), ListBuilder()
                                                    .subtree("b.test", kPorn)
                                                    .subtree("www.a.test", kPorn)
                                                    .subtree("a-b.test", kPorn)
                                                    .subtree("a.test", kPorn)
                                                    .subtree("test", kPorn)
                                                    .list()));
  EXPECT_EQ(all_names(store), (Names{"test", "a.test", "www.a.test", "a-b.test", "b.test"}));
}

TEST_F(CategoryStoreTest, ReplacingASourceLeavesOnlyItsNewNames) {
  CategoryStore store = open();
  ASSERT_TRUE(store.replace_source(
      source("s"), ListBuilder().subtree("a.test", kPorn).subtree("b.test", kPorn).list()));
  ASSERT_TRUE(
      store.replace_source(source("other"), ListBuilder().subtree("a.test", kMalware).list()));
  const auto serial = store.replace_source(
      source("s"), ListBuilder().subtree("b.test", kGambling).subtree("c.test", kPorn).list());
  ASSERT_TRUE(serial);
  EXPECT_EQ(*serial, Serial{3});
  const auto entries = all(store);
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].name, name("a.test"));
  ASSERT_EQ(entries[0].statements.size(), 1U);
  EXPECT_TRUE(entries[0].statements[0].categories.contains(kMalware));
  EXPECT_EQ(entries[1].statements[0].categories, CategorySet::of(kGambling));
  EXPECT_EQ(entries[2].name, name("c.test"));
  EXPECT_EQ(*store.name_count(), 3U);
}

TEST_F(CategoryStoreTest, ANameOfSeveralSourcesIsOneEntryWithAStatementEach) {
  CategoryStore store = open();
  ASSERT_TRUE(store.replace_source(
      source("one"), ListBuilder().subtree("a.test", kPorn, 18).exact("a.test", kGambling).list()));
  ASSERT_TRUE(store.replace_source(source("two"), ListBuilder().exact("a.test", kMalware).list()));
  const auto entries = all(store);
  ASSERT_EQ(entries.size(), 1U);
  const auto& said = entries[0].statements;
  ASSERT_EQ(said.size(), 3U);
  EXPECT_EQ(said[0].source, said[1].source);
  EXPECT_EQ(said[0].reach, Reach::Exact);
  EXPECT_EQ(said[1].reach, Reach::Subtree);
  EXPECT_EQ(said[1].minimum_age, 18);
  EXPECT_NE(said[2].source, said[1].source);
  EXPECT_EQ(said[2].categories, CategorySet::of(kMalware));
}

TEST_F(CategoryStoreTest, RemovingASourceTakesItsWordsAndNoOthers) {
  CategoryStore store = open();
  ASSERT_TRUE(store.replace_source(
      source("one"), ListBuilder().subtree("a.test", kPorn).subtree("b.test", kPorn).list()));
  ASSERT_TRUE(
      store.replace_source(source("two"), ListBuilder().subtree("b.test", kMalware).list()));
  ASSERT_TRUE(store.remove_source("one"));
  EXPECT_EQ(all_names(store), Names{"b.test"});
  ASSERT_EQ(store.sources()->size(), 1U);
  EXPECT_EQ(store.sources()->front().name, "two");
  const auto again = store.remove_source("one");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::NotFound);
  EXPECT_EQ(*store.serial(), Serial{3});
}

TEST_F(CategoryStoreTest, SourceNamesThatCannotBePrintedAreRefused) {
  CategoryStore store = open();
  for (const std::string& bad : {std::string(), std::string("a\nb"), std::string(129, 'x')}) {
    const auto refused = store.replace_source(source(bad), ListContent());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Invalid);
  }
  EXPECT_EQ(*store.serial(), Serial{0});
}

TEST_F(CategoryStoreTest, AnEmptyListIsASourceWithoutNames) {
  CategoryStore store = open();
  ASSERT_TRUE(store.replace_source(source("s"), ListBuilder().subtree("a.test", kPorn).list()));
  ASSERT_TRUE(store.replace_source(source("s"), ListContent()));
  EXPECT_EQ(*store.name_count(), 0U);
  EXPECT_EQ(store.sources()->front().entry_count, 0U);
}

TEST_F(CategoryStoreTest, TheLongestNamesAndOddOctetsAreKeptWhole) {
  CategoryStore store = open();
  // Four labels, 253 octets of text, every octet one that the key must escape.
  std::string escaped;
  for (const int size : {63, 63, 63, 61}) {
    for (int i = 0; i < size; ++i) {
      escaped += i % 2 == 0 ? "\\000" : "\\001";
    }
    escaped += '.';
  }
  const DomainName longest = name(escaped);
  ASSERT_EQ(longest.wire().size(), DomainName::kMaxWireBytes);
  ListContent list;
  list.names.add({.name = longest, .categories = CategorySet::of(kPorn)});
  list.names.add({.name = DomainName{}, .categories = CategorySet::of(kMalware)});
  ASSERT_TRUE(store.replace_source(source("s"), list));
  const auto entries = all(store);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_TRUE(entries[0].name.is_root());
  EXPECT_EQ(entries[1].name, longest);
}

TEST_F(CategoryStoreTest, ScanStopsWithTheVisitorsError) {
  CategoryStore store = open();
  ASSERT_TRUE(store.replace_source(source("s"), test::numbered_names("test", 10, kPorn)));
  int visited = 0;
  const auto stopped = store.scan([&](const Entry&) -> Result<void> {
    return ++visited == 3 ? fail(ErrorCode::Invalid, "enough") : Result<void>{};
  });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().message, "enough");
  EXPECT_EQ(visited, 3);
}

TEST_F(CategoryStoreTest, AListLargerThanTheMapGrowsIt) {
  auto store = CategoryStore::open(scratch_.path(), lmdb::OpenMode::ReadWrite, 1U << 20U);
  ASSERT_TRUE(store);
  const auto stored = store->replace_source(
      source("s"), test::numbered_names("a-rather-long-zone.test", 60'000, kPorn));
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(*store->name_count(), 60'000U);
}

TEST_F(CategoryStoreTest, RandomReplacementsEndLikeAMapThatSawThem) {
  constexpr unsigned kSeed = 20260901;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  CategoryStore store = open();
  std::map<std::string, std::map<std::string, std::uint64_t>> expected;  // source, name, bits
  for (int round = 0; round < 60; ++round) {
    const std::string from = "source" + std::to_string(random() % 4);
    if (random() % 6 == 0 && expected.contains(from)) {
      ASSERT_TRUE(store.remove_source(from));
      expected.erase(from);
    } else {
      ListContent list;
      auto& words = expected[from];
      words.clear();
      for (auto left = random() % 40; left > 0; --left) {
        const std::string listed = "n" + std::to_string(random() % 50) + ".test";
        const CategoryId id{static_cast<std::uint8_t>(random() % 63)};
        list.names.add({.name = name(listed), .categories = CategorySet::of(id)});
        words[listed] |= CategorySet::of(id).bits();
      }
      ASSERT_TRUE(store.replace_source(source(from), list));
    }
    std::map<std::string, std::uint64_t> merged;
    for (const auto& [from_source, words] : expected) {
      for (const auto& [listed, bits] : words) {
        merged[listed] |= bits;
      }
    }
    std::map<std::string, std::uint64_t> stored;
    for (const Entry& entry : all(store)) {
      for (const Statement& said : entry.statements) {
        stored[entry.name.to_text()] |= said.categories.bits();
      }
    }
    ASSERT_EQ(stored, merged) << "round " << round;
    ASSERT_EQ(*store.name_count(), merged.size());
  }
}

TEST_F(CategoryStoreTest, TheJournalNamesWhatChangedSinceASerial) {
  CategoryStore store = open();
  ASSERT_TRUE(store.replace_source(
      source("s"), ListBuilder().subtree("a.test", kPorn).subtree("b.test", kPorn).list()));
  ASSERT_TRUE(store.replace_source(
      source("s"), ListBuilder().subtree("a.test", kPorn).subtree("c.test", kPorn).list()));
  ASSERT_TRUE(store.replace_source(
      source("s"), ListBuilder().subtree("a.test", kMalware).subtree("c.test", kPorn).list()));
  const auto since = [&](std::uint64_t serial) {
    Names names;
    const auto changes = store.changes_since(Serial{serial});
    EXPECT_TRUE(changes && *changes);
    for (const DomainName& changed : (*changes)->names) {
      names.push_back(changed.to_text());
    }
    return names;
  };
  EXPECT_EQ(since(3), Names{});
  EXPECT_EQ(since(2), Names{"a.test"});
  EXPECT_EQ(since(1), (Names{"a.test", "b.test", "c.test"}));
  const auto future = store.changes_since(Serial{4});
  ASSERT_TRUE(future);
  EXPECT_FALSE(*future);
}

TEST_F(CategoryStoreTest, AChangeTooLargeForTheJournalAsksForAReload) {
  CategoryStore store = open();
  ASSERT_TRUE(store.replace_source(source("s"), test::numbered_names("test", 20'000, kPorn)));
  const auto changes = store.changes_since(Serial{0});
  ASSERT_TRUE(changes);
  EXPECT_FALSE(*changes);
  EXPECT_TRUE(*store.changes_since(Serial{1}));
}

}  // namespace
}  // namespace luytre::categories
