// SPDX-License-Identifier: Apache-2.0
#include "categories/index/index.h"

#include <gtest/gtest.h>

#include <sstream>

#include "index_fixture.h"

namespace luytre::categories {
namespace {

constexpr unsigned kMalware = 3;
constexpr unsigned kPorn = 13;
constexpr unsigned kGambling = 16;
constexpr unsigned kEducation = 55;
constexpr unsigned kInfrastructure = 62;

TEST_F(IndexTest, AListedNameAndEverythingBelowItIsFound) {
  const Index index = compile({{"example.com", subtree(set_of({kPorn}), 18)}});
  for (const char* text : {"example.com", "www.example.com", "a.b.c.example.com"}) {
    const NameMatch match = index.lookup(name(text));
    EXPECT_EQ(match.categories, set_of({kPorn})) << text;
    EXPECT_EQ(match.matched_labels, 2) << text;
    EXPECT_EQ(match.minimum_age, 18) << text;
  }
}

TEST_F(IndexTest, OnlyWholeLabelsMatch) {
  const Index index = compile({{"example.com", subtree(set_of({kPorn}))}});
  for (const char* text :
       {"notexample.com", "example.com.evil.net", "xample.com", "example.co", "com", "."}) {
    const NameMatch match = index.lookup(name(text));
    EXPECT_TRUE(match.categories.empty()) << text;
    EXPECT_EQ(match.matched_labels, 0) << text;
  }
}

TEST_F(IndexTest, AnExactEntrySaysNothingAboutNamesBelow) {
  const Index index = compile({{"cdn.example.net", exact(set_of({kInfrastructure}), 7)}});
  EXPECT_EQ(index.lookup(name("cdn.example.net")).categories, set_of({kInfrastructure}));
  EXPECT_EQ(index.lookup(name("cdn.example.net")).matched_labels, 3);
  EXPECT_EQ(index.lookup(name("cdn.example.net")).minimum_age, 7);
  EXPECT_TRUE(index.lookup(name("customer.cdn.example.net")).categories.empty());
  EXPECT_EQ(index.lookup(name("customer.cdn.example.net")).matched_labels, 0);
  EXPECT_EQ(index.lookup(name("customer.cdn.example.net")).minimum_age, 0);
  EXPECT_TRUE(index.lookup(name("example.net")).categories.empty());
}

TEST_F(IndexTest, TheLongerNameWinsInsideATier) {
  const Index index = compile({{"example.com", subtree(set_of({kPorn}), 18)},
                               {"casino.example.com", subtree(set_of({kGambling}))}});
  const NameMatch match = index.lookup(name("www.casino.example.com"));
  EXPECT_EQ(match.categories, set_of({kGambling}));
  EXPECT_EQ(match.matched_labels, 3);
  EXPECT_EQ(match.minimum_age, 18);  // nearer names state none
}

TEST_F(IndexTest, TiersInheritSeparately) {
  const Index index = compile({{"example.com", subtree(set_of({kMalware, kPorn}))},
                               {"library.example.com", subtree(set_of({kEducation}))},
                               {"x.library.example.com", subtree(set_of({kGambling}))}});
  EXPECT_EQ(index.lookup(name("library.example.com")).categories,
            set_of({kMalware, kPorn, kEducation}));
  EXPECT_EQ(index.lookup(name("y.x.library.example.com")).categories,
            set_of({kMalware, kEducation, kGambling}));
}

TEST_F(IndexTest, AnExactEntryDoesNotHideWhatTheNameAboveSaysOfNamesBelow) {
  const Index index = compile(
      {{"example.com", subtree(set_of({kPorn}))}, {"a.example.com", exact(set_of({kGambling}))}});
  EXPECT_EQ(index.lookup(name("a.example.com")).categories, set_of({kGambling}));
  EXPECT_EQ(index.lookup(name("b.a.example.com")).categories, set_of({kPorn}));
  EXPECT_EQ(index.lookup(name("b.a.example.com")).matched_labels, 2);
}

TEST_F(IndexTest, ANameBetweenListedNamesSaysWhatIsAboveIt) {
  const Index index = compile({{"example.com", subtree(set_of({kPorn}))},
                               {"deep.down.in.example.com", subtree(set_of({kGambling}))}});
  for (const char* text : {"in.example.com", "down.in.example.com", "up.in.example.com"}) {
    EXPECT_EQ(index.lookup(name(text)).categories, set_of({kPorn})) << text;
    EXPECT_EQ(index.lookup(name(text)).matched_labels, 2) << text;
  }
  EXPECT_EQ(index.lookup(name("deep.down.in.example.com")).categories, set_of({kGambling}));
}

TEST_F(IndexTest, SingleLabelNamesAreFoundAndInherited) {
  const Index index =
      compile({{"xxx", subtree(set_of({kPorn}))}, {"news.xxx", subtree(set_of({kEducation}))}});
  EXPECT_EQ(index.lookup(name("xxx")).categories, set_of({kPorn}));
  EXPECT_EQ(index.lookup(name("anything.at.all.xxx")).categories, set_of({kPorn}));
  EXPECT_EQ(index.lookup(name("anything.at.all.xxx")).matched_labels, 1);
  EXPECT_EQ(index.lookup(name("www.news.xxx")).categories, set_of({kPorn, kEducation}));
  EXPECT_TRUE(index.lookup(name("example.com")).categories.empty());
}

TEST_F(IndexTest, WhatIsSaidOfTheRootReachesEveryName) {
  const Index index =
      compile({{".", subtree(set_of({kMalware}), 3)}, {"example.com", subtree(set_of({kPorn}))}});
  EXPECT_EQ(index.name_count(), 2U);
  EXPECT_EQ(index.lookup(name(".")).categories, set_of({kMalware}));
  EXPECT_EQ(index.lookup(name("org")).categories, set_of({kMalware}));
  EXPECT_EQ(index.lookup(name("www.example.com")).categories, set_of({kMalware, kPorn}));
  EXPECT_EQ(index.lookup(name("www.example.com")).minimum_age, 3);
}

TEST_F(IndexTest, AnEmptyIndexFindsNothing) {
  const Index index = compile({});
  EXPECT_EQ(index.name_count(), 0U);
  for (const char* text : {".", "com", "example.com", "a.b.c.d.e.f"}) {
    EXPECT_TRUE(index.lookup(name(text)).categories.empty()) << text;
  }
}

TEST_F(IndexTest, NamesOf127LabelsAreListedAndFound) {
  std::string text = "a";
  for (int i = 1; i < 127; ++i) {
    text += ".a";
  }
  const Index index = compile({{text, subtree(set_of({kPorn}))}});
  EXPECT_EQ(index.lookup(name(text)).categories, set_of({kPorn}));
  EXPECT_EQ(index.lookup(name(text)).matched_labels, 127);
  EXPECT_TRUE(index.lookup(name(text).parent()).categories.empty());
}

TEST_F(IndexTest, NamesOf255OctetsAreListedAndFound) {
  const std::string long_label(63, 'x');
  const std::string text =
      long_label + "." + long_label + "." + long_label + "." + std::string(61, 'y');
  const Index index = compile({{text, subtree(set_of({kPorn}))}});
  EXPECT_EQ(index.lookup(name(text)).categories, set_of({kPorn}));
  EXPECT_TRUE(index.lookup(name(text).parent()).categories.empty());
}

TEST_F(IndexTest, ANameThatSaysNothingIsNotListed) {
  const Index index = compile({{"example.com", {}}});
  EXPECT_EQ(index.name_count(), 0U);
  EXPECT_EQ(index.lookup(name("example.com")).matched_labels, 0);
}

TEST_F(IndexTest, CategoriesThatTheTaxonomyDoesNotKnowAreKept) {
  const CategorySet all(~std::uint64_t{0});
  const Index index = compile({{"example.com", subtree(all)}});
  EXPECT_EQ(index.lookup(name("example.com")).categories, all);
}

TEST_F(IndexTest, ABurstGivesWhatSingleLookupsGive) {
  const Index index = compile({{"example.com", subtree(set_of({kPorn}))},
                               {"b.example.com", exact(set_of({kGambling}))},
                               {"xxx", subtree(set_of({kPorn}))}});
  std::vector<DomainName> names;
  for (int i = 0; i < 100; ++i) {
    names.push_back(name(std::to_string(i) + (i % 3 == 0   ? ".example.com"
                                              : i % 3 == 1 ? ".b.example.com"
                                                           : ".xxx")));
  }
  std::vector<const DomainName*> pointers;
  for (const DomainName& each : names) {
    pointers.push_back(&each);
  }
  for (const std::size_t count : {0U, 1U, 2U, 31U, 32U, 33U, 100U}) {  // more than a burst is split
    std::vector<NameMatch> matches(count);
    index.lookup(std::span(pointers).first(count), matches);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(matches[i].categories, index.lookup(names[i]).categories) << i;
      EXPECT_EQ(matches[i].matched_labels, index.lookup(names[i]).matched_labels) << i;
    }
  }
}

TEST_F(IndexTest, AnExceptionTakesBackWhatComesDownAndNothingElse) {
  const Index index = compile({{"example.com", subtree(set_of({kPorn, kMalware}), 18)},
                               {"good.example.com", withdrawal(set_of({kPorn, kGambling}))},
                               {"casino.good.example.com", subtree(set_of({kGambling}))}});
  EXPECT_EQ(index.name_count(), 3U);
  EXPECT_EQ(index.lookup(name("www.example.com")).categories, set_of({kPorn, kMalware}));
  for (const char* text : {"good.example.com", "www.good.example.com"}) {
    EXPECT_EQ(index.lookup(name(text)).categories, set_of({kMalware})) << text;
    EXPECT_EQ(index.lookup(name(text)).minimum_age, 18) << text;
    EXPECT_EQ(index.lookup(name(text)).matched_labels, 2) << text;
  }
  EXPECT_EQ(index.lookup(name("casino.good.example.com")).categories,
            set_of({kMalware, kGambling}));
}

TEST_F(IndexTest, AnExceptionForANameAloneLeavesWhatIsBelowListed) {
  MergedEntry entry;
  entry.exact_withdrawn = set_of({kPorn});
  const Index index =
      compile({{"example.com", subtree(set_of({kPorn}))}, {"good.example.com", entry}});
  EXPECT_TRUE(index.lookup(name("good.example.com")).categories.empty());
  EXPECT_EQ(index.lookup(name("www.good.example.com")).categories, set_of({kPorn}));
}

TEST_F(IndexTest, AnExceptionCanTakeBackTheAge) {
  MergedEntry entry;
  entry.exact_age_withdrawn = entry.subtree_age_withdrawn = true;
  const Index index =
      compile({{"example.com", subtree(set_of({kPorn}), 18)}, {"good.example.com", entry}});
  EXPECT_EQ(index.lookup(name("www.good.example.com")).minimum_age, 0);
  EXPECT_EQ(index.lookup(name("www.good.example.com")).categories, set_of({kPorn}));
  EXPECT_EQ(index.lookup(name("www.example.com")).minimum_age, 18);
}

TEST_F(IndexTest, AnExceptionOfWhatNobodySaysChangesNothing) {
  const Index index = compile({{"example.com", subtree(set_of({kPorn}))},
                               {"good.example.com", withdrawal(set_of({kGambling}))}});
  EXPECT_EQ(index.lookup(name("good.example.com")).categories, set_of({kPorn}));
  EXPECT_EQ(index.lookup(name("good.example.com")).matched_labels, 2);
}

TEST_F(IndexTest, TheFileSaysItsSerialAndCount) {
  ASSERT_TRUE(write(
      {{"example.com", subtree(set_of({kPorn}))}, {"a.b.example.org", subtree(set_of({kPorn}))}},
      42));
  const Index index = open();
  EXPECT_EQ(index.serial(), 42U);
  EXPECT_EQ(index.name_count(), 2U);
  EXPECT_GE(index.memory_bytes(), 128U);
}

TEST_F(IndexTest, AMissingFileIsNotFound) {
  const Result<Index> index = Index::open(folder_ / "none");
  ASSERT_FALSE(index.has_value());
  EXPECT_EQ(index.error().code, ErrorCode::NotFound);
}

TEST_F(IndexTest, AFolderIsNotAnIndex) {
  const Result<Index> index = Index::open(folder_);
  ASSERT_FALSE(index.has_value());
  EXPECT_EQ(index.error().code, ErrorCode::Invalid);
}

TEST_F(IndexTest, AnIndexStaysUsableWhenItsFileIsReplacedOrCut) {
  const Index index = compile({{"example.com", subtree(set_of({kPorn}))}});
  std::filesystem::resize_file(file(), 0);
  EXPECT_EQ(index.lookup(name("example.com")).categories, set_of({kPorn}));
}

}  // namespace
}  // namespace luytre::categories
