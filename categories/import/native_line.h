// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "line_item.h"

namespace luytre::categories {

// One trimmed, non-empty line of our own format, columns separated by tabs:
//   subject, categories, reach, minimum age, legal reference, expiry
// Columns behind the second may be absent, or "-" where they say nothing. The subject is a name,
// HOST/PATH or an address range; a "!" before it makes an exception, whose categories may be "*".
// "#" begins a comment line. A bad subject or a missing column is counted by its cause, a bad field
// is BadField.
void parse_native_line(std::string_view text, std::vector<LineItem>& items);

}  // namespace luytre::categories
