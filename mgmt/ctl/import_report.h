// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "list_import.h"

namespace luytre::ctl {

[[nodiscard]] nlohmann::ordered_json to_json(const ImportedList& imported,
                                             const categories::Taxonomy& taxonomy);
// "Imported PATH as source …" with all counts, for people.
void print_report(const ImportedList& imported, const categories::Taxonomy& taxonomy);

// The counts of `one` added to `sum`; of examples the first is kept.
void add_counts(categories::ImportReport& sum, const categories::ImportReport& one);
// Lines of 80 columns: how many lines were skipped for each cause, with an example.
void print_skipped(const categories::ImportReport& report);
// The number of entries of each category, two columns of them.
void print_categories(const categories::ImportReport& report);
[[nodiscard]] nlohmann::ordered_json skipped_json(const categories::ImportReport& report);
[[nodiscard]] std::uint64_t skipped_lines(const categories::ImportReport& report);

}  // namespace luytre::ctl
