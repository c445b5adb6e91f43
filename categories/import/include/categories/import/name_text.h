// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/expected.h"
#include "categories/domain_name.h"
#include "categories/import/importer.h"

namespace luytre::categories {

// The name in `text`, from UTF-8 to A-labels if need be (UTS 46, non-transitional, as browsers do
// it), or why there is none. A whole top-level domain is SingleLabel.
[[nodiscard]] Expected<DomainName, SkipCause> parse_name(std::string_view text);

}  // namespace luytre::categories
