// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>

#include "categories/domain_name.h"
#include "categories/name_list.h"

namespace luytre::categories {

// Finds what a normalised list says about a name, by binary search: a subtree is one range of keys.
class NameSearch {
 public:
  // `list` outlives the search.
  explicit NameSearch(const NameList& list) noexcept : list_(list) {}

  // Every entry that reaches `name`: its own, and the subtrees above it.
  void covering(const DomainName& name, const std::function<void(const ListedName&)>& visit) const;
  // Every entry strictly below `name`.
  void below(const DomainName& name, const std::function<void(const ListedName&)>& visit) const;

 private:
  [[nodiscard]] std::size_t first_from(const DomainName& name) const noexcept;

  const NameList& list_;
};

}  // namespace luytre::categories
