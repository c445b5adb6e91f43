// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "base/expected.h"
#include "categories/domain_name.h"
#include "categories/entry.h"
#include "categories/host_path.h"
#include "categories/import/importer.h"
#include "categories/ip_address.h"

namespace luytre::categories {

// What a line speaks about.
using Subject = std::variant<DomainName, HostPath, IpPrefix>;

// The word of an exception that takes back everything that its source may.
inline constexpr std::string_view kAllCategories = "*";

// The category of sites that call themselves restricted to adults.
inline constexpr std::string_view kAdultCategory = "adult_mature";

// What one field of a line turned out to be.
struct LineItem {
  Expected<Subject, SkipCause> subject;
  std::optional<Reach> reach = std::nullopt;  // as the line states it
  std::string_view categories = {};  // separated by commas or semicolons; valid until the next line
  std::optional<std::uint8_t> minimum_age = std::nullopt;
  Polarity polarity = Polarity::Lists;
  Terms terms = {};
};

[[nodiscard]] inline LineItem skipped_item(SkipCause cause) {
  return {.subject = Unexpected(cause)};
}

// From what parse_name() gave.
[[nodiscard]] inline LineItem name_item(const Expected<DomainName, SkipCause>& name,
                                        std::optional<Reach> reach,
                                        Polarity polarity = Polarity::Lists) {
  if (!name) {
    return skipped_item(name.error());
  }
  return {.subject = Subject(*name), .reach = reach, .polarity = polarity};
}

}  // namespace luytre::categories
