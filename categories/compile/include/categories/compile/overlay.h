// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/expected.h"
#include "categories/entry.h"
#include "categories/index/index.h"
#include "categories/store/category_store.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// What changed in the store since an index was compiled, for LayeredIndex.
struct Overlay {
  std::optional<Index> index;  // nothing: no name changed
  Serial serial{};             // up to which names are as in the store
  std::size_t names = 0;       // that changed
  // False: listed paths or prefixes changed too. They stay those of the main index until it is
  // compiled again.
  bool is_complete = true;
};

// Why the changes fit no overlay: the index must be compiled again to show them.
enum class CompileNeeded : std::uint8_t {
  OtherStore,    // the index comes from another database, or from a later state of this one
  TooFarBehind,  // the journal does not reach back so far, or a change was too large for it
  TooManyNames,  // more changed, or is listed below what changed, than kMaxOverlayNames
};
// A sentence part for people: "more changed than an overlay holds".
[[nodiscard]] std::string_view describe(CompileNeeded cause) noexcept;

// Changed names and listed names around them. 20,000 take a few milliseconds to build and fit the
// second-level cache.
inline constexpr std::size_t kMaxOverlayNames = 20'000;

// Names as they are now, for all that changed since `main` was compiled. In time proportional to
// what changed. Errors are the store's.
[[nodiscard]] Result<Expected<Overlay, CompileNeeded>> build_overlay(const CategoryStore& store,
                                                                     const Taxonomy& taxonomy,
                                                                     const Index& main);

}  // namespace luytre::categories
