// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/guard/guard.h"
#include "categories/taxonomy.h"

namespace luytre::ctl {

[[nodiscard]] nlohmann::ordered_json findings_json(const categories::GuardReport& report,
                                                   const categories::Taxonomy& taxonomy);
// Categories that the taxonomy no longer has are left out. Corrupt: not what findings_json() wrote.
[[nodiscard]] Result<categories::GuardReport> guard_report(const nlohmann::ordered_json& json,
                                                           const categories::Taxonomy& taxonomy);

// The findings for people, each with its first names, in lines of at most 96 columns; empty without
// any.
[[nodiscard]] std::string findings_text(const categories::GuardReport& report,
                                        const categories::Taxonomy& taxonomy);

// "popular,shrink"; Invalid: one of the words is none, or says what nobody can accept.
[[nodiscard]] Result<std::vector<categories::GuardKind>> parse_kinds(
    const std::vector<std::string>& words);
[[nodiscard]] std::string join(const std::vector<categories::GuardKind>& kinds);
[[nodiscard]] nlohmann::ordered_json kinds_json(const std::vector<categories::GuardKind>& kinds);

}  // namespace luytre::ctl
