// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "categories/compile/index_files.h"
#include "categories/store/category_store.h"
#include "support/scratch_directory.h"

namespace luytre::categories {

// A store, empty at first, and the folder that indexes of it are compiled into.
class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto taxonomy = Taxonomy::load(LUYTRE_SOURCE_DIR "/categories/data/taxonomy.toml");
    ASSERT_TRUE(taxonomy) << taxonomy.error().message;
    taxonomy_ = std::move(*taxonomy);
    open_store();
  }
  void open_store() {
    auto store = CategoryStore::open(scratch_.path() / "categories", lmdb::OpenMode::ReadWrite);
    ASSERT_TRUE(store) << store.error().message;
    store_.emplace(std::move(*store));
  }
  // Removes the store and makes another one in its place.
  void make_store_anew() {
    store_.reset();
    std::filesystem::remove_all(scratch_.path() / "categories");
    open_store();
  }
  void import(const std::string& source, ListContent content, std::uint16_t priority = 100) {
    Source described;
    described.name = source;
    described.format = "names";
    described.priority = priority;
    const auto done = store_->replace_source(described, std::move(content));
    ASSERT_TRUE(done) << done.error().message;
  }
  void import(const std::string& source, NameList names) {
    import(source, ListContent{.names = std::move(names), .paths = {}, .prefixes = {}});
  }
  CompiledIndex compile() {
    const auto compiled = compile_index(*store_, *taxonomy_, directory());
    EXPECT_TRUE(compiled) << compiled.error().message;
    return compiled ? *compiled : CompiledIndex{};
  }
  [[nodiscard]] std::filesystem::path directory() const { return scratch_.path() / "index"; }

  luytre::test::ScratchDirectory scratch_;
  std::optional<Taxonomy> taxonomy_;
  std::optional<CategoryStore> store_;
};

inline DomainName name(const std::string& text) { return *DomainName::from_text(text); }

inline NameList one_name(const std::string& text, unsigned category = 16) {
  NameList list;
  list.add({.name = name(text),
            .categories = CategorySet::of(CategoryId{static_cast<std::uint8_t>(category)})});
  return list;
}

// "n0.<zone>" … "n<count-1>.<zone>"
inline NameList numbered_names(const std::string& zone, std::size_t count) {
  NameList list;
  for (std::size_t i = 0; i < count; ++i) {
    list.add({.name = name("n" + std::to_string(i) + "." + zone),
              .categories = CategorySet::of(CategoryId{16})});
  }
  return list;
}

// Names of one to four labels over a small alphabet, so that lists and questions meet often, with
// exceptions among them.
class RandomLists {
 public:
  explicit RandomLists(unsigned seed) : random_(seed) {}

  DomainName next() {
    std::string text;
    for (auto labels = 1 + below(4); labels > 0; --labels) {
      text += static_cast<char>('a' + below(3));
      text += '.';
    }
    return name(text);
  }
  ListContent list(unsigned most) {
    ListContent content;
    for (auto left = below(most); left > 0; --left) {
      ListedName listed;
      listed.name = next();
      listed.reach = below(3) == 0 ? Reach::Exact : Reach::Subtree;
      listed.polarity = below(5) == 0 ? Polarity::Withdraws : Polarity::Lists;
      listed.minimum_age = static_cast<std::uint8_t>(
          listed.polarity == Polarity::Lists && below(4) == 0 ? below(19) : 0);
      listed.categories = listed.polarity == Polarity::Withdraws && below(2) == 0
                              ? CategorySet()
                              : CategorySet::of(CategoryId{static_cast<std::uint8_t>(below(63))});
      content.names.add(listed);
    }
    return content;
  }
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_()) % bound; }

 private:
  std::mt19937 random_;
};

inline void expect_same(const NameMatch& answer, const NameMatch& expected,
                        const DomainName& question) {
  EXPECT_EQ(answer.categories.bits(), expected.categories.bits()) << question.to_text();
  EXPECT_EQ(answer.matched_labels, expected.matched_labels) << question.to_text();
  EXPECT_EQ(answer.minimum_age, expected.minimum_age) << question.to_text();
}

}  // namespace luytre::categories
