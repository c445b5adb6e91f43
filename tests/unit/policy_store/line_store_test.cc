// SPDX-License-Identifier: Apache-2.0
#include "policy/store/line_store.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "lines.h"
#include "support/child_process.h"
#include "support/scratch_directory.h"

namespace luytre::policy {
namespace {

using luytre::test::ChildProcess;

class LineStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = LineStore::open(scratch_.path() / "state", lmdb::OpenMode::ReadWrite);
    ASSERT_TRUE(store) << store.error().message;
    store_.emplace(std::move(*store));
  }
  static ErrorCode code_of(const Result<void>& result) {
    EXPECT_FALSE(result);
    return result ? ErrorCode::System : result.error().code;
  }

  luytre::test::ScratchDirectory scratch_;
  std::optional<LineStore> store_;
};

TEST_F(LineStoreTest, AStoredLineIsFoundWhole) {
  const Line line = test::full_line();
  ASSERT_TRUE(store_->add(line));
  const auto found = store_->find(line.id);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->keys, line.keys);
  EXPECT_EQ((*found)->overrides.size(), line.overrides.size());
  EXPECT_EQ((*found)->paused_until, line.paused_until);
  EXPECT_FALSE(*store_->find("other"));
  EXPECT_FALSE(*store_->find(""));
}

TEST_F(LineStoreTest, AnIdIsGivenOnce) {
  ASSERT_TRUE(store_->add(test::line("a", {})));
  EXPECT_EQ(code_of(store_->add(test::line("a", {}))), ErrorCode::Conflict);
  EXPECT_EQ(code_of(store_->add(test::line("not an id", {}))), ErrorCode::Invalid);
}

TEST_F(LineStoreTest, TwoLinesCannotClaimOneKeyAndTheMessageNamesTheOwner) {
  ASSERT_TRUE(store_->add(test::line("first", {"192.0.2.7", "vlan:20"})));
  const auto refused = store_->add(test::line("second", {"192.0.2.8", "192.0.2.7/32"}));
  EXPECT_EQ(code_of(refused), ErrorCode::Conflict);
  EXPECT_NE(refused.error().message.find("first"), std::string::npos);
  EXPECT_NE(refused.error().message.find("192.0.2.7"), std::string::npos);
  EXPECT_FALSE(*store_->find("second"));
  EXPECT_TRUE(store_->add(test::line("third", {"192.0.2.8"}))) << "a refused line keeps no key";
}

TEST_F(LineStoreTest, PrefixesOfDifferentLengthMayOverlap) {
  ASSERT_TRUE(store_->add(test::line("school", {"10.0.0.0/8"})));
  EXPECT_TRUE(store_->add(test::line("room", {"10.1.0.0/16"})));
}

TEST_F(LineStoreTest, OneLineWithAKeyTwiceIsInvalid) {
  EXPECT_EQ(code_of(store_->add(test::line("a", {"vlan:20", "vlan:20"}))), ErrorCode::Invalid);
}

TEST_F(LineStoreTest, UpdatingMovesTheKeys) {
  ASSERT_TRUE(store_->add(test::line("a", {"192.0.2.1", "192.0.2.2"})));
  ASSERT_TRUE(store_->update(test::line("a", {"192.0.2.2", "192.0.2.3"})));
  EXPECT_TRUE(store_->add(test::line("b", {"192.0.2.1"})));
  EXPECT_EQ(code_of(store_->add(test::line("c", {"192.0.2.3"}))), ErrorCode::Conflict);
  EXPECT_EQ(code_of(store_->update(test::line("nobody", {}))), ErrorCode::NotFound);
}

TEST_F(LineStoreTest, ARefusedEditChangesNothing) {
  ASSERT_TRUE(store_->add(test::line("a", {"192.0.2.1"})));
  ASSERT_TRUE(store_->add(test::line("b", {"192.0.2.2"})));
  const std::uint64_t version = store_->version();
  const auto taken = store_->edit("a", [](Line& line) -> Result<void> {
    line.keys = {test::key("192.0.2.3"), test::key("192.0.2.2")};
    return {};
  });
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::Conflict);
  const auto declined =
      store_->edit("a", [](Line&) -> Result<void> { return fail(ErrorCode::Invalid, "no"); });
  ASSERT_FALSE(declined);
  EXPECT_EQ(declined.error().message, "no");
  EXPECT_EQ((*store_->find("a"))->keys, std::vector<LineKey>{test::key("192.0.2.1")});
  EXPECT_EQ(store_->version(), version);
}

TEST_F(LineStoreTest, RemovingALineFreesItsKeys) {
  ASSERT_TRUE(store_->add(test::line("a", {"192.0.2.1"})));
  ASSERT_TRUE(store_->remove("a"));
  EXPECT_TRUE(store_->all()->empty());
  EXPECT_TRUE(store_->add(test::line("b", {"192.0.2.1"})));
  EXPECT_EQ(code_of(store_->remove("a")), ErrorCode::NotFound);
}

TEST_F(LineStoreTest, AllLinesComeById) {
  for (const char* id : {"c", "a", "b"}) {
    ASSERT_TRUE(store_->add(test::line(id, {})));
  }
  const auto lines = store_->all();
  ASSERT_TRUE(lines);
  std::string ids;
  for (const Line& line : *lines) {
    ids += line.id;
  }
  EXPECT_EQ(ids, "abc");
}

TEST_F(LineStoreTest, SettingsHaveDefaultsAndAreKept) {
  EXPECT_EQ(*store_->preset(), LineStore::kDefaultPreset);
  EXPECT_EQ(*store_->unknown_band(), "");
  ASSERT_TRUE(store_->set_preset("generic"));
  ASSERT_TRUE(store_->set_unknown_band("b1"));
  EXPECT_EQ(*store_->preset(), "generic");
  EXPECT_EQ(*store_->unknown_band(), "b1");
  ASSERT_TRUE(store_->set_unknown_band(""));
  EXPECT_EQ(*store_->unknown_band(), "");
}

TEST_F(LineStoreTest, TheJournalNamesTheLinesThatChanged) {
  ASSERT_TRUE(store_->add(test::line("a", {})));
  const auto before = store_->serial();
  ASSERT_TRUE(store_->add(test::line("b", {})));
  ASSERT_TRUE(store_->update(test::line("b", {"vlan:3"})));
  ASSERT_TRUE(store_->set_preset("generic"));
  EXPECT_EQ(**store_->changes_since(*before), (std::vector<std::string>{"", "b"}));
  EXPECT_TRUE((*store_->changes_since(*store_->serial()))->empty());
  EXPECT_FALSE(*store_->changes_since(*store_->serial() + 1));
}

TEST(LineStoreProcess, AReaderInAnotherProcessNoticesACommit) {
  const luytre::test::ScratchDirectory scratch;
  ChildProcess reader([&](const ChildProcess::Signals& signals) {
    if (!signals.wait()) {
      return 1;
    }
    const auto store = LineStore::open(scratch.path(), lmdb::OpenMode::ReadOnly);
    if (!store) {
      return 2;
    }
    const std::uint64_t before = store->version();
    signals.send();
    if (!signals.wait() || store->version() == before) {
      return 3;
    }
    const auto line = store->find("a");
    return line && *line ? 0 : 4;
  });
  auto store = LineStore::open(scratch.path(), lmdb::OpenMode::ReadWrite);
  ASSERT_TRUE(store);
  reader.signals().send();
  ASSERT_TRUE(reader.signals().wait());
  ASSERT_TRUE(store->add(test::line("a", {"192.0.2.1"})));
  reader.signals().send();
  EXPECT_EQ(reader.exit_code(), 0);
}

TEST(LineStoreProcess, ReadingAStoreThatNobodyMadeIsNotFound) {
  const luytre::test::ScratchDirectory scratch;
  const auto store = LineStore::open(scratch.path() / "state", lmdb::OpenMode::ReadOnly);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace luytre::policy
