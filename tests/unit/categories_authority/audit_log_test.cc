// SPDX-License-Identifier: Apache-2.0
#include "categories/authority/audit_log.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "support/scratch_directory.h"

namespace luytre::categories {
namespace {

class AuditLogTest : public ::testing::Test {
 protected:
  void add(const std::string& what) {
    ASSERT_TRUE(log_.append({.who = "alice", .at = {}, .reason = "Lý do \"x\"\n"}, what, "7",
                            {{"key", "value"}}));
  }
  [[nodiscard]] std::string text() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& text) const { std::ofstream(file_, std::ios::binary) << text; }

  luytre::test::ScratchDirectory scratch_;
  std::filesystem::path file_ = scratch_.path() / "log.jsonl";
  AuditLog log_{file_};
};

TEST_F(AuditLogTest, EveryLineFollowsFromTheOneBefore) {
  EXPECT_EQ(*log_.verify(), 0U);
  add("one");
  add("two");
  add("three");
  EXPECT_EQ(*log_.verify(), 3U);
}

TEST_F(AuditLogTest, NoticesEveryChangedOctetButTheLastLines) {
  add("one");
  add("two");
  const std::string whole = text();
  const std::size_t first = whole.find('\n');
  for (std::size_t i = 0; i <= first; ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    put(changed);
    EXPECT_FALSE(log_.verify()) << i;
    EXPECT_FALSE(log_.append({.who = "x", .at = {}, .reason = ""}, "y", "z")) << i;
  }
}

TEST_F(AuditLogTest, NoticesMissingAndAddedLines) {
  add("one");
  add("two");
  add("three");
  const std::string whole = text();
  const std::size_t first = whole.find('\n') + 1;
  const std::size_t second = whole.find('\n', first) + 1;
  put(whole.substr(first));
  EXPECT_FALSE(log_.verify());
  put(whole.substr(0, first) + whole.substr(second));
  EXPECT_FALSE(log_.verify());
  put(whole + whole.substr(second));
  EXPECT_FALSE(log_.verify());
}

TEST_F(AuditLogTest, ALineThatACrashHasCutGivesWayToTheNextOne) {
  add("one");
  const std::string one = text();
  add("two");
  const std::string two = text();
  for (std::size_t size = one.size() + 1; size < two.size(); ++size) {
    put(two.substr(0, size));
    EXPECT_FALSE(log_.verify()) << size;
    add("two");
    EXPECT_EQ(*log_.verify(), 2U) << size;
  }
}

}  // namespace
}  // namespace luytre::categories
