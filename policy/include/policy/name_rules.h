// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "categories/domain_name.h"

namespace luytre::policy {

// The last eight octets of a name's wire form, so that most names that a rule does not cover are
// told apart by one comparison of words. A shorter name stands in the high octets, over zeros.
[[nodiscard]] inline std::uint64_t name_tail(const categories::DomainName& name) noexcept {
  const std::span<const std::uint8_t> wire = name.wire();
  std::uint64_t tail = 0;
  if (wire.size() >= sizeof tail) {
    std::memcpy(&tail, wire.data() + wire.size() - sizeof tail, sizeof tail);
    return tail;
  }
  for (const std::uint8_t octet : wire) {
    tail = tail >> 8U | std::uint64_t{octet} << 56U;
  }
  return tail;
}

// A few rules, each for the domain name in its member `name` and everything below it. Immutable.
// find() scans all tails, about 0.4 ns each: right for the tens that a household or a preset has.
template <typename Rule>
class NameRules {
 public:
  NameRules() = default;

  // Among rules of the same name the first one given wins.
  explicit NameRules(std::vector<Rule> rules) : rules_(std::move(rules)) {
    std::ranges::stable_sort(rules_, [](const Rule& a, const Rule& b) {
      return a.name.label_count() > b.name.label_count();
    });
    tails_.reserve(rules_.size());
    for (const Rule& rule : rules_) {
      const std::size_t octets = std::min(rule.name.wire().size(), sizeof(std::uint64_t));
      tails_.push_back({name_tail(rule.name), ~std::uint64_t{0} << (64 - 8 * octets)});
    }
  }

  // The rule with the longest name that covers `name`, or nullptr.
  [[nodiscard]] const Rule* find(const categories::DomainName& name) const noexcept {
    const std::uint64_t tail = name_tail(name);
    for (std::size_t i = 0; i < tails_.size(); ++i) {
      if ((tail & tails_[i].mask) == tails_[i].octets && name.is_within(rules_[i].name)) {
        return &rules_[i];
      }
    }
    return nullptr;
  }

 private:
  struct Tail {
    std::uint64_t octets;
    std::uint64_t mask;
  };

  std::vector<Rule> rules_;  // longest name first
  std::vector<Tail> tails_;  // parallel to rules_
};

}  // namespace luytre::policy
