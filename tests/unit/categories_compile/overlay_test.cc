// SPDX-License-Identifier: Apache-2.0
#include "categories/compile/overlay.h"

#include <gtest/gtest.h>

#include <memory>

#include "categories/index/layered_index.h"
#include "store_fixture.h"

namespace luytre::categories {
namespace {

class OverlayTest : public StoreTest {
 protected:
  std::shared_ptr<const Index> compiled() {
    auto index = Index::open(compile().file);
    EXPECT_TRUE(index) << index.error().message;
    return std::make_shared<const Index>(std::move(*index));
  }
  Expected<Overlay, CompileNeeded> build(const Index& main) {
    auto built = build_overlay(*store_, *taxonomy_, main);
    if (!built) {
      ADD_FAILURE() << built.error().message;
      return Unexpected<CompileNeeded>(CompileNeeded::OtherStore);
    }
    return std::move(*built);
  }
  static LayeredIndex layered(std::shared_ptr<const Index> main, Overlay overlay) {
    return LayeredIndex(
        std::move(main),
        overlay.index ? std::make_shared<const Index>(std::move(*overlay.index)) : nullptr);
  }
};

TEST_F(OverlayTest, NothingChangedIsNoOverlay) {
  import("s", one_name("a.test"));
  const auto main = compiled();
  const auto overlay = build(*main);
  ASSERT_TRUE(overlay);
  EXPECT_FALSE(overlay->index);
  EXPECT_EQ(overlay->serial, Serial{1});
  EXPECT_EQ(overlay->names, 0U);
  EXPECT_TRUE(overlay->is_complete);
}

TEST_F(OverlayTest, WhatIsAddedAndRemovedIsInForceWithoutCompiling) {
  import("s", one_name("old.test"));
  const auto main = compiled();
  import("s", one_name("new.test"));
  auto overlay = build(*main);
  ASSERT_TRUE(overlay);
  EXPECT_EQ(overlay->serial, Serial{2});
  EXPECT_EQ(overlay->names, 2U);
  EXPECT_TRUE(overlay->is_complete);
  const LayeredIndex index = layered(main, std::move(*overlay));
  EXPECT_TRUE(index.lookup(name("www.old.test")).categories.empty());
  EXPECT_EQ(index.lookup(name("www.new.test")).categories, CategorySet::of(CategoryId{16}));
}

TEST_F(OverlayTest, ChangedPathsAreLeftToTheCompilerAndNamesAreNot) {
  import("s", one_name("old.test"));
  const auto main = compiled();
  ListContent content{.names = one_name("new.test"), .paths = {}, .prefixes = {}};
  content.paths.push_back(
      {.path = *HostPath::from_text("a.test/bad"), .categories = CategorySet::of(CategoryId{16})});
  import("s", std::move(content));
  auto overlay = build(*main);
  ASSERT_TRUE(overlay);
  EXPECT_FALSE(overlay->is_complete);
  EXPECT_EQ(layered(main, std::move(*overlay)).lookup(name("new.test")).categories,
            CategorySet::of(CategoryId{16}));
}

TEST_F(OverlayTest, AnIndexOfAnotherStoreGetsNone) {
  import("s", one_name("a.test"));
  const auto main = compiled();
  make_store_anew();
  import("s", one_name("a.test"));
  import("s", one_name("b.test"));
  const auto overlay = build(*main);
  ASSERT_FALSE(overlay);
  EXPECT_EQ(overlay.error(), CompileNeeded::OtherStore);
}

TEST_F(OverlayTest, AChangeTooLargeForTheJournalIsSaid) {
  import("s", one_name("a.test"));
  const auto main = compiled();
  import("many", numbered_names("many.test", 10'001));
  const auto overlay = build(*main);
  ASSERT_FALSE(overlay);
  EXPECT_EQ(overlay.error(), CompileNeeded::TooFarBehind);
}

TEST_F(OverlayTest, AChangeAboveTooManyNamesIsSaid) {
  import("many", numbered_names("big.test", kMaxOverlayNames + 1));
  const auto main = compiled();
  import("s", one_name("n1.big.test"));
  EXPECT_TRUE(build(*main));
  import("s", one_name("big.test"));
  const auto overlay = build(*main);
  ASSERT_FALSE(overlay);
  EXPECT_EQ(overlay.error(), CompileNeeded::TooManyNames);
}

// Lists come, change and go while an index and its overlays stay: at each state the two together
// answer as the store itself and as an index compiled from it.
TEST_F(OverlayTest, AnIndexWithItsOverlayAnswersAsTheStoreDoes) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomLists random(seed);
    make_store_anew();
    for (int source = 0; source < 3; ++source) {
      import("source" + std::to_string(source), random.list(80),
             static_cast<std::uint16_t>(100 + source % 2));
    }
    const auto main = compiled();
    for (int round = 0; round < 4; ++round) {
      const unsigned source = random.below(3);
      import("source" + std::to_string(source), random.list(80),
             static_cast<std::uint16_t>(100 + source % 2));
      auto overlay = build(*main);
      ASSERT_TRUE(overlay);
      const LayeredIndex index = layered(main, std::move(*overlay));
      const auto fresh = compiled();
      for (int question = 0; question < 400 && !HasFailure(); ++question) {
        const DomainName asked = random.next();
        const auto reference = store_->match(asked, *taxonomy_);
        ASSERT_TRUE(reference);
        expect_same(index.lookup(asked), *reference, asked);
        expect_same(fresh->lookup(asked), *reference, asked);
      }
    }
  }
}

}  // namespace
}  // namespace luytre::categories
