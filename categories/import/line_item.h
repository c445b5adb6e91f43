// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/expected.h"
#include "categories/domain_name.h"
#include "categories/entry.h"
#include "categories/import/importer.h"

namespace luytre::categories {

// What one field of a line turned out to be.
struct LineItem {
  Expected<DomainName, SkipCause> name;
  std::optional<Reach> reach;   // as the line states it
  std::string_view categories;  // separated by commas or semicolons; valid until the next line
  std::optional<std::uint8_t> minimum_age = std::nullopt;
};

[[nodiscard]] inline LineItem skipped_item(SkipCause cause) {
  return {.name = Unexpected(cause), .reach = {}, .categories = {}};
}

}  // namespace luytre::categories
