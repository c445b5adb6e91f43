// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "categories/taxonomy.h"
#include "policy/preset.h"

namespace luytre::policy {

// One cell of a preset's table: what a band does with a category.
enum class Cell : std::uint8_t {
  Allow,
  Block,
  Limit,
  SafeStrict,
  SafeModerate,
  Mandatory,
  NeverBlock1,
  NeverBlock2,
};

// "B S1 S2 S2 A", a cell for each band from the youngest on. The error is a sentence without a
// place.
[[nodiscard]] Expected<std::vector<Cell>, std::string> parse_row(std::string_view text,
                                                                 const std::vector<Band>& bands);

// Why this row cannot be the one of `category`; empty if it can.
[[nodiscard]] std::string objection(const categories::Category& category,
                                    const std::vector<Cell>& row, const std::vector<Band>& bands);

void apply(Cell cell, categories::CategoryId category, BandActions& actions) noexcept;

}  // namespace luytre::policy
