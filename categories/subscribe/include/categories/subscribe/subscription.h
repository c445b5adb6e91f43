// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "categories/entry.h"
#include "categories/scope.h"

namespace luytre::categories {

// One signed list as an operator subscribes to it.
struct Subscription {
  std::string name;                 // the list's own: "vn-national"; also its source's
  std::filesystem::path root_file;  // the pinned root, from the issuer by a trusted way
  std::vector<std::string>
      mirrors;  // "https://lists.example/vn-national/", each with a "/" at its end
  std::chrono::seconds interval{300};
  // Failures never make the next try later than the interval.
  bool urgent = false;

  std::string issuer;
  Scope scope = Scope::National;
  NeverBlock never_block;  // what the operator grants beyond the scope
  std::uint16_t priority = 50;
};

}  // namespace luytre::categories
