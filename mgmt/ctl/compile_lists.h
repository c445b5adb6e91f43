// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "categories/compile/index_files.h"
#include "categories/store/category_store.h"
#include "categories/taxonomy.h"
#include "installation.h"

namespace luytre::ctl {

// Removes what is over from the lists and puts what is left in force.
[[nodiscard]] Result<categories::CompiledIndex> compile_lists(
    categories::CategoryStore& store, const categories::Taxonomy& taxonomy,
    const std::filesystem::path& index_dir);

// The same for whoever has no store open. Needs the right to write the lists only when something in
// them is over.
[[nodiscard]] Result<categories::CompiledIndex> compile_lists(const Installation& installation,
                                                              const categories::Taxonomy& taxonomy);

}  // namespace luytre::ctl
