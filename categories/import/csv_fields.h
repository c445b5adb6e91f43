// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace luytre::categories {

// The fields of one row of a CSV file (RFC 4180), which is one line; blanks around them are no part
// of them. False: quotes that do not fit together.
[[nodiscard]] bool split_fields(std::string_view line, std::vector<std::string>& fields);

}  // namespace luytre::categories
