// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "categories/entry.h"
#include "categories/list_content.h"
#include "categories/taxonomy.h"
#include "command.h"
#include "guard_check.h"

namespace luytre::ctl {

// Prints what would happen if `content` (normalised) became the next version of `source`: whether
// it would be held, and which popular names would change their verdict. Changes nothing. The exit
// code: kExitHeld or kExitDone.
[[nodiscard]] Result<int> show_preview(const Command& command, const categories::Taxonomy& taxonomy,
                                       const categories::Source& source,
                                       const categories::ListContent& content,
                                       const RankingOptions& ranking);

}  // namespace luytre::ctl
