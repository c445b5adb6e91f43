// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "categories/import/source_catalogue.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// Reads the tables of a catalogue; every failure says where in `file` it is.
[[nodiscard]] Result<std::vector<SourceCatalogue::Table>> read_source_tables(
    std::string_view text, const std::filesystem::path& file, const Taxonomy& taxonomy);

}  // namespace luytre::categories
