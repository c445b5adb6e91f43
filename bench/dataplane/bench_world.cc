// SPDX-License-Identifier: Apache-2.0
#include "bench_world.h"

#include <array>
#include <string_view>

#include "categories/index/index_builder.h"
#include "common/must.h"
#include "common/name_generator.h"
#include "tests/support/scratch_directory.h"

namespace luytre::dataplane::bench {
namespace {

using luytre::bench::must;
using luytre::bench::must_name;

constexpr std::uint64_t kSeed = 20;
const luytre::bench::NameGenerator kGenerator(kSeed);

std::filesystem::path source(std::string_view path) {
  return std::filesystem::path(LUYTRE_SOURCE_DIR) / path;
}

std::shared_ptr<const policy::PolicySnapshot> compile_lines(const policy::Preset& preset,
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

NameSet listed_names(std::uint64_t count) {
  return {.size = count,
          .name = [](std::uint64_t number) { return must_name(kGenerator.listed(number)); },
          .category = {}};
}
std::string listed_name(std::uint64_t number) { return kGenerator.hit(number); }
std::string unlisted_name(std::uint64_t number) { return kGenerator.miss(number); }

BenchPolicy::BenchPolicy(std::uint32_t line_count)
    : line_count_(line_count),
      taxonomy_(must(categories::Taxonomy::load(source("categories/data/taxonomy.toml")))),
      preset_(must(policy::Preset::load(source("policy/presets/vn.toml"), taxonomy_))),
      snapshot_(compile_lines(preset_, line_count)),
      category_names_(64) {
  for (const categories::Category& category : taxonomy_.categories()) {
    category_names_[static_cast<std::size_t>(category.id)] = category.name;
  }
}

void BenchPolicy::write_index(const NameSet& list, const std::filesystem::path& file,
                              std::uint64_t serial) const {
  const auto set = categories::CategorySet::of(taxonomy_.find("gambling")->id);
  categories::IndexBuilder builder(taxonomy_, {0x9e3779b97f4a7c15U, kSeed});
  for (std::uint64_t number = 0; number < list.size; ++number) {
    builder.add(list.name(number), {.exact = set, .subtree = set});
  }
  must(builder.write(file, serial));
}

BenchWorld::BenchWorld(const NameSet& list, std::uint32_t line_count)
    : name_count_(list.size), policy_(line_count) {
  const test::ScratchDirectory folder;
  policy_.write_index(list, folder.path() / "index", 1);
  index_ = std::make_unique<categories::LayeredIndex>(std::make_shared<const categories::Index>(
      must(categories::Index::open(folder.path() / "index"))));
}

}  // namespace luytre::dataplane::bench
