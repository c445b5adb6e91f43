// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace luytre::bench {

// Made-up names that are shaped like real ones. The n-th name is a function of the seed and n
// alone, so lists and questions agree without being kept. Shapes are those of 4.9 million distinct
// names of public block lists (labels 2: 66 %, 3: 29 %, 4: 4 %, more: 1 %; 18 characters; 1.08 tree
// nodes a name) and of 152,316 popular
// names that resolvers see (labels 2: 14 %, 3: 42 %, 4: 21 %, 5: 11 %, 6: 8 %, more: 4 %).
class NameGenerator {
 public:
  explicit NameGenerator(std::uint64_t seed) noexcept : seed_(seed) {}

  // A name to list. Different numbers give different names.
  [[nodiscard]] std::string listed(std::uint64_t number) const;
  // A question that listed(number) answers: the name itself, or in half of all cases one or two
  // labels below it.
  [[nodiscard]] std::string hit(std::uint64_t number) const;
  // A question that no listed name answers. One in six stands below a name that has listed names
  // below it as well.
  [[nodiscard]] std::string miss(std::uint64_t number) const;

 private:
  class Dice;
  // A registered name whose leftmost label holds `number`; `kind` keeps names of different use
  // apart.
  [[nodiscard]] std::string registered(std::uint64_t number, char kind) const;

  std::uint64_t seed_;
};

}  // namespace luytre::bench
