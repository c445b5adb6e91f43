// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

namespace luytre::categories {

// A bit number of the taxonomy, 0 to 63 (categories/data/taxonomy.toml).
enum class CategoryId : std::uint8_t {};

// What no list knows: the one id that code must know by itself.
inline constexpr CategoryId kUncategorised{63};

// A set of categories in one machine word, so that a verdict is a lookup and a few ANDs.
class CategorySet {
 public:
  constexpr CategorySet() noexcept = default;
  constexpr explicit CategorySet(std::uint64_t bits) noexcept : bits_(bits) {}
  [[nodiscard]] static constexpr CategorySet of(CategoryId id) noexcept {
    return CategorySet(std::uint64_t{1} << (static_cast<unsigned>(id) & 63U));
  }

  [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  [[nodiscard]] constexpr bool contains(CategoryId id) const noexcept {
    return !(*this & of(id)).empty();
  }
  [[nodiscard]] constexpr int size() const noexcept { return std::popcount(bits_); }
  // The member with the smallest bit number. Requires !empty().
  [[nodiscard]] constexpr CategoryId first() const noexcept {
    return static_cast<CategoryId>(std::countr_zero(bits_));
  }

  friend constexpr CategorySet operator|(CategorySet a, CategorySet b) noexcept {
    return CategorySet(a.bits_ | b.bits_);
  }
  friend constexpr CategorySet operator&(CategorySet a, CategorySet b) noexcept {
    return CategorySet(a.bits_ & b.bits_);
  }
  // Difference: what is in a and not in b.
  friend constexpr CategorySet operator-(CategorySet a, CategorySet b) noexcept {
    return CategorySet(a.bits_ & ~b.bits_);
  }
  constexpr CategorySet& operator|=(CategorySet other) noexcept {
    bits_ |= other.bits_;
    return *this;
  }
  friend constexpr bool operator==(CategorySet, CategorySet) noexcept = default;

 private:
  std::uint64_t bits_ = 0;
};

}  // namespace luytre::categories
