// SPDX-License-Identifier: Apache-2.0
#include "statement_merge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "lists.h"

namespace luytre::categories {
namespace {

using test::kGambling;
using test::kMalware;
using test::kNationalOrder;
using test::kPorn;
using test::set_of;

constexpr SourceId kLaw{0};
constexpr SourceId kStrong{1};
constexpr SourceId kUsual{2};
constexpr SourceId kPeer{3};
constexpr SourceId kWeak{4};

class StatementMergeTest : public ::testing::Test {
 protected:
  StatementMergeTest() : merge_(sources(), CategorySet::of(kNationalOrder)) {}

  static std::vector<Source> sources() {
    const auto make = [](SourceId id, std::uint16_t priority, Scope scope) {
      Source source;
      source.id = id;
      source.priority = priority;
      source.scope = scope;
      return source;
    };
    return {make(kLaw, 50, Scope::Mandatory), make(kStrong, 10, Scope::National),
            make(kUsual, 100, Scope::Operator), make(kPeer, 100, Scope::Operator),
            make(kWeak, 200, Scope::School)};
  }
  static Statement lists(SourceId source, CategorySet what, std::uint8_t age = 0,
                         Reach reach = Reach::Subtree) {
    return {.source = source, .reach = reach, .minimum_age = age, .categories = what};
  }
  static Statement except(SourceId source, CategorySet what = {}, Reach reach = Reach::Subtree) {
    return {.source = source, .reach = reach, .polarity = Polarity::Withdraws, .categories = what};
  }
  [[nodiscard]] SubjectMerge below(const std::vector<Statement>& said) {
    std::vector<Voice> next;
    const SubjectMerge merged = merge_.merge(said, Reach::Subtree, voices_, &next);
    voices_ = std::move(next);
    return merged;
  }

  StatementMerge merge_;
  std::vector<Voice> voices_;  // what comes down
};

TEST_F(StatementMergeTest, ListingsAreUnitedWithTheHighestAge) {
  const SubjectMerge merged =
      below({lists(kUsual, set_of({kPorn}), 16), lists(kWeak, set_of({kGambling}), 18)});
  EXPECT_EQ(merged.own, set_of({kPorn, kGambling}));
  EXPECT_EQ(merged.minimum_age, 18);
  EXPECT_TRUE(merged.withdrawn.empty());
}

TEST_F(StatementMergeTest, AnExceptionTakesBackWhatItsEqualsAndWeakerSourcesSay) {
  EXPECT_EQ(below({lists(kUsual, set_of({kPorn})), lists(kPeer, set_of({kGambling})),
                   lists(kWeak, set_of({kMalware})), except(kUsual)})
                .own,
            CategorySet());
}

TEST_F(StatementMergeTest, AnExceptionNeverTakesBackWhatAStrongerSourceSays) {
  EXPECT_EQ(below({lists(kStrong, set_of({kPorn})), lists(kWeak, set_of({kPorn, kGambling})),
                   except(kUsual)})
                .own,
            set_of({kPorn}));
}

TEST_F(StatementMergeTest, AnExceptionThatNamesCategoriesTakesBackThoseAlone) {
  EXPECT_EQ(below({lists(kUsual, set_of({kPorn, kGambling})), except(kUsual, set_of({kPorn}))}).own,
            set_of({kGambling}));
}

TEST_F(StatementMergeTest, TheMandatoryTierIsTakenBackByMandatoryScopeOnly) {
  const Statement order = lists(kUsual, set_of({kNationalOrder, kPorn}));
  EXPECT_EQ(below({order, except(kStrong)}).own, set_of({kNationalOrder}));
  EXPECT_EQ(below({order, except(kStrong, set_of({kNationalOrder}))}).own, order.categories);
  EXPECT_EQ(below({order, except(kLaw, set_of({kNationalOrder}))}).own, set_of({kPorn}));
}

TEST_F(StatementMergeTest, WhatComesDownIsWithdrawnWhenNobodyIsLeftWhoSaysIt) {
  (void)below({lists(kUsual, set_of({kPorn, kGambling})), lists(kStrong, set_of({kGambling}))});
  const SubjectMerge merged = below({except(kUsual)});
  EXPECT_EQ(merged.withdrawn, set_of({kPorn}));
  EXPECT_EQ(merged.own, CategorySet());
}

TEST_F(StatementMergeTest, WhatIsListedBelowAnExceptionStands) {
  (void)below({lists(kUsual, set_of({kPorn}))});
  EXPECT_EQ(below({except(kStrong)}).withdrawn, set_of({kPorn}));
  const SubjectMerge deeper = below({lists(kWeak, set_of({kPorn}))});
  EXPECT_EQ(deeper.own, set_of({kPorn}));
  EXPECT_EQ(deeper.withdrawn, CategorySet());
}

TEST_F(StatementMergeTest, AnExactExceptionLeavesWhatIsBelow) {
  const std::vector<Statement> said = {lists(kUsual, set_of({kPorn})),
                                       except(kUsual, {}, Reach::Exact)};
  EXPECT_EQ(merge_.merge(said, Reach::Exact, {}, nullptr).own, CategorySet());
  EXPECT_EQ(merge_.merge(said, Reach::Subtree, {}, nullptr).own, set_of({kPorn}));
}

TEST_F(StatementMergeTest, AnAgeGoesWithTheLastCategoryOfItsListing) {
  const Statement rated = lists(kUsual, set_of({kPorn, kGambling}), 18);
  EXPECT_EQ(below({rated, except(kUsual, set_of({kPorn}))}).minimum_age, 18);
  EXPECT_EQ(below({rated, except(kUsual, set_of({kPorn, kGambling}))}).minimum_age, 0);
}

TEST_F(StatementMergeTest, AnAgeWithoutCategoriesIsTakenBackByAnExceptionOfEverything) {
  const Statement label = lists(kUsual, {}, 12);
  EXPECT_EQ(below({label, except(kUsual, set_of({kPorn}))}).minimum_age, 12);
  EXPECT_EQ(below({label, except(kWeak)}).minimum_age, 12);
  EXPECT_EQ(below({label, except(kPeer)}).minimum_age, 0);
}

TEST_F(StatementMergeTest, AnAgeThatComesDownIsWithdrawnLikeACategory) {
  (void)below({lists(kUsual, set_of({kPorn}), 18)});
  EXPECT_TRUE(below({except(kUsual)}).age_withdrawn);
  (void)below({lists(kStrong, {}, 16), lists(kUsual, set_of({kPorn}), 18)});
  EXPECT_FALSE(below({except(kUsual)}).age_withdrawn);
}

TEST_F(StatementMergeTest, TheOrderOfStatementsMakesNoDifference) {
  std::vector<Statement> said = {
      lists(kStrong, set_of({kPorn}), 18), lists(kUsual, set_of({kGambling, kPorn}), 16),
      lists(kWeak, set_of({kMalware})), except(kUsual, set_of({kGambling})), except(kWeak)};
  const auto by_source = [](const Statement& a, const Statement& b) {
    return std::pair(a.source, a.polarity) < std::pair(b.source, b.polarity);
  };
  std::ranges::sort(said, by_source);
  const SubjectMerge first = merge_.merge(said, Reach::Subtree, {}, nullptr);
  EXPECT_EQ(first.own, set_of({kPorn}));
  do {
    EXPECT_EQ(merge_.merge(said, Reach::Subtree, {}, nullptr), first);
  } while (std::next_permutation(said.begin(), said.end(), by_source));
}

}  // namespace
}  // namespace luytre::categories
