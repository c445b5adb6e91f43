// SPDX-License-Identifier: Apache-2.0
#include "steps.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "categories/compile/index_files.h"
#include "categories/compile/overlay.h"
#include "categories/index/layered_index.h"
#include "categories/store/category_store.h"
#include "common/must.h"
#include "common/name_generator.h"
#include "common/process_memory.h"
#include "common/stopwatch.h"

namespace luytre::bench {
namespace {

using categories::CategorySet;
using categories::CategoryStore;
using categories::DomainName;
using categories::Index;
using categories::LayeredIndex;
using categories::ListContent;
using categories::Taxonomy;

const NameGenerator kGenerator(20260824);
const categories::Source kSource = {.name = "bench", .format = "names"};
constexpr std::uint64_t kSamples = 100'000;

Taxonomy taxonomy() {
  return must(
      Taxonomy::load(std::filesystem::path(LUYTRE_SOURCE_DIR) / "categories/data/taxonomy.toml"));
}

CategorySet category() {
  static const CategorySet gambling = CategorySet::of(taxonomy().find("gambling")->id);
  return gambling;
}

DomainName listed(std::uint64_t number) { return must_name(kGenerator.listed(number)); }

void expect(bool holds, std::string_view what) {
  if (!holds) {
    give_up("Not as it should be: " + std::string(what) + ".");
  }
}

Taken taken(const Stopwatch& watch, std::size_t before) {
  return {.seconds = watch.wall(),
          .processor_seconds = watch.processor(),
          .before_bytes = static_cast<double>(before)};
}

void check_samples(const Index& index, std::uint64_t names) {
  expect(index.name_count() == names, "the number of names in the index");
  for (std::uint64_t i = 0; i < std::min(kSamples, names); ++i) {
    const std::uint64_t number = i * 7'919'999 % names;
    expect(index.lookup(must_name(kGenerator.hit(number))).categories == category(),
           "a listed name's answer");
    expect(index.lookup(must_name(kGenerator.miss(number))).categories.empty(),
           "an unlisted name's answer");
  }
}

}  // namespace

Taken LifeCycle::import() const {
  Stopwatch making;
  making.start();
  ListContent content;
  for (std::uint64_t number = 0; number < names_; ++number) {
    content.names.add({.name = listed(number), .categories = category()});
  }
  making.stop();
  const std::size_t before = resident_bytes();
  Stopwatch watch;
  watch.start();
  CategoryStore made = must(CategoryStore::open(store(), lmdb::OpenMode::ReadWrite));
  must(made.replace_source(kSource, std::move(content)));
  watch.stop();
  expect(must(made.name_count()) == names_, "the number of names in the database");
  Taken report = taken(watch, before);
  report.second_part = making.wall();
  report.result_bytes = static_cast<double>(std::filesystem::file_size(store() / "data.mdb"));
  return report;
}

Taken LifeCycle::compile() const {
  const Taxonomy words = taxonomy();
  const std::size_t before = resident_bytes();
  Stopwatch watch;
  watch.start();
  const CategoryStore opened = must(CategoryStore::open(store(), lmdb::OpenMode::ReadOnly));
  const auto compiled = must(categories::compile_index(opened, words, index()));
  watch.stop();
  expect(compiled.names == names_, "the number of compiled names");
  Taken report = taken(watch, before);
  report.result_bytes = static_cast<double>(compiled.bytes);
  return report;
}

Taken LifeCycle::open() const {
  const std::size_t before = resident_bytes();
  Stopwatch watch;
  watch.start();
  const Index opened = must(categories::open_current_index(index()));
  watch.stop();
  check_samples(opened, names_);
  Taken report = taken(watch, before);
  report.result_bytes = static_cast<double>(opened.memory_bytes());
  return report;
}

Taken LifeCycle::swap() const {
  const Index in_force = must(categories::open_current_index(index()));
  const std::size_t before = resident_bytes();
  forget_peak();
  Stopwatch watch;
  watch.start();
  const Index next = must(categories::open_current_index(index()));
  watch.stop();
  const std::size_t peak = peak_resident_bytes();
  check_samples(in_force, names_);
  check_samples(next, names_);
  Taken report = taken(watch, before);
  report.added_bytes = static_cast<double>(peak) - static_cast<double>(before);
  report.result_bytes = static_cast<double>(next.memory_bytes());
  return report;
}

Taken LifeCycle::overlay(std::uint64_t changed) const {
  const Taxonomy words = taxonomy();
  CategoryStore opened = must(CategoryStore::open(store(), lmdb::OpenMode::ReadWrite));
  const auto main = std::make_shared<const Index>(must(categories::open_current_index(index())));
  // Numbers that no other run of this step takes: it leaves its changes in the database.
  const std::uint64_t first = changed;
  CategoryStore::ListChanges changes;
  for (std::uint64_t i = 0; i < changed; ++i) {
    const bool is_new = i % 2 == 0;
    auto& names = is_new ? changes.added.names : changes.removed.names;
    names.add({.name = listed(is_new ? names_ + first + i : first + i), .categories = category()});
  }
  const std::size_t before = resident_bytes();
  Stopwatch commit;
  commit.start();
  must(opened.update_source(kSource, std::move(changes)));
  commit.stop();
  Stopwatch build;
  build.start();
  auto built = must(categories::build_overlay(opened, words, *main));
  expect(static_cast<bool>(built), "that the change fits an overlay");
  expect(built->index.has_value(), "that there is an overlay");
  const LayeredIndex layered(main, std::make_shared<const Index>(*std::move(built->index)));
  build.stop();
  for (std::uint64_t i = 0; i < changed; ++i) {
    const bool is_new = i % 2 == 0;
    const auto found = layered.lookup(listed(is_new ? names_ + first + i : first + i)).categories;
    // A name below another listed one stays listed by that.
    expect(is_new ? found == category() : found.empty() || listed(first + i).label_count() > 2,
           "the answer for a changed name");
  }
  Taken report = taken(commit, before);
  report.second_part = build.wall();
  report.result_bytes = static_cast<double>(layered.overlay()->memory_bytes());
  report.names = static_cast<double>(built->names);
  return report;
}

}  // namespace luytre::bench
