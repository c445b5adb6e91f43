// SPDX-License-Identifier: Apache-2.0
// What covers a page or an address, and what explanations make of it.
#include "categories/store/explanation.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "categories/store/category_store.h"
#include "lists.h"
#include "support/scratch_directory.h"

namespace luytre::categories {
namespace {

using test::kGambling;
using test::kMalware;
using test::kNationalOrder;
using test::kPorn;
using test::ListBuilder;
using test::name;
using test::set_of;
using test::source;

using Texts = std::vector<std::string>;

class ExplanationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto taxonomy = Taxonomy::load(LUYTRE_SOURCE_DIR "/categories/data/taxonomy.toml");
    ASSERT_TRUE(taxonomy) << taxonomy.error().message;
    taxonomy_ = std::move(*taxonomy);
    auto store = CategoryStore::open(scratch_.path(), lmdb::OpenMode::ReadWrite);
    ASSERT_TRUE(store) << store.error().message;
    store_.emplace(std::move(*store));
  }
  void import(const Source& from, const ListBuilder& builder) {
    ASSERT_TRUE(store_->replace_source(from, builder.list()));
  }
  Texts covering_paths(std::string_view host, std::string_view target) {
    Texts texts;
    const auto entries = store_->covering_paths(name(host), target);
    EXPECT_TRUE(entries);
    for (const PathEntry& entry : *entries) {
      texts.push_back(entry.path.to_text());
    }
    return texts;
  }
  Texts covering_prefixes(std::string_view address) {
    Texts texts;
    const auto entries = store_->covering_prefixes(*IpAddress::from_text(address));
    EXPECT_TRUE(entries);
    for (const PrefixEntry& entry : *entries) {
      texts.push_back(entry.prefix.to_text());
    }
    return texts;
  }
  Explanation explain(std::string_view text) {
    const auto explanation = store_->explain(name(text), *taxonomy_);
    EXPECT_TRUE(explanation);
    return explanation.value_or(Explanation{});
  }

  luytre::test::ScratchDirectory scratch_;
  std::optional<Taxonomy> taxonomy_;
  std::optional<CategoryStore> store_;
};

TEST_F(ExplanationTest, ARequestIsCoveredByThePathsOfItsOwnHost) {
  const CategorySet porn = set_of({kPorn});
  import(source("s"), ListBuilder()
                          .path("a.test/x", porn)
                          .path("a.test/x/y", porn)
                          .path("a.test/x-y", porn)
                          .path("a.test/x?q=1", porn)
                          .path("test/x", porn)
                          .path("w.a.test/x", porn));
  EXPECT_EQ(covering_paths("a.test", "/x/y/z"), (Texts{"a.test/x/y", "a.test/x"}));
  EXPECT_EQ(covering_paths("a.test", "/x?q=1&r=2"), (Texts{"a.test/x?q=1", "a.test/x"}));
  EXPECT_EQ(covering_paths("a.test", "/xy"), Texts{});
  EXPECT_EQ(covering_paths("w.a.test", "/x"), Texts{"w.a.test/x"});
  EXPECT_EQ(covering_paths("b.test", "/x"), Texts{});
}

TEST_F(ExplanationTest, AnAddressIsCoveredByTheRangesOfItsFamily) {
  const CategorySet porn = set_of({kPorn});
  import(source("s"), ListBuilder()
                          .prefix("0.0.0.0/0", porn)
                          .prefix("192.0.2.0/24", porn)
                          .prefix("192.0.2.7", porn)
                          .prefix("::/0", porn)
                          .prefix("2001:db8::/33", porn)
                          .prefix("2001:db8::1", porn));
  EXPECT_EQ(covering_prefixes("192.0.2.7"), (Texts{"192.0.2.7", "192.0.2.0/24", "0.0.0.0/0"}));
  EXPECT_EQ(covering_prefixes("198.51.100.1"), Texts{"0.0.0.0/0"});
  EXPECT_EQ(covering_prefixes("2001:db8::1"), (Texts{"2001:db8::1", "2001:db8::/33", "::/0"}));
  EXPECT_EQ(covering_prefixes("2001:db8:8000::1"), Texts{"::/0"});
}

TEST_F(ExplanationTest, EveryCategoryHoldsOrIsWithdrawnOrGivesWay) {
  import(source("list"), ListBuilder()
                             .subtree("a.test", kPorn, 18)
                             .subtree("a.test", kMalware)
                             .subtree("w.a.test", kGambling));
  import(source("own", 50), ListBuilder().except("x.w.a.test", set_of({kMalware})));
  const Explanation explanation = explain("x.w.a.test");
  EXPECT_EQ(explanation.categories, set_of({kGambling}));
  ASSERT_EQ(explanation.covering.size(), 3U);
  EXPECT_EQ(explanation.covering[0].subject, "x.w.a.test");
  EXPECT_EQ(explanation.covering[1].statements[0].holds, set_of({kGambling}));
  const ExplainedStatement& listing = explanation.covering[2].statements[0];
  EXPECT_EQ(listing.said.categories, set_of({kPorn, kMalware}));
  EXPECT_TRUE(listing.holds.empty());
  EXPECT_TRUE(listing.age_holds);  // pornography is not taken back, and no longer name has an age
  ASSERT_EQ(listing.withdrawn.size(), 1U);
  EXPECT_EQ(listing.withdrawn[0].at, "x.w.a.test");
  EXPECT_EQ(listing.withdrawn[0].categories, set_of({kMalware}));
  ASSERT_EQ(explanation.sources.size(), 2U);
  EXPECT_EQ(explanation.sources[1].name, "own");
  EXPECT_EQ(listing.withdrawn[0].by, explanation.sources[1].id);
}

TEST_F(ExplanationTest, AnOrderStandsAgainstAnOperatorsException) {
  import(source("nation", 100, Scope::Mandatory), ListBuilder().subtree("a.test", kNationalOrder));
  import(source("own", 0), ListBuilder().except("a.test"));
  const Explanation explanation = explain("a.test");
  EXPECT_EQ(explanation.categories, set_of({kNationalOrder}));
  EXPECT_TRUE(explanation.covering[0].statements[0].withdrawn.empty());
}

TEST_F(ExplanationTest, ADeeperListingIsNotTakenBackByAShallowerException) {
  import(source("list"), ListBuilder().subtree("w.a.test", kPorn));
  import(source("own", 50), ListBuilder().except("a.test"));
  const Explanation explanation = explain("w.a.test");
  EXPECT_EQ(explanation.categories, set_of({kPorn}));
  EXPECT_TRUE(explanation.covering[0].statements[0].withdrawn.empty());
}

TEST_F(ExplanationTest, PagesAndAddressesAreExplainedAlike) {
  import(source("list"), ListBuilder()
                             .path("a.test/x", set_of({kPorn}))
                             .path("a.test/x/y", {}, Polarity::Withdraws)
                             .prefix("192.0.2.0/24", set_of({kMalware}))
                             .prefix("192.0.2.7", {}, Polarity::Withdraws));
  const auto page = store_->explain_path(name("a.test"), "/x/y?z", *taxonomy_);
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->categories.empty());
  EXPECT_EQ(page->covering[1].statements[0].withdrawn[0].at, "a.test/x/y");
  const auto address = store_->explain_address(*IpAddress::from_text("192.0.2.8"), *taxonomy_);
  ASSERT_TRUE(address);
  EXPECT_EQ(address->categories, set_of({kMalware}));
}

}  // namespace
}  // namespace luytre::categories
