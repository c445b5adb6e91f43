// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <utility>

#include "categories/taxonomy.h"

namespace luytre::categories {

inline const Taxonomy& fuzz_taxonomy() {
  static const Taxonomy loaded = [] {
    auto read = Taxonomy::load(LUYTRE_SOURCE_DIR "/categories/data/taxonomy.toml");
    if (!read) {
      std::abort();
    }
    return *std::move(read);
  }();
  return loaded;
}

}  // namespace luytre::categories
