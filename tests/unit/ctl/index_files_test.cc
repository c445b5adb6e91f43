// SPDX-License-Identifier: Apache-2.0
#include "index_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <set>
#include <string>

#include "categories/store/category_store.h"
#include "support/scratch_directory.h"

namespace luytre::ctl {
namespace {

namespace fs = std::filesystem;
using categories::CategoryId;
using categories::CategorySet;
using categories::CategoryStore;
using categories::DomainName;
using categories::NameList;
using categories::NameMatch;
using categories::Reach;

class IndexFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto taxonomy = categories::Taxonomy::load(LUYTRE_SOURCE_DIR "/categories/data/taxonomy.toml");
    ASSERT_TRUE(taxonomy) << taxonomy.error().message;
    taxonomy_ = std::move(*taxonomy);
    auto store = CategoryStore::open(scratch_.path() / "categories", lmdb::OpenMode::ReadWrite);
    ASSERT_TRUE(store) << store.error().message;
    store_.emplace(std::move(*store));
  }
  void import(const std::string& source, NameList list) {
    ASSERT_TRUE(store_->replace_source({.id = {}, .name = source, .format = "names"},
                                       {.names = std::move(list), .paths = {}, .prefixes = {}}));
  }
  CompiledIndex compile() {
    const auto compiled = compile_index(*store_, *taxonomy_, directory());
    EXPECT_TRUE(compiled) << compiled.error().message;
    return compiled ? *compiled : CompiledIndex{};
  }
  [[nodiscard]] fs::path directory() const { return scratch_.path() / "index"; }
  [[nodiscard]] std::set<std::string> files() const {
    std::set<std::string> names;
    for (const fs::directory_entry& file : fs::directory_iterator(directory())) {
      names.insert(file.path().filename().native());
    }
    return names;
  }

  luytre::test::ScratchDirectory scratch_;
  std::optional<categories::Taxonomy> taxonomy_;
  std::optional<CategoryStore> store_;
};

NameList one_name(const std::string& text) {
  NameList list;
  list.add({.name = *DomainName::from_text(text), .categories = CategorySet::of(CategoryId{16})});
  return list;
}

TEST_F(IndexFilesTest, WithoutAnIndexTheMessageSaysHowToMakeOne) {
  const auto missing = open_current_index(directory());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
  EXPECT_NE(missing.error().message.find("categories compile"), std::string::npos);
}

TEST_F(IndexFilesTest, CurrentNamesTheNewestAndThePreviousOneStays) {
  for (const char* text : {"a.test", "b.test", "c.test"}) {
    import("s", one_name(text));
    compile();
  }
  EXPECT_EQ(files(), (std::set<std::string>{"current", "index-2", "index-3"}));
  EXPECT_EQ(fs::read_symlink(directory() / "current"), "index-3");
  const auto index = open_current_index(directory());
  ASSERT_TRUE(index);
  EXPECT_EQ(index->serial(), 3U);
  EXPECT_EQ(index->name_count(), 1U);
}

TEST_F(IndexFilesTest, CompilingTheSameSerialAgainKeepsIt) {
  import("s", one_name("a.test"));
  compile();
  EXPECT_EQ(compile().serial, 1U);
  EXPECT_EQ(files(), (std::set<std::string>{"current", "index-1"}));
}

TEST_F(IndexFilesTest, WhatAKilledCompilerLeftBehindIsNoObstacle) {
  fs::create_directories(directory());
  fs::create_symlink("nowhere", directory() / "current.new");
  std::ofstream(directory() / "index-0") << "half an index";
  import("s", one_name("a.test"));
  compile();
  EXPECT_EQ(files(), (std::set<std::string>{"current", "index-1"}));
}

TEST_F(IndexFilesTest, AFolderThatCannotBeMadeIsNamed) {
  std::ofstream(scratch_.path() / "index") << "a file where the folder should be";
  const auto refused = compile_index(*store_, *taxonomy_, directory());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find(directory().native()), std::string::npos);
}

// A name of one to four labels over a small alphabet, so that lists and questions meet often.
DomainName random_name(std::mt19937& random) {
  std::string text;
  for (auto labels = 1 + random() % 4; labels > 0; --labels) {
    text += static_cast<char>('a' + random() % 3);
    text += '.';
  }
  return *DomainName::from_text(text);
}

TEST_F(IndexFilesTest, TheIndexAgreesWithTheStoreOnEveryName) {
  constexpr unsigned kSeed = 7;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  for (int round = 0; round < 12; ++round) {
    NameList list;
    for (auto left = random() % 60; left > 0; --left) {
      list.add(
          {.name = random_name(random),
           .reach = random() % 3 == 0 ? Reach::Exact : Reach::Subtree,
           .minimum_age = static_cast<std::uint8_t>(random() % 4 == 0 ? random() % 19 : 0),
           .categories = CategorySet::of(CategoryId{static_cast<std::uint8_t>(random() % 63)})});
    }
    import("source" + std::to_string(random() % 3), std::move(list));
    compile();
    const auto index = open_current_index(directory());
    ASSERT_TRUE(index);
    for (int question = 0; question < 400; ++question) {
      const DomainName name = random_name(random);
      const auto reference = store_->match(name, *taxonomy_);
      ASSERT_TRUE(reference);
      const NameMatch answer = index->lookup(name);
      ASSERT_EQ(answer.categories, reference->categories) << name.to_text();
      ASSERT_EQ(answer.matched_labels, reference->matched_labels) << name.to_text();
      ASSERT_EQ(answer.minimum_age, reference->minimum_age) << name.to_text();
    }
  }
}

}  // namespace
}  // namespace luytre::ctl
