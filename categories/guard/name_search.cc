// SPDX-License-Identifier: Apache-2.0
#include "categories/guard/name_search.h"

#include <algorithm>
#include <span>

#include "categories/name_key.h"

namespace luytre::categories {

// The first entry at or behind `name` in key order.
std::size_t NameSearch::first_from(const DomainName& name) const noexcept {
  const NameKey key(name);
  std::size_t low = 0;
  for (std::size_t high = list_.size(); low < high;) {
    const std::size_t middle = low + (high - low) / 2;
    if (std::ranges::lexicographical_compare(list_.key(middle), key.bytes())) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void NameSearch::covering(const DomainName& name,
                          const std::function<void(const ListedName&)>& visit) const {
  for (std::uint8_t up = 0; up <= name.label_count(); ++up) {
    const DomainName ancestor = name.parent(up);
    const NameKey key(ancestor);
    for (std::size_t i = first_from(ancestor);
         i < list_.size() && std::ranges::equal(list_.key(i), key.bytes()); ++i) {
      const ListedName listed = list_[i];
      if (up == 0 || listed.reach == Reach::Subtree) {
        visit(listed);
      }
    }
  }
}

void NameSearch::below(const DomainName& name,
                       const std::function<void(const ListedName&)>& visit) const {
  const NameKey key(name);
  for (std::size_t i = first_from(name); i < list_.size(); ++i) {
    const std::span<const std::uint8_t> other = list_.key(i);
    if (other.size() < key.bytes().size() ||
        !std::ranges::equal(other.first(key.bytes().size()), key.bytes())) {
      return;
    }
    if (other.size() != key.bytes().size()) {
      visit(list_[i]);
    }
  }
}

}  // namespace luytre::categories
