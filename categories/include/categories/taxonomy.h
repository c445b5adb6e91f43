// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "categories/category_set.h"

namespace luytre::categories {

// The part of the precedence order that a category belongs to (docs/policy.md). Names inherit per tier.
enum class CategoryTier : std::uint8_t {
  Mandatory,    // reaches everyone where the law says so; nobody on the line can lift it
  NeverBlock1,  // helplines, emergency, infrastructure: above pause and every denial
  NeverBlock2,  // education, health, support: above categories and time rules
  Security,     // malware, fraud
  Bypass,       // VPN, proxies, foreign encrypted DNS
  Content,      // everything that an age band decides
};
inline constexpr std::size_t kCategoryTierCount = 6;

struct Category {
  CategoryId id{};
  std::string name;         // "porn"; the word in commands, files and metrics
  std::string description;  // for people
  CategoryTier tier = CategoryTier::Content;
  std::vector<std::string> ut1;  // UT1 list names that import as this category
  // A list of this category may cover a private public suffix (ddns.net) with all that is below it.
  bool private_suffixes = false;
};

// The 64 categories, read from a data file: the same binary works with another taxonomy. Immutable once loaded.
class Taxonomy {
 public:
  // Reads and validates taxonomy.toml completely; the error names the file and line that is wrong.
  [[nodiscard]] static Result<Taxonomy> load(const std::filesystem::path& file);

  [[nodiscard]] const std::vector<Category>& categories() const noexcept { return categories_; }
  // nullptr: no category has this bit or name.
  [[nodiscard]] const Category* find(CategoryId id) const noexcept;
  [[nodiscard]] const Category* find(std::string_view name) const noexcept;
  // The category that a UT1 folder name imports as, if any.
  [[nodiscard]] const Category* find_ut1(std::string_view folder) const noexcept;
  [[nodiscard]] CategorySet tier(CategoryTier tier) const noexcept {
    return tiers_[static_cast<std::size_t>(tier)];
  }
  // Names of the members, in bit order, joined with ", ".
  [[nodiscard]] std::string describe(CategorySet set) const;

 private:
  std::vector<Category> categories_;
  std::array<std::uint8_t, 64> position_by_bit_{};  // in categories_, plus one; 0: no such category
  std::array<CategorySet, kCategoryTierCount> tiers_{};
};

}  // namespace luytre::categories
