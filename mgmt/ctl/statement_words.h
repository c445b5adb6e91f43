// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "categories/entry.h"
#include "categories/taxonomy.h"

namespace luytre::ctl {

// "2026-09-01"
[[nodiscard]] std::string date_text(std::int64_t seconds_since_1970);

// "porn, gambling, from age 18"; of an exception "everything it may" or the categories.
[[nodiscard]] std::string said_text(const categories::Statement& said,
                                    const categories::Taxonomy& taxonomy);
// "since 2026-09-01, by QD 123/2026, until the end of 2026-12-31". Empty if nothing is known.
[[nodiscard]] std::string terms_text(const categories::Statement& said);

// One object with everything about the statement but its subject; what is not known is null.
[[nodiscard]] nlohmann::ordered_json statement_json(const categories::Statement& said,
                                                    const categories::Source& source,
                                                    const categories::Taxonomy& taxonomy);

// Statements name sources that the store has; an unknown id gives a source without a name.
[[nodiscard]] categories::Source source_of(const std::vector<categories::Source>& sources,
                                           categories::SourceId id);

}  // namespace luytre::ctl
