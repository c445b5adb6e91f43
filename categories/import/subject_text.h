// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "categories/import/name_text.h"
#include "line_item.h"

namespace luytre::categories {

// The name, page, address or range in `text`. A page keeps its host to itself: what is no page of a
// named host is Url.
[[nodiscard]] Expected<Subject, SkipCause> subject_of(std::string_view text);

// The subject in a field of its own: "*.name" and ".name" give Subtree.
[[nodiscard]] LineItem parse_subject_field(std::string_view text);
// The same where only names may stand.
[[nodiscard]] LineItem parse_name_field(std::string_view text);

}  // namespace luytre::categories
