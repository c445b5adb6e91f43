// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "categories/domain_name.h"
#include "categories/entry.h"
#include "categories/import/importer.h"

namespace luytre::categories {

// What one field of a line turned out to be.
struct LineItem {
  Expected<DomainName, SkipCause> name;
  std::optional<Reach> reach;   // as the line states it
  std::string_view categories;  // comma-separated; own format only; points into the line
};

inline constexpr std::size_t kMaxLineBytes = 1024;

// Splits `line` (without its end) by the rules of `format`, which is not Auto, into `items`: none
// for a blank line or a comment, several for a hosts line with several names.
void parse_line(ListFormat format, std::string_view line, std::vector<LineItem>& items);

// The name in `text`, from UTF-8 to A-labels if need be, or why there is none.
[[nodiscard]] Expected<DomainName, SkipCause> parse_name(std::string_view text);

// The format that most of `lines` look like; never Ut1 or Auto.
[[nodiscard]] ListFormat guess_format(const std::vector<std::string_view>& lines,
                                      const Taxonomy& taxonomy);

}  // namespace luytre::categories
