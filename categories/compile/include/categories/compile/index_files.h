// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/error.h"
#include "categories/index/index.h"
#include "categories/store/category_store.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

struct CompiledIndex {
  std::filesystem::path file;
  std::uint64_t serial = 0;
  std::uint64_t names = 0;
  std::uint64_t paths = 0;
  std::uint64_t prefixes = 0;
  std::uint64_t bytes = 0;
  double seconds = 0;
};

// Compiles the store into `directory`/index-<serial>, checks what was written by opening it, and
// points `current` at it by an atomic rename; file, link and folder are on disk when this returns.
// The gateway polls `current`; it sees the old index or the new one, whenever this process is
// killed. Keeps the index that was in force before, for the way back, and removes older ones. One
// compilation at a time: another waits, and then compiles what is in the store by then.
[[nodiscard]] Result<CompiledIndex> compile_index(const CategoryStore& store,
                                                  const Taxonomy& taxonomy,
                                                  const std::filesystem::path& directory);

// The index in force. NotFound: none was compiled yet.
[[nodiscard]] Result<Index> open_current_index(const std::filesystem::path& directory);

}  // namespace luytre::categories
