// SPDX-License-Identifier: Apache-2.0
#include "bench_world.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "categories/index/index_builder.h"
#include "common/name_generator.h"
#include "tests/support/scratch_directory.h"

namespace luytre::dataplane::bench {
namespace {

constexpr std::uint64_t kSeed = 20;

template <typename T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().message.c_str());
    std::exit(1);
  }
  return *std::move(result);
}

std::filesystem::path source(std::string_view path) {
  return std::filesystem::path(LUYTRE_SOURCE_DIR) / path;
}

categories::DomainName name_of(const std::string& text) {
  const auto name = categories::DomainName::from_text(text);
  if (!name) {
    std::fprintf(stderr, "%s is no name\n", text.c_str());
    std::exit(1);
  }
  return *name;
}

std::unique_ptr<categories::Index> make_index(const categories::Taxonomy& taxonomy,
                                              std::uint64_t name_count) {
  const auto set = categories::CategorySet::of(taxonomy.find("gambling")->id);
  categories::IndexBuilder builder(taxonomy, {0x9e3779b97f4a7c15U, kSeed});
  const luytre::bench::NameGenerator names(kSeed);
  for (std::uint64_t number = 0; number < name_count; ++number) {
    builder.add(name_of(names.listed(number)), {.exact = set, .subtree = set});
  }
  const test::ScratchDirectory folder;
  const auto written = builder.write(folder.path() / "index", 1);
  if (!written) {
    std::fprintf(stderr, "%s\n", written.error().message.c_str());
    std::exit(1);
  }
  return std::make_unique<categories::Index>(
      must(categories::Index::open(folder.path() / "index")));
}

std::unique_ptr<const policy::PolicySnapshot> make_policy(const policy::Preset& preset,
                                                          std::uint32_t line_count) {
  std::vector<policy::Line> lines(line_count);
  for (std::uint32_t number = 0; number < line_count; ++number) {
    lines[number].id = "line-" + std::to_string(number);
    lines[number].band = "b1";
    const std::array<std::uint8_t, 4> octets = {10, static_cast<std::uint8_t>(number >> 16U),
                                                static_cast<std::uint8_t>(number >> 8U),
                                                static_cast<std::uint8_t>(number)};
    lines[number].keys.emplace_back(
        categories::IpPrefix{.address = categories::IpAddress::v4(octets), .length = 32});
  }
  return must(policy::PolicySnapshot::compile(preset, lines, {}, {}));
}

}  // namespace

std::string listed_name(std::uint64_t number) {
  return luytre::bench::NameGenerator(kSeed).hit(number);
}
std::string unlisted_name(std::uint64_t number) {
  return luytre::bench::NameGenerator(kSeed).miss(number);
}

BenchWorld::BenchWorld(std::uint64_t name_count, std::uint32_t line_count)
    : name_count_(name_count),
      line_count_(line_count),
      taxonomy_(must(categories::Taxonomy::load(source("categories/data/taxonomy.toml")))),
      preset_(must(policy::Preset::load(source("policy/presets/vn.toml"), taxonomy_))),
      index_(make_index(taxonomy_, name_count)),
      policy_(make_policy(preset_, line_count)),
      category_names_(64) {
  for (const categories::Category& category : taxonomy_.categories()) {
    category_names_[static_cast<std::size_t>(category.id)] = category.name;
  }
}

}  // namespace luytre::dataplane::bench
