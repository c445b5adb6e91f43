// SPDX-License-Identifier: Apache-2.0
// A full disk, damaged values and databases of other formats.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_order.h"
#include "categories/store/category_store.h"
#include "lists.h"
#include "support/scratch_directory.h"

namespace luytre::categories {
namespace {

using test::kPorn;
using test::ListBuilder;
using test::name;
using test::set_of;
using test::source;

// Needs CAP_SYS_ADMIN; is_there() says whether it worked.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& options) {
    is_there_ = ::mount("tmpfs", scratch_.path().c_str(), "tmpfs", 0, options.c_str()) == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  SmallDisk(SmallDisk&&) = delete;
  SmallDisk& operator=(SmallDisk&&) = delete;
  ~SmallDisk() {
    if (is_there_) {
      ::umount2(scratch_.path().c_str(), MNT_DETACH);
    }
  }
  [[nodiscard]] bool is_there() const noexcept { return is_there_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return scratch_.path(); }

 private:
  luytre::test::ScratchDirectory scratch_;
  bool is_there_ = false;
};

TEST(CategoryStoreFaults, AFullDiskIsSaidAndTheLastCommitStays) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "mounting a small disk needs root";
  }
  const SmallDisk disk("size=4m");
  ASSERT_TRUE(disk.is_there()) << "cannot mount a tmpfs";
  {
    auto store = CategoryStore::open(disk.path(), lmdb::OpenMode::ReadWrite);
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE(store->replace_source(source("s"), test::numbered_names("a.test", 1'000, kPorn)));
    const auto full =
        store->replace_source(source("t"), test::numbered_names("b.test", 200'000, kPorn));
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, ErrorCode::System);
    EXPECT_NE(full.error().message.find("the disk is full"), std::string::npos)
        << full.error().message;
    EXPECT_EQ(*store->serial(), Serial{1});
    EXPECT_EQ(*store->name_count(), 1'000U);
    // What fits is stored all the same.
    ASSERT_TRUE(store->replace_source(source("s"), test::numbered_names("c.test", 500, kPorn)));
  }
  const auto store = CategoryStore::open(disk.path(), lmdb::OpenMode::ReadOnly);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(*store->serial(), Serial{2});
  EXPECT_EQ(*store->name_count(), 500U);
}

class DamagedStore : public ::testing::Test {
 protected:
  void SetUp() override {
    auto taxonomy = Taxonomy::load(LUYTRE_SOURCE_DIR "/categories/data/taxonomy.toml");
    ASSERT_TRUE(taxonomy) << taxonomy.error().message;
    taxonomy_ = std::move(*taxonomy);
    auto store = CategoryStore::open(scratch_.path(), lmdb::OpenMode::ReadWrite);
    ASSERT_TRUE(store);
    for (const char* from : {"s", "t"}) {
      ASSERT_TRUE(store->replace_source(source(from), list().list()));
    }
  }
  static ListBuilder list() {
    return ListBuilder()
        .subtree("a.test", kPorn)
        .with_terms("b.test", kPorn, {.legal_ref = {}, .expires = 1'900'000'000})
        .path("a.test/x", set_of({kPorn}))
        .prefix("192.0.2.0/24", set_of({kPorn}));
  }
  // Changes one table behind the store's back.
  void edit(const char* table,
            const std::function<void(lmdb::WriteTransaction&, lmdb::Database)>& change) {
    auto environment =
        lmdb::Environment::open({.directory = scratch_.path(), .mode = lmdb::OpenMode::ReadWrite});
    ASSERT_TRUE(environment) << environment.error().message;
    ASSERT_TRUE(environment->write([&](lmdb::WriteTransaction& transaction) -> Result<void> {
      const auto opened = transaction.open_database(table);
      EXPECT_TRUE(opened);
      change(transaction, *opened);
      return {};
    }));
  }
  void damage_first_value(const char* table) {
    edit(table, [](lmdb::WriteTransaction& transaction, lmdb::Database database) {
      std::vector<std::uint8_t> key;
      std::vector<std::uint8_t> value;
      ASSERT_TRUE(transaction.scan(database, {}, [&](lmdb::Bytes k, lmdb::Bytes v) {
        key.assign(k.begin(), k.end());
        value.assign(v.begin(), v.end());
        return false;
      }));
      value.pop_back();
      ASSERT_TRUE(transaction.put(database, key, value));
    });
  }
  [[nodiscard]] CategoryStore open() const {
    auto store = CategoryStore::open(scratch_.path(), lmdb::OpenMode::ReadWrite);
    EXPECT_TRUE(store);
    return std::move(*store);
  }
  template <typename Value>
  static void expect_corrupt(const Result<Value>& result) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::Corrupt);
  }

  luytre::test::ScratchDirectory scratch_;
  std::optional<Taxonomy> taxonomy_;
};

TEST_F(DamagedStore, ADamagedStatementIsCorruptWhereverItIsRead) {
  damage_first_value("names");
  CategoryStore store = open();
  expect_corrupt(store.scan([](const Entry&) -> Result<void> { return {}; }));
  expect_corrupt(store.covering(name("w.a.test")));
  expect_corrupt(store.match(name("w.a.test"), *taxonomy_));
  expect_corrupt(store.name_count());
  expect_corrupt(store.replace_source(source("s"), list().list()));
  expect_corrupt(store.update_source(
      source("s"), {.added = ListBuilder().subtree("a.test", kPorn).list(), .removed = {}}));
  const MergedVisitor visitor = {
      .name = [](const DomainName&, const MergedEntry&) -> Result<void> { return {}; },
      .path = {},
      .prefix = {}};
  const std::vector<DomainName> around = {name("w.a.test")};
  expect_corrupt(store.scan_merged(*taxonomy_, visitor));
  expect_corrupt(store.scan_merged_around(*taxonomy_, around, 10, visitor));
}

TEST_F(DamagedStore, DamagedPathsAndPrefixesAreCorrupt) {
  damage_first_value("paths");
  damage_first_value("prefixes");
  const CategoryStore store = open();
  expect_corrupt(store.covering_paths(name("a.test"), "/x"));
  expect_corrupt(store.scan_paths([](const PathEntry&) -> Result<void> { return {}; }));
  expect_corrupt(store.covering_prefixes(*IpAddress::from_text("192.0.2.1")));
  expect_corrupt(store.scan_prefixes([](const PrefixEntry&) -> Result<void> { return {}; }));
}

TEST_F(DamagedStore, ADamagedSourceIsCorrupt) {
  damage_first_value("sources");
  CategoryStore store = open();
  expect_corrupt(store.sources());
  expect_corrupt(store.remove_source("s"));
  expect_corrupt(store.scan([](const Entry&) -> Result<void> { return {}; }));
}

TEST_F(DamagedStore, ADamagedTableOfEndsIsCorrupt) {
  damage_first_value("expiry");
  CategoryStore store = open();
  expect_corrupt(store.expire(std::chrono::sys_seconds(std::chrono::seconds(1'950'000'000))));
  EXPECT_EQ(*store.serial(), Serial{2});
}

// An end of a subject that has none would come again and again.
TEST_F(DamagedStore, AnEndThatEndsNothingIsCorrupt) {
  edit("names", [](lmdb::WriteTransaction& transaction, lmdb::Database database) {
    ASSERT_TRUE(transaction.clear(database));
  });
  CategoryStore store = open();
  expect_corrupt(store.expire(std::chrono::sys_seconds(std::chrono::seconds(1'950'000'000))));
}

TEST_F(DamagedStore, AnotherFormatIsRefusedWithWhatToDoAndLeftAsItIs) {
  const std::vector<std::pair<std::uint64_t, const char*>> formats = {
      {1, "import the lists again"}, {3, "use the program that wrote it"}};
  for (const auto& [format, advice] : formats) {
    edit("meta", [format = format](lmdb::WriteTransaction& transaction, lmdb::Database meta) {
      std::array<std::uint8_t, 8> value{};
      store_be64(value.data(), format);
      ASSERT_TRUE(transaction.put(meta, lmdb::as_bytes("format"), value));
    });
    for (const lmdb::OpenMode mode : {lmdb::OpenMode::ReadOnly, lmdb::OpenMode::ReadWrite}) {
      const auto refused = CategoryStore::open(scratch_.path(), mode);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().code, ErrorCode::Invalid);
      EXPECT_NE(refused.error().message.find(advice), std::string::npos) << refused.error().message;
    }
  }
}

// The first format had no tables of paths, prefixes and ends.
TEST(CategoryStoreFaults, ADatabaseOfTheFirstFormatIsRefusedBeforeATableIsMissed) {
  const luytre::test::ScratchDirectory scratch;
  {
    auto environment =
        lmdb::Environment::open({.directory = scratch.path(), .mode = lmdb::OpenMode::ReadWrite});
    ASSERT_TRUE(environment);
    ASSERT_TRUE(environment->write([](lmdb::WriteTransaction& transaction) -> Result<void> {
      const auto meta = transaction.create_database("meta");
      if (!meta) {
        return Unexpected<Error>(meta.error());
      }
      std::array<std::uint8_t, 8> one{};
      store_be64(one.data(), 1);
      return transaction.put(*meta, lmdb::as_bytes("format"), one);
    }));
  }
  for (const lmdb::OpenMode mode : {lmdb::OpenMode::ReadWrite, lmdb::OpenMode::ReadOnly}) {
    const auto refused = CategoryStore::open(scratch.path(), mode);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Invalid);
    EXPECT_NE(refused.error().message.find("earlier version"), std::string::npos);
  }
}

}  // namespace
}  // namespace luytre::categories
