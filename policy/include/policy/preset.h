// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "categories/category_set.h"
#include "categories/domain_name.h"
#include "categories/taxonomy.h"
#include "policy/verdict.h"

namespace luytre::policy {

// What a band does with each category; a category is in at most one of the sets, and in none if it
// is allowed.
struct BandActions {
  categories::CategorySet block;
  categories::CategorySet limit;
  categories::CategorySet safe_strict;
  categories::CategorySet safe_moderate;
};

struct Band {
  std::string id;    // "b1"
  std::string name;  // for people
  std::uint8_t age_from = 0;
  std::uint8_t age_to = 0;  // inclusive; 255: open
  BandActions actions;
};

// A name with a fixed answer on filtered lines, whatever the lists say: encrypted-DNS canaries and
// relays. It holds for the name and all below it and belongs to tier Bypass.
struct SpecialName {
  categories::DomainName name;
  DnsForm form = DnsForm::NxDomain;
  categories::CategoryId category{};
};

// A country's or operator's defaults, read from data (policy/presets/*.toml).
struct Preset {
  std::string id;
  std::string name;
  std::vector<Band> bands;  // by age
  std::vector<SpecialName> special_names;
  categories::CategorySet never_block_1;
  categories::CategorySet never_block_2;
  categories::CategorySet mandatory;
  categories::CategorySet security;
  categories::CategorySet bypass;

  // Reads and validates completely; the error names file and line. A preset that blocks a
  // never-block category, or allows a mandatory one, is refused; so is a stricter (younger) band
  // that allows what an older one blocks.
  [[nodiscard]] static Result<Preset> load(const std::filesystem::path& file,
                                           const categories::Taxonomy& taxonomy);
  [[nodiscard]] const Band* find_band(std::string_view id) const noexcept;
};

}  // namespace luytre::policy
