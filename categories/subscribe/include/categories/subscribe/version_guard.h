// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/entry.h"
#include "categories/store/category_store.h"

namespace luytre::categories {

// A version that is signed and whole, and not in force yet.
struct CandidateVersion {
  const Source& source;
  // The whole list, normalised, without what its scope may not state.
  const ListContent& content;
  const CategoryStore& store;  // with the version in force
};

// Why a version waits for a second person.
struct HeldReason {
  std::string kind;      // "shrink"; a word for metrics and commands
  std::string sentence;  // for people
};

// What a version must not do, whoever signed it. Nothing: it may come into force. Otherwise the
// function has kept it where a second person finds it: that person puts it into the store. Invalid:
// nobody could let it come into force.
using VersionGuard =
    std::function<Result<std::vector<HeldReason>>(const CandidateVersion& candidate)>;

}  // namespace luytre::categories
