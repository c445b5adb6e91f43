// SPDX-License-Identifier: Apache-2.0
#include "categories/scope.h"

#include <gtest/gtest.h>

#include "import_fixture.h"

namespace luytre::categories {
namespace {

class ScopeTest : public testing::ImportTest {
 protected:
  CategorySet may(Scope scope, NeverBlock grants = {}) const {
    return may_state(taxonomy_, scope, grants);
  }
};

TEST_F(ScopeTest, OnlyTheLawFillsTheMandatoryTier) {
  EXPECT_TRUE(may(Scope::Mandatory).contains(set("csam").first()));
  for (const Scope scope : {Scope::National, Scope::Operator, Scope::School}) {
    const CategorySet allowed = may(scope, {.first = true, .second = true});
    EXPECT_TRUE((allowed & taxonomy_.tier(CategoryTier::Mandatory)).empty()) << describe(scope);
    EXPECT_EQ(allowed & set("porn"), set("porn")) << describe(scope);
    EXPECT_EQ(allowed & set("malware"), set("malware")) << describe(scope);
    EXPECT_EQ(allowed & set("vpn"), set("vpn")) << describe(scope);
  }
}

TEST_F(ScopeTest, NeverBlockIsGrantedAndNeverTheFirstTierToASchool) {
  const CategorySet first = taxonomy_.tier(CategoryTier::NeverBlock1);
  const CategorySet second = taxonomy_.tier(CategoryTier::NeverBlock2);
  EXPECT_EQ(may(Scope::National) & (first | second), first | second);
  EXPECT_TRUE((may(Scope::Operator) & (first | second)).empty());
  EXPECT_EQ(may(Scope::Operator, {.second = true}) & (first | second), second);
  EXPECT_EQ(may(Scope::Operator, {.first = true}) & (first | second), first);
  EXPECT_EQ(may(Scope::School, {.first = true, .second = true}) & (first | second), second);
}

TEST_F(ScopeTest, AnImportTakesOnlyWhatItsSourceMayState) {
  ImportOptions options;
  options.may_state = may(Scope::Operator);
  const ParsedList list = import_text(
      "a.example\tporn,education\nb.example\tinfrastructure\nc.example\tcsam\n"
      "!d.example\tporn,csam\n!e.example\tcsam\n!f.example\t*\n",
      options);
  EXPECT_EQ(show(list.content),
            "a.example subtree\nnot d.example subtree\nnot f.example subtree\n");
  EXPECT_EQ(list.content.names[0].categories, set("porn"));
  EXPECT_EQ(list.content.names[1].categories, set("porn"));
  // From everything that the source may state, help lines not among it.
  EXPECT_EQ(list.content.names[2].categories,
            may(Scope::Operator) - CategorySet::of(kUncategorised));
  EXPECT_EQ(list.report.reduced, 2U);
  EXPECT_EQ(skipped(list.report, SkipCause::NotGranted), 3U);
  options.may_state = may(Scope::National);
  EXPECT_EQ(import_text("!f.example\t*\n", options).content.names[0].categories, CategorySet());
  EXPECT_EQ(example(list.report, SkipCause::NotGranted),
            "list.txt:2: b.example\\x09infrastructure");
}

}  // namespace
}  // namespace luytre::categories
