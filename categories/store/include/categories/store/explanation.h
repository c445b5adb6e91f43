// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "categories/category_set.h"
#include "categories/entry.h"

namespace luytre::categories {

// What an exception takes back from one listing.
struct Withdrawal {
  SourceId by{};
  std::string at;  // the exception's subject: "www.example.com"
  CategorySet categories;
};

// One statement, and what becomes of it. Each category of a listing holds (it is part of the
// answer), is withdrawn, or is neither: then a longer name that lists something in the same tier
// decides.
struct ExplainedStatement {
  Statement said;
  CategorySet holds;
  bool age_holds = false;
  std::vector<Withdrawal> withdrawn;
};

struct ExplainedSubject {
  std::string subject;  // as people write it: a name, host and path, or an address range
  std::vector<ExplainedStatement> statements;
};

// Why a name, a request or an address gets the answer that it gets.
struct Explanation {
  std::vector<ExplainedSubject> covering;  // the longest first
  CategorySet categories;
  std::uint8_t minimum_age = 0;
  std::vector<Source> sources;  // those that speak, by name
};

}  // namespace luytre::categories
