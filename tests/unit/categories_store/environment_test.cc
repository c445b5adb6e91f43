// SPDX-License-Identifier: Apache-2.0
#include "categories/lmdb/environment.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/child_process.h"
#include "support/scratch_directory.h"

namespace luytre::lmdb {
namespace {

constexpr std::size_t kSmallMap = std::size_t{256} << 10U;

Result<Environment> open_small(const std::filesystem::path& directory,
                               OpenMode mode = OpenMode::ReadWrite) {
  return Environment::open({.directory = directory, .mode = mode, .map_bytes = kSmallMap});
}

// A table "t" with one entry.
Database make_table(Environment& environment) {
  Database table{};
  const auto made = environment.write([&](WriteTransaction& transaction) -> Result<void> {
    const auto created = transaction.create_database("t");
    if (!created) {
      return Unexpected<Error>(created.error());
    }
    table = *created;
    return transaction.put(table, as_bytes("a"), as_bytes("1"));
  });
  EXPECT_TRUE(made) << made.error().message;
  return table;
}

TEST(Environment, WhatWasCommittedIsReadBack) {
  const test::ScratchDirectory scratch;
  auto environment = open_small(scratch.path() / "db");
  ASSERT_TRUE(environment) << environment.error().message;
  const Database table = make_table(*environment);
  const auto transaction = environment->read();
  ASSERT_TRUE(transaction);
  const auto value = transaction->get(table, as_bytes("a"));
  ASSERT_TRUE(value);
  EXPECT_EQ(as_text(*value), "1");
  EXPECT_FALSE(transaction->get(table, as_bytes("b")));
  EXPECT_EQ(transaction->entry_count(table), 1U);
}

// Whoever polls the id and then reads must find what the id announced, or it would wait for the next
// commit in vain.
TEST(Environment, WhatAnIdAnnouncesIsReadable) {
  const test::ScratchDirectory scratch;
  auto environment = open_small(scratch.path());
  ASSERT_TRUE(environment);
  const Database table = make_table(*environment);
  const auto value = [&] {
    return std::stoull(std::string(as_text(*environment->read()->get(table, as_bytes("a")))));
  };
  const std::uint64_t behind = environment->last_transaction_id() - value();
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 2; i < 1000; ++i) {
      const std::string text = std::to_string(i);
      EXPECT_TRUE(environment->write([&](WriteTransaction& transaction) {
        return transaction.put(table, as_bytes("a"), as_bytes(text));
      }));
    }
    done = true;
  });
  std::size_t missed = 0;
  while (!done) {
    const std::uint64_t announced = environment->last_transaction_id();
    missed += value() + behind < announced ? 1U : 0U;
  }
  writer.join();
  EXPECT_EQ(missed, 0U);
}

TEST(Environment, ATransactionWithoutCommitLeavesNothing) {
  const test::ScratchDirectory scratch;
  auto environment = open_small(scratch.path());
  ASSERT_TRUE(environment);
  const Database table = make_table(*environment);
  const std::uint64_t before = environment->last_transaction_id();
  {
    auto transaction = environment->write();
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(transaction->put(table, as_bytes("b"), as_bytes("2")));
  }
  EXPECT_EQ(environment->last_transaction_id(), before);
  EXPECT_FALSE(environment->read()->get(table, as_bytes("b")));
}

TEST(Environment, AReaderKeepsItsSnapshotWhileAWriterCommits) {
  const test::ScratchDirectory scratch;
  auto environment = open_small(scratch.path());
  ASSERT_TRUE(environment);
  const Database table = make_table(*environment);
  const auto old = environment->read();
  ASSERT_TRUE(old);
  const std::uint64_t before = environment->last_transaction_id();
  ASSERT_TRUE(environment->write([&](WriteTransaction& transaction) {
    return transaction.put(table, as_bytes("a"), as_bytes("2"));
  }));
  EXPECT_GT(environment->last_transaction_id(), before);
  EXPECT_EQ(as_text(*old->get(table, as_bytes("a"))), "1");
  EXPECT_EQ(as_text(*environment->read()->get(table, as_bytes("a"))), "2");
}

TEST(Environment, ScanAndLastFollowKeyOrder) {
  const test::ScratchDirectory scratch;
  auto environment = open_small(scratch.path());
  ASSERT_TRUE(environment);
  const Database table = make_table(*environment);
  ASSERT_TRUE(environment->write([&](WriteTransaction& transaction) -> Result<void> {
    for (const char* key : {"d", "b", "c"}) {
      if (auto done = transaction.put(table, as_bytes(key), as_bytes("")); !done) {
        return done;
      }
    }
    return {};
  }));
  const auto transaction = environment->read();
  std::string seen;
  ASSERT_TRUE(transaction->scan(table, as_bytes("b"), [&](Bytes key, Bytes) {
    seen += as_text(key);
    return seen.size() < 2;
  }));
  EXPECT_EQ(seen, "bc");
  EXPECT_EQ(as_text(transaction->last(table)->first), "d");
}

TEST(Environment, AppendOutOfOrderIsAConflictAndErasingNothingIsNot) {
  const test::ScratchDirectory scratch;
  auto environment = open_small(scratch.path());
  ASSERT_TRUE(environment);
  const Database table = make_table(*environment);
  auto transaction = environment->write();
  ASSERT_TRUE(transaction);
  EXPECT_TRUE(transaction->append(table, as_bytes("m"), as_bytes("")));
  const auto refused = transaction->append(table, as_bytes("c"), as_bytes(""));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_TRUE(transaction->erase(table, as_bytes("nothing")));
}

TEST(Environment, KeysUpToTheLimitAreStoredAndLongerOnesAreInvalid) {
  const test::ScratchDirectory scratch;
  auto environment = open_small(scratch.path());
  ASSERT_TRUE(environment);
  const Database table = make_table(*environment);
  auto transaction = environment->write();
  ASSERT_TRUE(transaction);
  const std::string longest(kMaxKeyBytes, 'k');
  EXPECT_TRUE(transaction->put(table, as_bytes(longest), as_bytes("")));
  const auto refused = transaction->put(table, as_bytes(longest + "k"), as_bytes(""));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Invalid);
  EXPECT_FALSE(transaction->put(table, as_bytes(""), as_bytes("")));
}

TEST(Environment, AFullMapIsNoSpaceAndGrowingMakesRoom) {
  const test::ScratchDirectory scratch;
  auto environment = open_small(scratch.path());
  ASSERT_TRUE(environment);
  const Database table = make_table(*environment);
  const std::string large(2 * kSmallMap, 'x');
  {
    auto transaction = environment->write();
    ASSERT_TRUE(transaction);
    const auto full = transaction->put(table, as_bytes("large"), as_bytes(large));
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, ErrorCode::NoSpace);
  }
  int attempts = 0;
  const auto stored = environment->write([&](WriteTransaction& transaction) {
    ++attempts;
    return transaction.put(table, as_bytes("large"), as_bytes(large));
  });
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_GT(attempts, 1);
  EXPECT_EQ(environment->read()->get(table, as_bytes("large"))->size(), large.size());
}

TEST(Environment, GrowingWaitsForReadersAndSaysThatItCannot) {
  const test::ScratchDirectory scratch;
  auto environment = open_small(scratch.path());
  ASSERT_TRUE(environment);
  const auto reader = environment->read();
  ASSERT_TRUE(reader);
  const auto refused = environment->grow();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Busy);
}

TEST(Environment, AReaderInAnotherProcessFollowsAMapThatGrew) {
  const test::ScratchDirectory scratch;
  const std::string large(8 * kSmallMap, 'x');
  {
    auto environment = open_small(scratch.path());
    ASSERT_TRUE(environment);
    make_table(*environment);
  }
  test::ChildProcess reader([&](const test::ChildProcess::Signals& signals) {
    auto environment = open_small(scratch.path(), OpenMode::ReadOnly);
    if (!environment) {
      return 10;
    }
    const auto table = environment->read()->open_database("t");
    signals.send();
    if (!signals.wait() || !table) {
      return 11;
    }
    const auto transaction = environment->read();
    if (!transaction) {
      return 12;
    }
    const auto value = transaction->get(*table, as_bytes("large"));
    return value && value->size() == large.size() ? 0 : 13;
  });
  ASSERT_TRUE(reader.signals().wait());
  auto environment = open_small(scratch.path());
  ASSERT_TRUE(environment);
  ASSERT_TRUE(environment->write([&](WriteTransaction& transaction) -> Result<void> {
    const auto table = transaction.open_database("t");
    return table ? transaction.put(*table, as_bytes("large"), as_bytes(large))
                 : Unexpected<Error>(table.error());
  }));
  reader.signals().send();
  EXPECT_EQ(reader.exit_code(), 0);
}

TEST(Environment, AKilledWriterLeavesTheLockAndTheDataUsable) {
  const test::ScratchDirectory scratch;
  {
    auto environment = open_small(scratch.path());
    ASSERT_TRUE(environment);
    make_table(*environment);
  }
  test::ChildProcess writer([&](const test::ChildProcess::Signals& signals) {
    auto environment = open_small(scratch.path());
    auto transaction = environment->write();
    const auto table = transaction->open_database("t");
    const bool put = table && transaction->put(*table, as_bytes("a"), as_bytes("lost"));
    signals.send();
    return signals.wait() && put ? 0 : 1;
  });
  ASSERT_TRUE(writer.signals().wait());
  writer.kill_now();
  auto environment = open_small(scratch.path());
  ASSERT_TRUE(environment);
  auto transaction = environment->write();
  ASSERT_TRUE(transaction) << transaction.error().message;
  const auto table = transaction->open_database("t");
  ASSERT_TRUE(table);
  EXPECT_EQ(as_text(*transaction->get(*table, as_bytes("a"))), "1");
}

TEST(Environment, OpeningTwiceInOneProcessIsRefusedUntilTheFirstIsClosed) {
  const test::ScratchDirectory scratch;
  {
    const auto first = open_small(scratch.path());
    ASSERT_TRUE(first);
    const auto second = open_small(scratch.path());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::Conflict);
  }
  EXPECT_TRUE(open_small(scratch.path()));
}

TEST(Environment, ReadingWhatNobodyMadeIsNotFoundAndMakesNothing) {
  const test::ScratchDirectory scratch;
  const auto missing = open_small(scratch.path() / "db", OpenMode::ReadOnly);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
  EXPECT_NE(missing.error().message.find((scratch.path() / "db").native()), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(scratch.path() / "db"));

  const auto empty = open_small(scratch.path(), OpenMode::ReadOnly);
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, ErrorCode::NotFound);
}

TEST(Environment, AFileThatIsNoDatabaseIsCorrupt) {
  const test::ScratchDirectory scratch;
  std::ofstream(scratch.path() / "data.mdb") << std::string(8192, 'x');
  const auto refused = open_small(scratch.path());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Corrupt);
}

TEST(Environment, TheGroupMayWriteTheLockFileAndNotTheData) {
  const test::ScratchDirectory scratch;
  const mode_t before = ::umask(0077);
  const auto environment = open_small(scratch.path() / "db");
  ::umask(before);
  ASSERT_TRUE(environment);
  struct stat status {};
  ASSERT_EQ(::stat((scratch.path() / "db" / "lock.mdb").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0660U);
  ASSERT_EQ(::stat((scratch.path() / "db" / "data.mdb").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U & ~0640U, 0U);
}

}  // namespace
}  // namespace luytre::lmdb
