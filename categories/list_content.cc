// SPDX-License-Identifier: Apache-2.0
#include "categories/list_content.h"

#include <algorithm>
#include <compare>
#include <cstring>
#include <tuple>

namespace luytre::categories {
namespace {

std::strong_ordering order(const ListedPath& a, const ListedPath& b) {
  if (!(a.path.host == b.path.host)) {
    return a.path.host < b.path.host ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return std::tie(a.path.path, a.polarity, a.terms) <=> std::tie(b.path.path, b.polarity, b.terms);
}

std::strong_ordering order(const ListedPrefix& a, const ListedPrefix& b) {
  const auto x = a.prefix.address.octets();
  const auto y = b.prefix.address.octets();
  if (const int by_address = std::memcmp(x.data(), y.data(), x.size()); by_address != 0) {
    return by_address <=> 0;
  }
  return std::tie(a.prefix.length, a.polarity, a.terms) <=>
         std::tie(b.prefix.length, b.polarity, b.terms);
}

template <typename Listed>
std::size_t unite(std::vector<Listed>& elements) {
  std::ranges::sort(elements, [](const Listed& a, const Listed& b) { return order(a, b) < 0; });
  std::size_t kept = 0;
  for (Listed& element : elements) {
    if (kept > 0 && order(elements[kept - 1], element) == 0) {
      Listed& united = elements[kept - 1];
      united.categories |= element.categories;
      united.minimum_age = std::max(united.minimum_age, element.minimum_age);
    } else if (Listed& place = elements[kept++]; &place != &element) {
      place = std::move(element);
    }
  }
  const std::size_t gone = elements.size() - kept;
  elements.resize(kept);
  return gone;
}

}  // namespace

std::size_t ListContent::normalise() { return names.normalise() + unite(paths) + unite(prefixes); }

}  // namespace luytre::categories
