// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "categories/category_set.h"
#include "categories/entry.h"
#include "categories/host_path.h"
#include "categories/ip_address.h"
#include "categories/name_list.h"

namespace luytre::categories {

struct ListedPath {
  HostPath path;
  Polarity polarity = Polarity::Lists;
  std::uint8_t minimum_age = 0;
  CategorySet categories;
  Terms terms = {};
};
struct ListedPrefix {
  IpPrefix prefix;
  Polarity polarity = Polarity::Lists;
  std::uint8_t minimum_age = 0;
  CategorySet categories;
  Terms terms = {};
};

// Everything that one version of a list says.
struct ListContent {
  NameList names;
  std::vector<ListedPath> paths;
  std::vector<ListedPrefix> prefixes;

  // Sorts each kind and unites what is said twice with the same polarity and terms: names as
  // NameList does, paths by host in key order and then by octets, prefixes by address and length.
  // Returns how many elements went away. The same elements in any order give the same content.
  std::size_t normalise();
  [[nodiscard]] std::size_t size() const noexcept {
    return names.size() + paths.size() + prefixes.size();
  }
};

}  // namespace luytre::categories
