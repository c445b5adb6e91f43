// SPDX-License-Identifier: Apache-2.0
#include "reloader.h"

#include <gtest/gtest.h>

#include <fstream>

#include "categories/compile/index_files.h"
#include "categories/index/index_builder.h"
#include "categories/store/category_store.h"
#include "tests/support/child_process.h"
#include "tests/support/scratch_directory.h"

namespace luytre::gateway {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = LUYTRE_SOURCE_DIR;

categories::Taxonomy taxonomy() {
  return *categories::Taxonomy::load(kSource / "categories/data/taxonomy.toml");
}

void write_index(const fs::path& file, std::uint64_t serial) {
  const auto words = taxonomy();
  categories::IndexBuilder builder(words, {1, 2});
  const auto set = categories::CategorySet::of(words.find("gambling")->id);
  builder.add(*categories::DomainName::from_text("casino.test"), {.exact = set, .subtree = set});
  ASSERT_TRUE(builder.write(file, serial));
}

void swap_link(const fs::path& link, const std::string& target) {
  fs::create_symlink(target, link.parent_path() / "beside");
  fs::rename(link.parent_path() / "beside", link);
}

// A data directory with an empty index folder, and a reloader on it.
class ReloaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto quiescence = port::Quiescence::create(1);
    ASSERT_TRUE(quiescence);
    quiescence_.emplace(std::move(*quiescence));
    fs::create_directories(scratch_.path() / "index");
  }

  void start(const fs::path& share_dir = kSource) {
    reloader_.emplace(Reloader::Places{.data_dir = scratch_.path(), .share_dir = share_dir},
                      taxonomy());
    world_.emplace(*quiescence_, reloader_->load());
  }
  // What a packet sees of the name casino.test.
  bool is_listed() const {
    const auto* index = world_->current().index;
    return index != nullptr &&
           !index->lookup(*categories::DomainName::from_text("casino.test")).categories.empty();
  }
  void publish_index(std::uint64_t serial) {
    const std::string name = "index-" + std::to_string(serial);
    write_index(scratch_.path() / "index" / name, serial);
    swap_link(current(), name);
  }
  fs::path current() const { return scratch_.path() / "index" / "current"; }
  std::uint64_t failures(ReloadPart part) const {
    return reloader_->status().failures[static_cast<std::size_t>(part)];
  }

  test::ScratchDirectory scratch_;
  std::optional<port::Quiescence> quiescence_;
  std::optional<Reloader> reloader_;
  std::optional<WorldSwitch> world_;
};

TEST_F(ReloaderTest, AnEmptyDirectoryFiltersNothingAndSaysSo) {
  start();
  EXPECT_EQ(world_->current().index, nullptr);
  EXPECT_EQ(world_->current().policy, nullptr);
  EXPECT_FALSE(reloader_->status().index_loaded);
  EXPECT_FALSE(reloader_->status().policy_loaded);
  EXPECT_EQ(failures(ReloadPart::Index), 0U);
  EXPECT_EQ(failures(ReloadPart::Policy), 0U);
  EXPECT_EQ(world_->current().category_names.size(), 64U);
  EXPECT_EQ(world_->current().category_names[13], "porn");
}

TEST_F(ReloaderTest, AnIndexThatAppearsIsTakenUp) {
  start();
  publish_index(7);
  reloader_->poll(*world_);
  EXPECT_TRUE(is_listed());
  EXPECT_EQ(reloader_->status().index_serial, 7U);
  EXPECT_EQ(reloader_->status().index_names, 1U);
}

TEST_F(ReloaderTest, ANewerIndexReplacesTheOldOne) {
  publish_index(7);
  start();
  const auto* before = &world_->current();
  reloader_->poll(*world_);
  EXPECT_EQ(&world_->current(), before) << "nothing changed";
  publish_index(8);
  reloader_->poll(*world_);
  EXPECT_NE(&world_->current(), before);
  EXPECT_EQ(reloader_->status().index_serial, 8U);
}

TEST_F(ReloaderTest, ADamagedIndexIsRefusedOnceAndTheOldOneStays) {
  publish_index(7);
  start();
  const fs::path broken = scratch_.path() / "index" / "index-8";
  write_index(broken, 8);
  fs::resize_file(broken, fs::file_size(broken) - 1);
  swap_link(current(), "index-8");
  for (int i = 0; i < 3; ++i) {
    reloader_->poll(*world_);
  }
  EXPECT_TRUE(is_listed());
  EXPECT_EQ(reloader_->status().index_serial, 7U);
  EXPECT_EQ(failures(ReloadPart::Index), 1U);

  publish_index(9);
  reloader_->poll(*world_);
  EXPECT_EQ(reloader_->status().index_serial, 9U);
  EXPECT_EQ(failures(ReloadPart::Index), 1U);
}

TEST_F(ReloaderTest, AnIndexThatGoesAwayStaysInForce) {
  publish_index(7);
  start();
  fs::remove(current());
  fs::remove(scratch_.path() / "index" / "index-7");
  reloader_->poll(*world_);
  EXPECT_TRUE(is_listed());
  swap_link(current(), "nowhere");
  reloader_->poll(*world_);
  EXPECT_TRUE(is_listed());
  EXPECT_EQ(failures(ReloadPart::Index), 0U);
}

// Lines are written by another process, as in life: LMDB lets each process open an environment
// once.
class ReloaderPolicyTest : public ReloaderTest {
 protected:
  using Change = std::function<Result<void>(policy::LineStore&)>;

  void commit(const Change& change) {
    test::ChildProcess writer([&](const test::ChildProcess::Signals&) {
      auto store = policy::LineStore::open(scratch_.path() / "state", lmdb::OpenMode::ReadWrite);
      return store && change(*store) ? 0 : 1;
    });
    ASSERT_EQ(writer.exit_code(), 0);
  }
  static policy::Line line(const std::string& id, const std::string& key, const std::string& band) {
    return {.id = id,
            .keys = {*policy::parse_line_key(key)},
            .band = band,
            .paused_until = {},
            .overrides = {}};
  }
  const policy::Profile* profile(const std::string& id) const {
    const auto* policy = world_->current().policy;
    return policy == nullptr ? nullptr : policy->find_line(id);
  }
};

TEST_F(ReloaderPolicyTest, LinesAreTakenUpWithTheirChanges) {
  commit([](auto& store) { return store.add(line("anh", "10.0.0.9", "b1")); });
  start();
  ASSERT_NE(profile("anh"), nullptr);
  EXPECT_EQ(profile("anh")->band().id, "b1");
  EXPECT_EQ(reloader_->status().lines, 1U);
  const auto version = reloader_->status().policy_version;

  commit([](auto& store) { return store.add(line("binh", "10.0.0.10", "b2")); });
  reloader_->poll(*world_);
  ASSERT_NE(profile("binh"), nullptr);
  EXPECT_EQ(reloader_->status().lines, 2U);
  EXPECT_GT(reloader_->status().policy_version, version);

  commit([](auto& store) { return store.remove("anh"); });
  reloader_->poll(*world_);
  EXPECT_EQ(profile("anh"), nullptr);
  EXPECT_EQ(failures(ReloadPart::Policy), 0U);
}

TEST_F(ReloaderPolicyTest, APolicyThatCannotBeUsedIsRefusedOnceAndTheOldOneStays) {
  commit([](auto& store) { return store.add(line("anh", "10.0.0.9", "b1")); });
  start();
  commit([](auto& store) { return store.set_preset("atlantis"); });
  for (int i = 0; i < 3; ++i) {
    reloader_->poll(*world_);
  }
  EXPECT_NE(profile("anh"), nullptr);
  EXPECT_EQ(failures(ReloadPart::Policy), 1U);

  commit([](auto& store) { return store.set_preset("vn"); });
  reloader_->poll(*world_);
  EXPECT_NE(profile("anh"), nullptr);
  EXPECT_EQ(failures(ReloadPart::Policy), 1U);
}

TEST_F(ReloaderPolicyTest, APauseEndsByItself) {
  const auto end = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) +
                   std::chrono::seconds(2);
  commit([&](auto& store) {
    auto paused = line("anh", "10.0.0.9", "b1");
    paused.paused_until = end;
    return store.add(paused);
  });
  start();
  ASSERT_NE(profile("anh"), nullptr);
  EXPECT_EQ(profile("anh")->pause(), policy::Profile::Pause::Paused);
  while (std::chrono::system_clock::now() < end) {
    usleep(20'000);
  }
  reloader_->poll(*world_);
  EXPECT_EQ(profile("anh")->pause(), policy::Profile::Pause::Running);
}

TEST_F(ReloaderPolicyTest, ADatabaseThatAppearsLaterIsTakenUp) {
  start();
  EXPECT_EQ(world_->current().policy, nullptr);
  commit([](auto& store) { return store.add(line("anh", "10.0.0.9", "b1")); });
  for (int i = 0; i < 40 && world_->current().policy == nullptr; ++i) {
    reloader_->poll(*world_);
    usleep(50'000);
  }
  EXPECT_NE(profile("anh"), nullptr);
}

// Lists in a real database, which another process writes and compiles.
class ReloaderListsTest : public ReloaderTest {
 protected:
  using Change = std::function<Result<void>(categories::CategoryStore&)>;

  void in_another_process(const Change& change) {
    test::ChildProcess writer([&](const test::ChildProcess::Signals&) {
      auto store = categories::CategoryStore::open(store_dir(), lmdb::OpenMode::ReadWrite);
      const auto done = store ? change(*store) : Unexpected<Error>(store.error());
      if (!done) {
        std::fprintf(stderr, "%s\n", done.error().message.c_str());
      }
      return done ? 0 : 1;
    });
    ASSERT_EQ(writer.exit_code(), 0);
  }
  // The source says that these names are gambling, and these pages.
  static Change says(const std::string& source, const std::vector<std::string>& names,
                     const std::vector<std::string>& pages = {}) {
    return [=](categories::CategoryStore& store) -> Result<void> {
      const auto set = categories::CategorySet::of(categories::CategoryId{16});
      categories::ListContent content;
      for (const std::string& name : names) {
        content.names.add({.name = *categories::DomainName::from_text(name), .categories = set});
      }
      for (const std::string& page : pages) {
        content.paths.push_back(
            {.path = *categories::HostPath::from_text(page), .categories = set});
      }
      categories::Source described;
      described.name = source;
      described.format = "names";
      const auto serial = store.replace_source(described, std::move(content));
      return serial ? Result<void>{} : Unexpected<Error>(serial.error());
    };
  }
  void import(const std::string& source, const std::vector<std::string>& names,
              const std::vector<std::string>& pages = {}) {
    in_another_process(says(source, names, pages));
  }
  void compile() {
    in_another_process([&](categories::CategoryStore& store) -> Result<void> {
      const auto compiled = compile_index(store, taxonomy(), scratch_.path() / "index");
      return compiled ? Result<void>{} : Unexpected<Error>(compiled.error());
    });
  }
  void poll() { reloader_->poll(*world_); }
  bool is_listed(const std::string& name) const {
    const auto* index = world_->current().index;
    return index != nullptr &&
           !index->lookup(*categories::DomainName::from_text(name)).categories.empty();
  }
  fs::path store_dir() const { return scratch_.path() / "categories"; }
  ReloadStatus status() const { return reloader_->status(); }
};

TEST_F(ReloaderListsTest, AChangeIsInForceWithoutCompilingAndSoIsItsRemoval) {
  import("national", {"old.test"});
  compile();
  start();
  EXPECT_TRUE(is_listed("old.test"));
  EXPECT_EQ(status().list_serial, 1U);
  EXPECT_EQ(status().overlay_names, 0U);

  import("urgent", {"new.test"});
  poll();
  EXPECT_TRUE(is_listed("www.new.test"));
  EXPECT_TRUE(is_listed("old.test"));
  EXPECT_EQ(status().index_serial, 1U);
  EXPECT_EQ(status().list_serial, 2U);
  EXPECT_EQ(status().overlay_names, 1U);
  EXPECT_FALSE(status().lists_behind);

  import("urgent", {});
  import("national", {});
  poll();
  EXPECT_FALSE(is_listed("new.test"));
  EXPECT_FALSE(is_listed("old.test"));
  EXPECT_EQ(status().list_serial, 4U);
  EXPECT_EQ(failures(ReloadPart::Overlay), 0U);
}

TEST_F(ReloaderListsTest, NothingIsPublishedWhenNothingChanged) {
  import("national", {"old.test"});
  compile();
  import("urgent", {"new.test"});
  start();
  EXPECT_TRUE(is_listed("new.test"));
  const auto* before = &world_->current();
  poll();
  EXPECT_EQ(&world_->current(), before);
}

TEST_F(ReloaderListsTest, ANewerIndexTakesTheChangesOver) {
  import("national", {"old.test"});
  compile();
  start();
  import("urgent", {"new.test"});
  poll();
  compile();
  poll();
  EXPECT_TRUE(is_listed("new.test"));
  EXPECT_EQ(status().index_serial, 2U);
  EXPECT_EQ(status().list_serial, 2U);
  EXPECT_EQ(status().overlay_names, 0U);
  EXPECT_EQ(world_->current().index->overlay(), nullptr);
}

// The database moved on while the index was being compiled: names do not change back for a moment.
TEST_F(ReloaderListsTest, AnIndexOlderThanTheChangesKeepsThem) {
  import("national", {"old.test"});
  compile();
  start();
  import("national", {"old.test", "second.test"});
  compile();
  import("urgent", {"new.test"});
  poll();
  EXPECT_EQ(status().index_serial, 2U);
  EXPECT_EQ(status().list_serial, 3U);
  EXPECT_EQ(status().overlay_names, 1U);
  for (const char* name : {"old.test", "second.test", "new.test"}) {
    EXPECT_TRUE(is_listed(name)) << name;
  }
}

TEST_F(ReloaderListsTest, ChangedPathsWaitForACompilationAndNamesDoNot) {
  import("national", {"old.test"});
  compile();
  start();
  import("urgent", {"new.test"}, {"pages.test/bad"});
  poll();
  const auto pages = *categories::DomainName::from_text("pages.test");
  EXPECT_TRUE(is_listed("new.test"));
  EXPECT_TRUE(status().lists_behind);
  EXPECT_TRUE(world_->current().index->lookup_path(pages, "/bad").categories.empty());
  compile();
  poll();
  EXPECT_FALSE(status().lists_behind);
  EXPECT_FALSE(world_->current().index->lookup_path(pages, "/bad").categories.empty());
}

TEST_F(ReloaderListsTest, AChangeThatIsTooLargeWaitsForACompilation) {
  import("national", {"old.test"});
  compile();
  start();
  import("urgent", {"new.test"});
  poll();
  std::vector<std::string> many;
  for (int i = 0; i <= 10'000; ++i) {
    many.push_back("n" + std::to_string(i) + ".many.test");
  }
  import("large", many);
  poll();
  EXPECT_TRUE(status().lists_behind);
  EXPECT_EQ(status().list_serial, 2U);
  EXPECT_TRUE(is_listed("old.test"));
  EXPECT_TRUE(is_listed("new.test"));  // in force before, and still
  EXPECT_FALSE(is_listed("n1.many.test"));
  EXPECT_EQ(failures(ReloadPart::Overlay), 0U);
  compile();
  poll();
  EXPECT_FALSE(status().lists_behind);
  EXPECT_EQ(status().list_serial, 3U);
  EXPECT_TRUE(is_listed("n1.many.test"));
}

TEST_F(ReloaderListsTest, AStoreMadeAnewIsFollowedFromItsFirstIndexOn) {
  import("national", {"old.test"});
  compile();
  start();
  import("urgent", {"new.test"});
  poll();
  fs::remove_all(store_dir());
  import("national", {"other.test"});
  import("national", {"another.test"});
  poll();
  EXPECT_TRUE(status().lists_behind);
  EXPECT_TRUE(is_listed("old.test"));
  EXPECT_TRUE(is_listed("new.test"));
  EXPECT_FALSE(is_listed("another.test"));
  compile();
  poll();
  EXPECT_FALSE(status().lists_behind);
  EXPECT_TRUE(is_listed("another.test"));
  EXPECT_FALSE(is_listed("old.test"));
  EXPECT_FALSE(is_listed("new.test"));
}

TEST_F(ReloaderListsTest, AnIndexWithoutItsStoreIsInForceAlone) {
  import("national", {"old.test"});
  compile();
  fs::remove_all(store_dir());
  start();
  poll();
  EXPECT_TRUE(is_listed("old.test"));
  EXPECT_EQ(status().list_serial, 1U);
  EXPECT_FALSE(status().lists_behind);
  EXPECT_EQ(failures(ReloadPart::Overlay), 0U);
}

TEST_F(ReloaderListsTest, ADatabaseThatCannotBeReadIsRefusedOnceAndTheIndexStays) {
  import("national", {"old.test"});
  compile();
  std::ofstream(store_dir() / "data.mdb", std::ios::binary | std::ios::trunc) << "no database";
  start();
  for (int i = 0; i < 3; ++i) {
    poll();
  }
  EXPECT_TRUE(is_listed("old.test"));
  EXPECT_EQ(failures(ReloadPart::Overlay), 1U);
}

TEST_F(ReloaderListsTest, AListThatAppearsBeforeItsIndexWaitsForIt) {
  start();
  import("national", {"old.test"});
  poll();
  EXPECT_EQ(world_->current().index, nullptr);
  EXPECT_FALSE(status().index_loaded);
  compile();
  poll();
  EXPECT_TRUE(is_listed("old.test"));
}

}  // namespace
}  // namespace luytre::gateway
