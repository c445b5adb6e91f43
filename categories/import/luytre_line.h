// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "line_item.h"

namespace luytre::categories {

// One line of our own format (categories/native/native_line.h), read leniently: subjects as in every
// other list, UTF-8 names and URLs among them, and categories in the list's own words. A bad subject
// is counted by its cause, a bad column is BadField.
void parse_luytre_line(std::string_view line, std::vector<LineItem>& items);

}  // namespace luytre::categories
