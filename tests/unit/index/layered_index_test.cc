// SPDX-License-Identifier: Apache-2.0
#include "categories/index/layered_index.h"

#include <gtest/gtest.h>

#include "index_fixture.h"

namespace luytre::categories {
namespace {

constexpr unsigned kPorn = 13;
constexpr unsigned kGambling = 16;

// example.com is porn, casino.test gambling, xxx porn.
std::shared_ptr<const Index> main_index() {
  IndexBuilder builder(taxonomy(), kTestKey);
  builder.add(name("example.com"), subtree(set_of({kPorn})));
  builder.add(name("casino.test"), subtree(set_of({kGambling})));
  builder.add(name("xxx"), subtree(set_of({kPorn})));
  builder.add_path(path("pages.test/a"), set_of({kPorn}), 0);
  builder.add_prefix(prefix("192.0.2.0/24"), set_of({kPorn}), 0);
  return std::make_shared<const Index>(must_build(builder));
}

LayeredIndex with_overlay(std::initializer_list<const char*> changed,
                          std::initializer_list<std::pair<const char*, MergedEntry>> listed) {
  IndexBuilder builder(taxonomy(), kTestKey);
  for (const char* text : changed) {
    builder.overrides(name(text));
  }
  for (const auto& [text, entry] : listed) {
    builder.add(name(text), entry);
  }
  return LayeredIndex(main_index(), std::make_shared<const Index>(must_build(builder, 2)));
}

TEST(LayeredIndex, WithoutAnOverlayIsItsIndex) {
  const LayeredIndex index(main_index());
  EXPECT_EQ(index.overlay(), nullptr);
  EXPECT_EQ(index.lookup(name("www.example.com")).categories, set_of({kPorn}));
  EXPECT_EQ(index.lookup_path(name("pages.test"), "/a").categories, set_of({kPorn}));
  EXPECT_EQ(index.lookup_address(address("192.0.2.1")).categories, set_of({kPorn}));
}

TEST(LayeredIndex, ANewNameIsListedWithAllBelowIt) {
  const LayeredIndex index = with_overlay({"new.test"}, {{"new.test", subtree(set_of({kPorn}))}});
  EXPECT_EQ(index.lookup(name("new.test")).categories, set_of({kPorn}));
  EXPECT_EQ(index.lookup(name("www.new.test")).categories, set_of({kPorn}));
  EXPECT_TRUE(index.lookup(name("test")).categories.empty());
  EXPECT_EQ(index.lookup(name("casino.test")).categories, set_of({kGambling}));
  EXPECT_EQ(index.lookup_path(name("pages.test"), "/a").categories, set_of({kPorn}));
  EXPECT_EQ(index.lookup_address(address("192.0.2.1")).categories, set_of({kPorn}));
}

TEST(LayeredIndex, ARemovedNameIsNoLongerListed) {
  const LayeredIndex index = with_overlay({"example.com"}, {});
  EXPECT_TRUE(index.lookup(name("example.com")).categories.empty());
  EXPECT_TRUE(index.lookup(name("www.example.com")).categories.empty());
  EXPECT_EQ(index.lookup(name("example.com")).matched_labels, 0);
  EXPECT_EQ(index.lookup(name("casino.test")).categories, set_of({kGambling}));
}

TEST(LayeredIndex, AChangedNameInheritsFromTheNamesAboveIt) {
  const LayeredIndex index =
      with_overlay({"good.example.com"}, {{"example.com", subtree(set_of({kPorn}))},
                                          {"good.example.com", withdrawal(set_of({kPorn}))}});
  EXPECT_TRUE(index.lookup(name("www.good.example.com")).categories.empty());
  EXPECT_EQ(index.lookup(name("www.example.com")).categories, set_of({kPorn}));
}

TEST(LayeredIndex, ATopLevelNameCanChange) {
  const LayeredIndex index = with_overlay({"xxx"}, {{"good.xxx", subtree(set_of({kGambling}))}});
  EXPECT_TRUE(index.lookup(name("xxx")).categories.empty());
  EXPECT_TRUE(index.lookup(name("www.bad.xxx")).categories.empty());
  EXPECT_EQ(index.lookup(name("www.good.xxx")).categories, set_of({kGambling}));
  EXPECT_EQ(index.lookup(name("example.com")).categories, set_of({kPorn}));
}

TEST(LayeredIndex, TheRootCanChangeAndReplacesEverything) {
  const LayeredIndex index = with_overlay({"."}, {{"only.test", subtree(set_of({kGambling}))}});
  EXPECT_TRUE(index.lookup(name("example.com")).categories.empty());
  EXPECT_EQ(index.lookup(name("only.test")).categories, set_of({kGambling}));
}

TEST(LayeredIndex, AnOverlayUnderAnotherKeyAnswersTheSame) {
  IndexBuilder builder(taxonomy(), {7, 8});
  builder.overrides(name("example.com"));
  builder.overrides(name("new.test"));
  builder.add(name("new.test"), subtree(set_of({kPorn})));
  const LayeredIndex index(main_index(), std::make_shared<const Index>(must_build(builder)));
  EXPECT_TRUE(index.lookup(name("www.example.com")).categories.empty());
  EXPECT_EQ(index.lookup(name("www.new.test")).categories, set_of({kPorn}));
  EXPECT_EQ(index.lookup(name("casino.test")).categories, set_of({kGambling}));
}

TEST(LayeredIndex, AnOverlayThatNamesNothingChangesNothing) {
  const LayeredIndex index = with_overlay({}, {{"example.com", subtree(set_of({kGambling}))}});
  EXPECT_EQ(index.lookup(name("example.com")).categories, set_of({kPorn}));
}

}  // namespace
}  // namespace luytre::categories
