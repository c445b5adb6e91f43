// SPDX-License-Identifier: Apache-2.0
#include "action_row.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

namespace luytre::policy {
namespace {

using categories::CategoryTier;

struct CellText {
  std::string_view text;
  Cell cell;
};

constexpr CellText kCells[] = {
    {"A", Cell::Allow},        {"B", Cell::Block},         {"T", Cell::Limit},
    {"S1", Cell::SafeStrict},  {"S2", Cell::SafeModerate}, {"M", Cell::Mandatory},
    {"N1", Cell::NeverBlock1}, {"N2", Cell::NeverBlock2},
};

std::string_view text_of(Cell cell) noexcept {
  const auto found = std::ranges::find(kCells, cell, &CellText::cell);
  return found == std::end(kCells) ? "?" : found->text;
}

// The one cell that a category of this tier can have; nothing where the band decides.
std::optional<Cell> fixed_cell(CategoryTier tier) noexcept {
  switch (tier) {
    case CategoryTier::Mandatory:
      return Cell::Mandatory;
    case CategoryTier::NeverBlock1:
      return Cell::NeverBlock1;
    case CategoryTier::NeverBlock2:
      return Cell::NeverBlock2;
    case CategoryTier::Security:
    case CategoryTier::Bypass:
    case CategoryTier::Content:
      return std::nullopt;
  }
  return std::nullopt;
}

bool is_fixed(Cell cell) noexcept {
  return cell == Cell::Mandatory || cell == Cell::NeverBlock1 || cell == Cell::NeverBlock2;
}

}  // namespace

Expected<std::vector<Cell>, std::string> parse_row(std::string_view text,
                                                   const std::vector<Band>& bands) {
  std::vector<Cell> row;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) {
      break;
    }
    const std::string_view word = text.substr(0, text.find(' '));
    const auto known = std::ranges::find(kCells, word, &CellText::text);
    if (known == std::end(kCells)) {
      return Unexpected(fmt::format("\"{}\" is not an action: use A, B, T, S1 or S2", word));
    }
    row.push_back(known->cell);
    text.remove_prefix(word.size());
  }
  if (row.size() != bands.size()) {
    return Unexpected(fmt::format("{} actions for {} bands", row.size(), bands.size()));
  }
  return row;
}

std::string objection(const categories::Category& category, const std::vector<Cell>& row,
                      const std::vector<Band>& bands) {
  const std::optional<Cell> fixed = fixed_cell(category.tier);
  const bool on_or_off =
      category.tier == CategoryTier::Security || category.tier == CategoryTier::Bypass;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (fixed && row[i] != *fixed) {
      return fmt::format("band {} says {} for {}, which is {} by its tier", bands[i].id,
                         text_of(row[i]), category.name, text_of(*fixed));
    }
    if (!fixed && is_fixed(row[i])) {
      return fmt::format("band {} says {} for {}, whose tier leaves it to the bands", bands[i].id,
                         text_of(row[i]), category.name);
    }
    if (on_or_off && row[i] != Cell::Allow && row[i] != Cell::Block) {
      return fmt::format("band {} says {} for {}; in its tier there is only A and B", bands[i].id,
                         text_of(row[i]), category.name);
    }
    if (i > 0 && row[i] == Cell::Block && row[i - 1] != Cell::Block) {
      return fmt::format("band {} does not block {}, but the older band {} does", bands[i - 1].id,
                         category.name, bands[i].id);
    }
  }
  return {};
}

void apply(Cell cell, categories::CategoryId category, BandActions& actions) noexcept {
  const auto set = categories::CategorySet::of(category);
  switch (cell) {
    case Cell::Block:
    case Cell::Mandatory:
      actions.block |= set;
      break;
    case Cell::Limit:
      actions.limit |= set;
      break;
    case Cell::SafeStrict:
      actions.safe_strict |= set;
      break;
    case Cell::SafeModerate:
      actions.safe_moderate |= set;
      break;
    case Cell::Allow:
    case Cell::NeverBlock1:
    case Cell::NeverBlock2:
      break;
  }
}

}  // namespace luytre::policy
