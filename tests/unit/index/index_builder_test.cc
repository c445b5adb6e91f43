// SPDX-License-Identifier: Apache-2.0
#include "categories/index/index_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "index_fixture.h"
#include "index_image.h"
#include "index_view.h"
#include "inheritance.h"
#include "label_tree.h"

namespace luytre::categories {
namespace {

using IndexBuilderTest = IndexTest;

TEST_F(IndexBuilderTest, TheOrderOfAddingDoesNotChangeTheBytes) {
  Listed listed{{"example.com", subtree(set_of({13}), 18)},
                {"a.b.example.com", exact(set_of({16}))},
                {"example.org", subtree(set_of({3}))},
                {"c.b.example.com", subtree(set_of({13}))},
                {"xxx", subtree(set_of({13}))},
                {"b.example.com", subtree(set_of({55}))}};
  ASSERT_TRUE(write(listed));
  const std::vector<std::uint8_t> forwards = read_bytes(file());
  std::reverse(listed.begin(), listed.end());
  ASSERT_TRUE(write(listed));
  EXPECT_EQ(read_bytes(file()), forwards);
}

TEST_F(IndexBuilderTest, AnotherKeyGivesOtherBytesAndTheSameAnswers) {
  ASSERT_TRUE(write({{"example.com", subtree(set_of({13}))}}));
  const std::vector<std::uint8_t> first = read_bytes(file());
  IndexBuilder builder(taxonomy(), {7, 8});
  builder.add(name("example.com"), subtree(set_of({13})));
  ASSERT_TRUE(builder.write(file(), 1));
  EXPECT_NE(read_bytes(file()), first);
  EXPECT_EQ(open().lookup(name("www.example.com")).categories, set_of({13}));
}

TEST_F(IndexBuilderTest, ANameAddedTwiceIsAConflict) {
  const Result<void> written =
      write({{"example.com", subtree(set_of({13}))}, {"example.com", subtree(set_of({16}))}});
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, ErrorCode::Conflict);
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(IndexBuilderTest, MoreNamesCanBeAddedAfterWriting) {
  IndexBuilder builder(taxonomy(), kTestKey);
  builder.add(name("a.example.com"), subtree(set_of({13})));
  ASSERT_TRUE(builder.write(file(), 1));
  builder.add(name("b.example.com"), subtree(set_of({16})));
  ASSERT_TRUE(builder.write(file(), 2));
  const Index index = open();
  EXPECT_EQ(index.serial(), 2U);
  EXPECT_EQ(index.lookup(name("a.example.com")).categories, set_of({13}));
  EXPECT_EQ(index.lookup(name("b.example.com")).categories, set_of({16}));
}

TEST_F(IndexBuilderTest, APathOrPrefixAddedTwiceIsAConflict) {
  IndexBuilder paths(taxonomy(), kTestKey);
  paths.add_path(path("example.com/a"), set_of({13}), 0);
  paths.add_path(path("example.com/a/"), set_of({16}), 0);
  EXPECT_EQ(paths.build(1).error().code, ErrorCode::Conflict);
  IndexBuilder prefixes(taxonomy(), kTestKey);
  prefixes.add_prefix(prefix("192.0.2.0/24"), set_of({13}), 0);
  prefixes.add_prefix(prefix("192.0.2.0/25"), set_of({13}), 0);
  EXPECT_TRUE(prefixes.build(1));
  prefixes.add_prefix(prefix("::ffff:192.0.2.0/120"), set_of({16}), 0);
  EXPECT_EQ(prefixes.build(1).error().code, ErrorCode::Conflict);
}

TEST_F(IndexBuilderTest, AnIndexBuiltInMemoryAnswersAsItsFileDoes) {
  IndexBuilder builder(taxonomy(), kTestKey);
  builder.add(name("example.com"), subtree(set_of({13}), 18));
  builder.add_path(path("example.org/a"), set_of({16}), 12);
  builder.add_prefix(prefix("192.0.2.0/24"), set_of({3}), 0);
  ASSERT_TRUE(builder.write(file(), 5));
  const Index built = must_build(builder, 5);
  const Index opened = open();
  for (const Index* index : {&built, &opened}) {
    EXPECT_EQ(index->serial(), 5U);
    EXPECT_EQ(index->name_count(), 1U);
    EXPECT_EQ(index->path_count(), 1U);
    EXPECT_EQ(index->prefix_count(), 1U);
    EXPECT_EQ(index->hash_key(), kTestKey);
    EXPECT_EQ(index->lookup(name("www.example.com")).categories, set_of({13}));
    EXPECT_EQ(index->lookup_path(name("example.org"), "/a/b").categories, set_of({16}));
    EXPECT_EQ(index->lookup_address(address("192.0.2.9")).categories, set_of({3}));
  }
}

TEST_F(IndexBuilderTest, OnlyTheOwnerAndTheGroupMayReadTheFile) {
  ASSERT_TRUE(write({{"example.com", subtree(set_of({13}))}}));
  const auto others = std::filesystem::perms::others_all | std::filesystem::perms::group_write;
  EXPECT_EQ(std::filesystem::status(file()).permissions() & others, std::filesystem::perms::none);
}

TEST_F(IndexBuilderTest, TheOldFileSurvivesAFailedWrite) {
  ASSERT_TRUE(write({{"example.com", subtree(set_of({13}))}}, 1));
  // A folder where the new file would be written: fails for root, too.
  const std::filesystem::path in_the_way = file().string() + ".new";
  std::filesystem::create_directory(in_the_way);
  const Result<void> written = write({{"example.org", subtree(set_of({13}))}}, 2);
  ASSERT_FALSE(written.has_value());
  EXPECT_NE(written.error().message.find("index-1"), std::string::npos) << written.error().message;
  EXPECT_EQ(open().serial(), 1U);
}

TEST_F(IndexBuilderTest, AFailedRenameLeavesNothingBehind) {
  std::filesystem::create_directories(file() / "occupied");
  EXPECT_FALSE(write({{"example.org", subtree(set_of({13}))}}, 2).has_value());
  EXPECT_FALSE(std::filesystem::exists(file().string() + ".new"));
}

TEST_F(IndexBuilderTest, WhatACrashLeftBehindDoesNotStopTheNextWrite) {
  write_bytes(file().string() + ".new", {1, 2, 3});
  EXPECT_EQ(compile({{"example.org", subtree(set_of({13}))}}).name_count(), 1U);
  EXPECT_FALSE(std::filesystem::exists(file().string() + ".new"));
}

TEST_F(IndexBuilderTest, WritingIntoAFolderThatDoesNotExistIsNotFound) {
  IndexBuilder builder(taxonomy(), kTestKey);
  const Result<void> written = builder.write(folder_ / "none" / "index", 1);
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, ErrorCode::NotFound);
}

// With fingerprints of 8 bits, 60 names collide in most arrangements; at full width that would take
// 10,000 indexes of 10 million names.
TEST_F(IndexBuilderTest, CollidingFingerprintsAreArrangedAnew) {
  constexpr unsigned kNarrow = 8;
  std::size_t rearranged = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const std::array<std::uint64_t, 2> key{seed, ~seed};
    LabelTree tree{SuffixHasher(key)};
    std::vector<MergedEntry> entries;
    std::vector<DomainName> names;
    for (unsigned i = 0; i < 60; ++i) {
      names.push_back(name("n" + std::to_string(i) + ".example.com"));
      entries.push_back(subtree(set_of({i})));
      tree.add(names.back(), i);
    }
    ASSERT_TRUE(tree.finish());
    ValueTable values;
    const std::vector<std::uint32_t> numbers =
        Inheritance(taxonomy()).resolve(tree, entries, {}, values);
    IndexContent content{.names = {.tree = &tree.nodes(), .value_numbers = numbers},
                         .values = values.values(),
                         .key = key};
    const auto wide = make_index_image(content);
    content.max_fingerprint_bits = kNarrow + 2;
    const auto narrow = make_index_image(content);
    ASSERT_TRUE(wide.has_value());
    ASSERT_TRUE(narrow.has_value());
    const auto wide_view = IndexView::parse(*wide);
    const auto view = IndexView::parse(*narrow);
    ASSERT_TRUE(wide_view.has_value());
    ASSERT_TRUE(view.has_value());
    EXPECT_GT(wide_view->header().fingerprint_bits, 50U);
    EXPECT_EQ(view->header().fingerprint_bits, kNarrow + 2);
    rearranged += view->header().salt != wide_view->header().salt ? 1U : 0U;
    for (unsigned i = 0; i < names.size(); ++i) {
      const DomainName* const question[] = {&names[i]};
      NameMatch match;
      view->lookup(question, {&match, 1});
      EXPECT_EQ(match.categories, set_of({i})) << names[i].to_text();
    }
  }
  EXPECT_GT(rearranged, 0U);
}

TEST_F(IndexBuilderTest, GivesUpWhenNoArrangementCanTellNamesApart) {
  LabelTree tree{SuffixHasher(kTestKey)};
  for (unsigned i = 0; i < 20'000; ++i) {
    tree.add(name("n" + std::to_string(i) + ".com"), 0);
  }
  ASSERT_TRUE(tree.finish());
  ValueTable values;
  const std::vector<MergedEntry> entries{subtree(set_of({13}))};
  const std::vector<std::uint32_t> numbers =
      Inheritance(taxonomy()).resolve(tree, entries, {}, values);
  const auto image = make_index_image({.names = {.tree = &tree.nodes(), .value_numbers = numbers},
                                       .values = values.values(),
                                       .key = kTestKey,
                                       .max_fingerprint_bits = kMinFingerprintBits});
  ASSERT_FALSE(image.has_value());
  EXPECT_EQ(image.error().code, ErrorCode::NoSpace);
}

TEST_F(IndexBuilderTest, MoreValuesThanSlotsCanNumberAreRefused) {
  LabelTree tree{SuffixHasher(kTestKey)};
  ASSERT_TRUE(tree.finish());
  const std::vector<IndexValue> values(std::size_t{kMaxValues} + 1);
  const auto image =
      make_index_image({.names = {.tree = &tree.nodes(), .value_numbers = {}}, .values = values});
  ASSERT_FALSE(image.has_value());
  EXPECT_EQ(image.error().code, ErrorCode::NoSpace);
}

TEST_F(IndexBuilderTest, AHundredThousandNamesFitTheMemoryBudgetAndAreAllFound) {
  constexpr unsigned kCount = 100'000;
  IndexBuilder builder(taxonomy(), kTestKey);
  for (unsigned i = 0; i < kCount; ++i) {
    builder.add(name("n" + std::to_string(i) + ".com"), subtree(set_of({i % 60})));
  }
  ASSERT_TRUE(builder.write(file(), 1));
  const Index index = open();
  EXPECT_LE(index.memory_bytes(), kCount * 16U);
  for (unsigned i = 0; i < kCount; ++i) {
    ASSERT_EQ(index.lookup(name("n" + std::to_string(i) + ".com")).categories, set_of({i % 60}))
        << i;
    ASSERT_EQ(index.lookup(name("m" + std::to_string(i) + ".com")).matched_labels, 0) << i;
  }
}

}  // namespace
}  // namespace luytre::categories
