// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "categories/taxonomy.h"
#include "policy/preset.h"

namespace luytre::policy {

// Preset::load() on text; `file` is the name that errors begin with.
[[nodiscard]] Result<Preset> read_preset(std::string_view text, const std::string& file,
                                         const categories::Taxonomy& taxonomy);

}  // namespace luytre::policy
