// SPDX-License-Identifier: Apache-2.0
#include "categories/compile/overlay.h"

#include <utility>

#include "categories/index/index_builder.h"

namespace luytre::categories {
namespace {

using Outcome = Expected<Overlay, CompileNeeded>;

// How often to begin again because somebody committed between two readings of the store.
constexpr int kAttempts = 3;

Result<Outcome> needs(CompileNeeded cause) { return Outcome(Unexpected<CompileNeeded>(cause)); }

// The overlay's index, from the names around those that changed, and the serial that they were read
// at. Nothing: too many names.
struct OverlayIndex {
  Index index;
  Serial read_at;
};
Result<std::optional<OverlayIndex>> build_index(const CategoryStore& store,
                                                const Taxonomy& taxonomy,
                                                const std::vector<DomainName>& changed,
                                                const Index& main) {
  if (changed.size() > kMaxOverlayNames) {
    return std::nullopt;
  }
  IndexBuilder builder(taxonomy, main.hash_key());
  for (const DomainName& name : changed) {
    builder.overrides(name);
  }
  const auto read_at = store.scan_merged_around(
      taxonomy, changed, kMaxOverlayNames,
      {.name = [&](const DomainName& name, const MergedEntry& entry) -> Result<void> {
         builder.add(name, entry);
         return {};
       },
       .path = {},
       .prefix = {}});
  if (!read_at) {
    return Unexpected<Error>(read_at.error());
  }
  if (!*read_at) {
    return std::nullopt;
  }
  auto index = builder.build(static_cast<std::uint64_t>(**read_at));
  if (!index) {
    return Unexpected<Error>(index.error());
  }
  return OverlayIndex{.index = std::move(*index), .read_at = **read_at};
}

}  // namespace

std::string_view describe(CompileNeeded cause) noexcept {
  switch (cause) {
    case CompileNeeded::OtherStore:
      return "the index in force was compiled from another database";
    case CompileNeeded::TooFarBehind:
      return "more changed than the journal tells";
    case CompileNeeded::TooManyNames:
      return "more changed than an overlay holds";
  }
  return "the changes fit no overlay";
}

Result<Outcome> build_overlay(const CategoryStore& store, const Taxonomy& taxonomy,
                              const Index& main) {
  const auto hash_key = store.hash_key();
  if (!hash_key) {
    return Unexpected<Error>(hash_key.error());
  }
  Overlay overlay;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    // Read first: what changes after it may be in the overlay or not, and is not promised.
    const auto serial = store.serial();
    if (!serial) {
      return Unexpected<Error>(serial.error());
    }
    if (*hash_key != main.hash_key() || static_cast<std::uint64_t>(*serial) < main.serial()) {
      return needs(CompileNeeded::OtherStore);
    }
    const auto changes = store.changes_since(Serial{main.serial()});
    if (!changes) {
      return Unexpected<Error>(changes.error());
    }
    if (!*changes) {
      return needs(CompileNeeded::TooFarBehind);
    }
    overlay = {.index = std::nullopt,
               .serial = *serial,
               .names = (*changes)->names.size(),
               .is_complete = !(*changes)->paths_or_prefixes};
    if ((*changes)->names.empty()) {
      break;
    }
    auto built = build_index(store, taxonomy, (*changes)->names, main);
    if (!built) {
      return Unexpected<Error>(built.error());
    }
    if (!*built) {
      return needs(CompileNeeded::TooManyNames);
    }
    overlay.index.emplace(std::move((*built)->index));
    if ((*built)->read_at == *serial) {
      break;
    }
  }
  return Outcome(std::move(overlay));
}

}  // namespace luytre::categories
