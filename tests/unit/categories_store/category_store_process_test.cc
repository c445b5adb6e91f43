// SPDX-License-Identifier: Apache-2.0
// What other processes see of a store: kill -9 in the middle of a replacement, and readers beside a
// writer.
#include <gtest/gtest.h>
#include <time.h>

#include <string>

#include "categories/store/category_store.h"
#include "lists.h"
#include "support/child_process.h"
#include "support/scratch_directory.h"

namespace luytre::categories {
namespace {

using luytre::test::ChildProcess;
using test::kGambling;
using test::kPorn;
using test::source;

constexpr int kNames = 40'000;

// The list that the store holds whole: "even" or "odd"; anything else is a torn replacement.
std::string whole_list(const CategoryStore& store) {
  int even = 0;
  int odd = 0;
  const auto scanned = store.scan([&](const Entry& entry) -> Result<void> {
    const std::string text = entry.name.to_text();
    (text.ends_with(".even.test") ? even : odd) += 1;
    return {};
  });
  if (!scanned) {
    return scanned.error().message;
  }
  if (even == kNames && odd == 0) {
    return "even";
  }
  if (odd == kNames && even == 0) {
    return "odd";
  }
  return "torn: " + std::to_string(even) + " even, " + std::to_string(odd) + " odd";
}

Result<Serial> replace(CategoryStore& store, bool even) {
  return store.replace_source(source("s"),
                              test::numbered_names(even ? "even.test" : "odd.test", kNames, kPorn));
}

void sleep_ms(long milliseconds) {
  const timespec span{.tv_sec = 0, .tv_nsec = milliseconds * 1'000'000};
  ::nanosleep(&span, nullptr);
}

TEST(CategoryStoreProcess, AKilledReplacementLeavesTheLastCommitWhole) {
  const luytre::test::ScratchDirectory scratch;
  {
    auto store = CategoryStore::open(scratch.path(), lmdb::OpenMode::ReadWrite);
    ASSERT_TRUE(store);
    ASSERT_TRUE(replace(*store, true));
  }
  for (const long delay_ms : {1L, 15L, 35L, 60L, 90L, 130L, 180L}) {
    SCOPED_TRACE("killed after " + std::to_string(delay_ms) + " ms");
    ChildProcess writer([&](const ChildProcess::Signals& signals) {
      auto store = CategoryStore::open(scratch.path(), lmdb::OpenMode::ReadWrite);
      if (!store) {
        return 1;
      }
      signals.send();
      for (bool even = false;; even = !even) {
        if (!replace(*store, even)) {
          return 2;
        }
      }
    });
    ASSERT_TRUE(writer.signals().wait());
    sleep_ms(delay_ms);
    writer.kill_now();

    auto store = CategoryStore::open(scratch.path(), lmdb::OpenMode::ReadWrite);
    ASSERT_TRUE(store) << store.error().message;
    const std::string left = whole_list(*store);
    EXPECT_TRUE(left == "even" || left == "odd") << left;
    const auto before = store->serial();
    ASSERT_TRUE(before);
    ASSERT_TRUE(replace(*store, true));
    EXPECT_EQ(whole_list(*store), "even");
    EXPECT_EQ(static_cast<std::uint64_t>(*store->serial()),
              static_cast<std::uint64_t>(*before) + 1);
  }
}

// The change from one version of the list to the other: half of it added, half removed.
Result<Serial> update(CategoryStore& store, bool even) {
  const auto names = [](bool of_even) {
    return test::numbered_names(of_even ? "even.test" : "odd.test", kNames, kPorn);
  };
  return store.update_source(source("s"), {.added = names(even), .removed = names(!even)});
}

TEST(CategoryStoreProcess, AKilledUpdateLeavesTheLastCommitWhole) {
  const luytre::test::ScratchDirectory scratch;
  {
    auto store = CategoryStore::open(scratch.path(), lmdb::OpenMode::ReadWrite);
    ASSERT_TRUE(store);
    ASSERT_TRUE(replace(*store, true));
  }
  for (const long delay_ms : {1L, 20L, 50L, 90L, 140L}) {
    SCOPED_TRACE("killed after " + std::to_string(delay_ms) + " ms");
    ChildProcess writer([&](const ChildProcess::Signals& signals) {
      auto store = CategoryStore::open(scratch.path(), lmdb::OpenMode::ReadWrite);
      if (!store) {
        return 1;
      }
      bool even = whole_list(*store) == "odd";
      signals.send();
      for (;; even = !even) {
        if (!update(*store, even)) {
          return 2;
        }
      }
    });
    ASSERT_TRUE(writer.signals().wait());
    sleep_ms(delay_ms);
    writer.kill_now();

    auto store = CategoryStore::open(scratch.path(), lmdb::OpenMode::ReadWrite);
    ASSERT_TRUE(store) << store.error().message;
    const std::string left = whole_list(*store);
    ASSERT_TRUE(left == "even" || left == "odd") << left;
    EXPECT_EQ(store->sources()->front().entry_count, std::uint64_t{kNames});
    ASSERT_TRUE(update(*store, left == "odd"));
    EXPECT_EQ(whole_list(*store), left == "odd" ? "even" : "odd");
  }
}

TEST(CategoryStoreProcess, AReaderBesideAWriterSeesWholeListsOnly) {
  const luytre::test::ScratchDirectory scratch;
  constexpr std::size_t kSmallMap = std::size_t{1}
                                    << 20U;  // the writer must grow it while the reader reads
  {
    auto store = CategoryStore::open(scratch.path(), lmdb::OpenMode::ReadWrite, kSmallMap);
    ASSERT_TRUE(store);
  }
  ChildProcess writer([&](const ChildProcess::Signals& signals) {
    auto store = CategoryStore::open(scratch.path(), lmdb::OpenMode::ReadWrite, kSmallMap);
    if (!store || !signals.wait()) {
      return 1;
    }
    for (int round = 0; round < 6; ++round) {
      if (!replace(*store, round % 2 == 0)) {
        return 2;
      }
    }
    return 0;
  });
  const auto store = CategoryStore::open(scratch.path(), lmdb::OpenMode::ReadOnly, kSmallMap);
  ASSERT_TRUE(store) << store.error().message;
  writer.signals().send();
  std::uint64_t serial = 0;
  int looks = 0;
  while (serial < 6 && looks < 2'000) {
    const auto now = store->serial();
    ASSERT_TRUE(now) << now.error().message;
    serial = static_cast<std::uint64_t>(*now);
    if (serial > 0) {
      const std::string seen = whole_list(*store);
      ASSERT_TRUE(seen == "even" || seen == "odd") << seen;
    }
    ++looks;
    sleep_ms(10);
  }
  EXPECT_EQ(serial, 6U);
  EXPECT_EQ(writer.exit_code(), 0);
}

}  // namespace
}  // namespace luytre::categories
