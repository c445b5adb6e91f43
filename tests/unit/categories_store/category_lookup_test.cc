// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "categories/store/category_store.h"
#include "lists.h"
#include "support/scratch_directory.h"

namespace luytre::categories {
namespace {

using test::kEducation;
using test::kGambling;
using test::kMalware;
using test::kPorn;
using test::ListBuilder;
using test::name;
using test::source;

class CategoryLookupTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto taxonomy = Taxonomy::load(LUYTRE_SOURCE_DIR "/categories/data/taxonomy.toml");
    ASSERT_TRUE(taxonomy) << taxonomy.error().message;
    taxonomy_ = std::move(*taxonomy);
    auto store = CategoryStore::open(scratch_.path(), lmdb::OpenMode::ReadWrite);
    ASSERT_TRUE(store) << store.error().message;
    store_.emplace(std::move(*store));
  }
  void import(const std::string& from, const ListBuilder& builder) {
    ASSERT_TRUE(store_->replace_source(source(from), builder.list()));
  }
  NameMatch match(std::string_view text) {
    const auto match = store_->match(name(text), *taxonomy_);
    EXPECT_TRUE(match);
    return *match;
  }
  std::vector<std::string> covering(std::string_view text) {
    std::vector<std::string> names;
    const auto entries = store_->covering(name(text));
    EXPECT_TRUE(entries);
    for (const Entry& entry : *entries) {
      names.push_back(entry.name.to_text());
    }
    return names;
  }

  luytre::test::ScratchDirectory scratch_;
  std::optional<Taxonomy> taxonomy_;
  std::optional<CategoryStore> store_;
};

using Names = std::vector<std::string>;

TEST_F(CategoryLookupTest, CoveringNamesTheLongestFirst) {
  import("s", ListBuilder()
                  .subtree("a.test", kPorn)
                  .subtree("w.a.test", kGambling)
                  .subtree("x.w.a.test", kMalware)
                  .subtree("b.test", kPorn));
  EXPECT_EQ(covering("x.w.a.test"), (Names{"x.w.a.test", "w.a.test", "a.test"}));
  EXPECT_EQ(covering("y.w.a.test"), (Names{"w.a.test", "a.test"}));
  EXPECT_EQ(covering("ba.test"), Names{});
  EXPECT_EQ(covering("test"), Names{});
}

TEST_F(CategoryLookupTest, AnExactStatementCoversOnlyItsOwnName) {
  import("s", ListBuilder().exact("cdn.test", kEducation).subtree("a.cdn.test", kPorn));
  EXPECT_EQ(covering("cdn.test"), Names{"cdn.test"});
  EXPECT_EQ(covering("a.cdn.test"), Names{"a.cdn.test"});
  EXPECT_EQ(match("a.cdn.test").categories, CategorySet::of(kPorn));
  EXPECT_EQ(match("b.cdn.test").categories, CategorySet());
  EXPECT_EQ(match("b.cdn.test").matched_labels, 0);
  EXPECT_EQ(match("cdn.test").categories, CategorySet::of(kEducation));
}

TEST_F(CategoryLookupTest, InsideATierTheLongerNameReplacesTheShorter) {
  import("s", ListBuilder().subtree("a.test", kPorn).subtree("w.a.test", kGambling));
  EXPECT_EQ(match("w.a.test").categories, CategorySet::of(kGambling));
  EXPECT_EQ(match("x.w.a.test").categories, CategorySet::of(kGambling));
  EXPECT_EQ(match("x.a.test").categories, CategorySet::of(kPorn));
  EXPECT_EQ(match("x.w.a.test").matched_labels, 3);
}

TEST_F(CategoryLookupTest, TiersInheritSeparately) {
  import("s", ListBuilder()
                  .subtree("a.test", kPorn)
                  .subtree("a.test", kMalware)
                  .subtree("edu.a.test", kEducation));
  EXPECT_EQ(match("edu.a.test").categories,
            CategorySet::of(kPorn) | CategorySet::of(kMalware) | CategorySet::of(kEducation));
}

TEST_F(CategoryLookupTest, SeveralSourcesAreUnited) {
  import("one", ListBuilder().subtree("a.test", kPorn));
  import("two", ListBuilder().exact("a.test", kGambling));
  EXPECT_EQ(match("a.test").categories, CategorySet::of(kPorn) | CategorySet::of(kGambling));
  EXPECT_EQ(match("w.a.test").categories, CategorySet::of(kPorn));
}

TEST_F(CategoryLookupTest, TheAgeOfTheLongestNameThatStatesOneCounts) {
  import("s", ListBuilder()
                  .subtree("a.test", kGambling, 18)
                  .subtree("w.a.test", kGambling)
                  .subtree("k.a.test", kGambling, 12));
  EXPECT_EQ(match("w.a.test").minimum_age, 18);
  EXPECT_EQ(match("x.k.a.test").minimum_age, 12);
  EXPECT_EQ(match("b.test").minimum_age, 0);
}

TEST_F(CategoryLookupTest, AnUnlistedNameMatchesNothing) {
  import("s", ListBuilder().subtree("a.test", kPorn));
  const NameMatch nothing = match("b.test");
  EXPECT_TRUE(nothing.categories.empty());
  EXPECT_EQ(nothing.matched_labels, 0);
}

}  // namespace
}  // namespace luytre::categories
