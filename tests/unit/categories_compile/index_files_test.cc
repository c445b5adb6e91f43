// SPDX-License-Identifier: Apache-2.0
#include "categories/compile/index_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "store_fixture.h"
#include "support/child_process.h"

namespace luytre::categories {
namespace {

namespace fs = std::filesystem;

class IndexFilesTest : public StoreTest {
 protected:
  [[nodiscard]] std::set<std::string> files() const {
    std::set<std::string> names;
    for (const fs::directory_entry& file : fs::directory_iterator(directory())) {
      names.insert(file.path().filename().native());
    }
    return names;
  }
};

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

TEST_F(IndexFilesTest, ADamagedIndexIsReplacedByCompilingAgain) {
  import("s", one_name("a.test"));
  const fs::path file = compile().file;
  fs::resize_file(file, fs::file_size(file) - 1);
  EXPECT_FALSE(open_current_index(directory()));
  compile();
  EXPECT_TRUE(open_current_index(directory()));
}

TEST_F(IndexFilesTest, AFolderThatCannotBeMadeIsNamed) {
  std::ofstream(scratch_.path() / "index") << "a file where the folder should be";
  const auto refused = compile_index(*store_, *taxonomy_, directory());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find(directory().native()), std::string::npos);
}

TEST_F(IndexFilesTest, PathsAndPrefixesAreCompiledToo) {
  ListContent content;
  content.paths.push_back(
      {.path = *HostPath::from_text("a.test/bad"), .categories = CategorySet::of(CategoryId{16})});
  content.prefixes.push_back({.prefix = *IpPrefix::from_text("192.0.2.0/24"),
                              .minimum_age = 12,
                              .categories = CategorySet::of(CategoryId{3})});
  import("s", std::move(content));
  const CompiledIndex compiled = compile();
  EXPECT_EQ(compiled.names, 0U);
  EXPECT_EQ(compiled.paths, 1U);
  EXPECT_EQ(compiled.prefixes, 1U);
  const auto index = open_current_index(directory());
  ASSERT_TRUE(index);
  EXPECT_EQ(index->lookup_path(name("a.test"), "/bad/x").categories,
            CategorySet::of(CategoryId{16}));
  EXPECT_EQ(index->lookup_address(*IpAddress::from_text("192.0.2.9")).minimum_age, 12);
}

TEST_F(IndexFilesTest, OthersMayNotReadTheKeyOfTheHashes) {
  import("s", one_name("a.test"));
  const auto forbidden = fs::perms::others_all | fs::perms::group_write | fs::perms::group_exec;
  EXPECT_EQ(fs::status(compile().file).permissions() & forbidden, fs::perms::none);
}

TEST_F(IndexFilesTest, TheIndexAgreesWithTheStoreOnEveryName) {
  constexpr unsigned kSeed = 7;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  RandomLists random(kSeed);
  for (int round = 0; round < 12; ++round) {
    const unsigned source = random.below(3);
    import("source" + std::to_string(source), random.list(60),
           static_cast<std::uint16_t>(100 + source % 2));
    compile();
    const auto index = open_current_index(directory());
    ASSERT_TRUE(index);
    for (int question = 0; question < 400 && !HasFailure(); ++question) {
      const DomainName asked = random.next();
      const auto reference = store_->match(asked, *taxonomy_);
      ASSERT_TRUE(reference);
      expect_same(index->lookup(asked), *reference, asked);
    }
  }
}

// A compiler that compiles again and again and is killed at any moment. The processes that open the
// database are children, because a database must not be open across a fork.
class KilledCompiler : public IndexFilesTest {
 protected:
  void SetUp() override {
    IndexFilesTest::SetUp();
    import("large", numbered_names("test", 2000));
    compile();
    store_.reset();
  }
  // Imports a little and compiles, for ever; tells when it begins.
  int compile_for_ever(const luytre::test::ChildProcess::Signals& parent) {
    open_store();
    parent.send();
    for (int i = 0;; ++i) {
      import("small", one_name("s" + std::to_string(i) + ".test"));
      compile();
    }
  }
};

TEST_F(KilledCompiler, LeavesAWholeIndexInForce) {
  std::uint64_t before = 1;
  for (int round = 0; round < 15; ++round) {
    luytre::test::ChildProcess compiler([&](const luytre::test::ChildProcess::Signals& parent) {
      return compile_for_ever(parent);
    });
    ASSERT_TRUE(compiler.signals().wait());
    ::usleep(static_cast<useconds_t>(700 * round));  // any moment will do
    compiler.kill_now();
    const auto index = open_current_index(directory());
    ASSERT_TRUE(index) << index.error().message;
    EXPECT_GE(index->serial(), before);
    EXPECT_FALSE(index->lookup(name("n7.test")).categories.empty());
    before = index->serial();
  }
  open_store();
  compile();
  EXPECT_LE(files().size(), 3U);  // current, the new index and the one before
  EXPECT_FALSE(files().contains("current.new"));
}

}  // namespace
}  // namespace luytre::categories
