// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "categories/index/layered_index.h"
#include "categories/taxonomy.h"
#include "common/name_set.h"
#include "dataplane/worker.h"
#include "policy/preset.h"
#include "policy/snapshot.h"

namespace luytre::dataplane::bench {

using luytre::bench::NameSet;

// Made-up names by number, the same in every run.
[[nodiscard]] NameSet listed_names(std::uint64_t count);
[[nodiscard]] std::string listed_name(std::uint64_t number);
[[nodiscard]] std::string unlisted_name(std::uint64_t number);

// Lines of children aged 7 to 12, numbered by address from 10.0.0.0 on.
class BenchPolicy {
 public:
  explicit BenchPolicy(std::uint32_t line_count);

  [[nodiscard]] std::uint32_t line_count() const noexcept { return line_count_; }
  [[nodiscard]] const std::shared_ptr<const policy::PolicySnapshot>& snapshot() const noexcept {
    return snapshot_;
  }
  // Words for categories, by bit.
  [[nodiscard]] const std::vector<std::string>& category_names() const noexcept {
    return category_names_;
  }
  // An index file in which every name of `list` is gambling, which the lines may not see.
  void write_index(const NameSet& list, const std::filesystem::path& file,
                   std::uint64_t serial) const;

 private:
  std::uint32_t line_count_;
  categories::Taxonomy taxonomy_;
  policy::Preset preset_;
  std::shared_ptr<const policy::PolicySnapshot> snapshot_;
  std::vector<std::string> category_names_;
};

// A gateway's surroundings: a list and lines.
class BenchWorld {
 public:
  BenchWorld(const NameSet& list, std::uint32_t line_count);

  [[nodiscard]] World world() const noexcept {
    return {.index = index_.get(),
            .policy = policy_.snapshot().get(),
            .category_names = policy_.category_names()};
  }
  [[nodiscard]] std::uint64_t name_count() const noexcept { return name_count_; }
  [[nodiscard]] std::uint32_t line_count() const noexcept { return policy_.line_count(); }

 private:
  std::uint64_t name_count_;
  BenchPolicy policy_;
  std::unique_ptr<categories::LayeredIndex> index_;
};

}  // namespace luytre::dataplane::bench
