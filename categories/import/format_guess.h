// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "categories/import/importer.h"

namespace luytre::categories {

// The format that a header states or, without one, that most of `lines` look like; never Ut1 or
// Auto.
[[nodiscard]] ListFormat guess_format(const std::vector<std::string_view>& lines,
                                      const Taxonomy& taxonomy);

}  // namespace luytre::categories
