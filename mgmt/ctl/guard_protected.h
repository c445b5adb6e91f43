// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/category_set.h"
#include "categories/list_content.h"
#include "categories/store/category_store.h"
#include "categories/taxonomy.h"

namespace luytre::ctl {

// What each source in force says in the mandatory and never-block tiers, and its address ranges:
// little of a store, but only a walk over all of it finds that. Gathered once for many lists and
// kept up to date as they come into force.
class ProtectedNames {
 public:
  struct Said {
    std::uint64_t entries = 0;        // of all tiers
    categories::ListContent content;  // normalised
  };

  explicit ProtectedNames(const categories::Taxonomy& taxonomy);

  [[nodiscard]] Result<void> gather(const categories::CategoryStore& store);
  // `content` (normalised) is what the source says from now on.
  void replace(const std::string& source, const categories::ListContent& content);

  // nullptr: there is no such source.
  [[nodiscard]] const Said* find(const std::string& source) const;
  [[nodiscard]] std::vector<const categories::ListContent*> others(const std::string& source) const;

 private:
  [[nodiscard]] bool weighs(categories::CategorySet set) const noexcept {
    return !(set & tiers_).empty();
  }

  categories::CategorySet tiers_;
  std::map<std::string, Said> by_source_;
};

}  // namespace luytre::ctl
