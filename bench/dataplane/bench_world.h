// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "categories/index/index.h"
#include "categories/taxonomy.h"
#include "dataplane/worker.h"
#include "policy/preset.h"
#include "policy/snapshot.h"

namespace luytre::dataplane::bench {

// Made-up names by number, the same in every run: listed ones are gambling.
[[nodiscard]] std::string listed_name(std::uint64_t number);
[[nodiscard]] std::string unlisted_name(std::uint64_t number);

// A gateway's surroundings: `name_count` listed names and `line_count` lines of children aged 7 to
// 12, numbered by address from 10.0.0.0 on.
class BenchWorld {
 public:
  BenchWorld(std::uint64_t name_count, std::uint32_t line_count);

  [[nodiscard]] World world() const noexcept {
    return {.index = index_.get(), .policy = policy_.get(), .category_names = category_names_};
  }
  [[nodiscard]] std::uint64_t name_count() const noexcept { return name_count_; }
  [[nodiscard]] std::uint32_t line_count() const noexcept { return line_count_; }

 private:
  std::uint64_t name_count_;
  std::uint32_t line_count_;
  categories::Taxonomy taxonomy_;
  policy::Preset preset_;
  std::unique_ptr<categories::Index> index_;
  std::unique_ptr<const policy::PolicySnapshot> policy_;
  std::vector<std::string> category_names_;
};

}  // namespace luytre::dataplane::bench
