// SPDX-License-Identifier: Apache-2.0
#include "store_keeper.h"

#include <gtest/gtest.h>

#include <ctime>
#include <thread>

#include "categories/compile/index_files.h"
#include "tests/support/scratch_directory.h"

namespace luytre::mgmt {
namespace {

using namespace std::chrono_literals;
using categories::CategoryId;
using categories::CategorySet;

constexpr auto kPatience = 20s;

class StoreKeeperTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto taxonomy = categories::Taxonomy::load(LUYTRE_SOURCE_DIR "/categories/data/taxonomy.toml");
    ASSERT_TRUE(taxonomy);
    taxonomy_ = *std::move(taxonomy);
    auto store = categories::CategoryStore::open(scratch_.path() / "categories",
                                                 lmdb::OpenMode::ReadWrite, 64U << 20U);
    ASSERT_TRUE(store);
    store_.emplace(*std::move(store));
  }
  void list(const std::string& source, int count, std::int64_t expires = 0) {
    categories::ListContent content;
    for (int i = 0; i < count; ++i) {
      content.names.add(
          {.name = *categories::DomainName::from_text("n" + std::to_string(i) + "." + source),
           .categories = CategorySet::of(CategoryId{16}),
           .terms = {.legal_ref = "", .expires = expires}});
    }
    categories::Source named;
    named.name = source;
    named.imported_at = std::time(nullptr);
    const std::lock_guard lock(writing_);
    ASSERT_TRUE(store_->replace_source(named, std::move(content)));
  }
  [[nodiscard]] std::uint64_t serial() const {
    const auto serial = store_->serial();
    return serial ? static_cast<std::uint64_t>(*serial) : 0;
  }
  [[nodiscard]] StoreKeeper::Rules rules() const {
    return {
        .index_dir = scratch_.path() / "index", .compile_after = 1h, .compile_after_names = 100};
  }
  template <typename Condition>
  static bool comes_true(const Condition& condition) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) {
        return false;
      }
      std::this_thread::sleep_for(5ms);
    }
    return true;
  }

  test::ScratchDirectory scratch_;
  categories::Taxonomy taxonomy_;
  std::optional<categories::CategoryStore> store_;
  std::mutex writing_;
};

TEST_F(StoreKeeperTest, CompilesAFirstIndexAndLeavesSmallChangesToTheOverlay) {
  list("first.example", 10);
  StoreKeeper keeper(rules(), taxonomy_, *store_, writing_);
  ASSERT_TRUE(comes_true([&] { return keeper.status().index_serial == serial(); }));
  list("second.example", 5);
  keeper.changed(false);
  ASSERT_TRUE(comes_true([&] { return keeper.status().store_serial == serial(); }));
  EXPECT_EQ(keeper.status().compiles, 1U);
  // A change that is too large for an overlay is compiled whoever made it.
  list("third.example", 200);
  ASSERT_TRUE(comes_true([&] { return keeper.status().index_serial == serial(); }));
  EXPECT_EQ(keeper.status().compiles, 2U);
  const auto index = categories::open_current_index(scratch_.path() / "index");
  ASSERT_TRUE(index);
  EXPECT_EQ(index->name_count(), 215U);
}

TEST_F(StoreKeeperTest, CompilesAtOnceWhenAWholeListCame) {
  list("first.example", 10);
  StoreKeeper keeper(rules(), taxonomy_, *store_, writing_);
  ASSERT_TRUE(comes_true([&] { return keeper.status().compiles == 1; }));
  list("second.example", 5);
  keeper.changed(true);
  ASSERT_TRUE(comes_true([&] { return keeper.status().index_serial == serial(); }));
}

TEST_F(StoreKeeperTest, CompilesSmallChangesAfterAWhile) {
  list("first.example", 10);
  StoreKeeper::Rules impatient = rules();
  impatient.compile_after = 0s;
  StoreKeeper keeper(impatient, taxonomy_, *store_, writing_);
  ASSERT_TRUE(comes_true([&] { return keeper.status().compiles == 1; }));
  list("second.example", 5);
  EXPECT_TRUE(comes_true([&] { return keeper.status().index_serial == serial(); }));
}

TEST_F(StoreKeeperTest, AnEntryLeavesWhenItsEndHasCome) {
  list("lasting.example", 3);
  const std::int64_t end = std::time(nullptr) + 2;
  list("brief.example", 4, end);
  StoreKeeper keeper(rules(), taxonomy_, *store_, writing_);
  ASSERT_TRUE(comes_true([&] { return keeper.status().expired == 4; }));
  EXPECT_GE(std::time(nullptr), end);
  const auto left = store_->name_count();
  ASSERT_TRUE(left);
  EXPECT_EQ(*left, 3U);
}

TEST_F(StoreKeeperTest, AnIndexThatCannotBeWrittenIsTriedAgainLater) {
  list("first.example", 10);
  StoreKeeper::Rules wrong = rules();
  wrong.index_dir = "/proc/nowhere";
  StoreKeeper keeper(wrong, taxonomy_, *store_, writing_);
  EXPECT_TRUE(comes_true([&] { return keeper.status().compile_failures >= 1; }));
  EXPECT_EQ(keeper.status().compiles, 0U);
}

}  // namespace
}  // namespace luytre::mgmt
