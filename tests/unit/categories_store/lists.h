// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "categories/category_set.h"
#include "categories/domain_name.h"
#include "categories/list_content.h"
#include "categories/store/category_store.h"

namespace luytre::categories::test {

inline constexpr CategoryId kNationalOrder{1};
inline constexpr CategoryId kMalware{3};
inline constexpr CategoryId kPorn{13};
inline constexpr CategoryId kGambling{16};
inline constexpr CategoryId kEducation{55};

inline DomainName name(std::string_view text) {
  const auto parsed = DomainName::from_text(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : DomainName{};
}

// Builds lists in one expression: ListBuilder().subtree("a.test", kPorn).exact("b.test",
// kPorn).list()
class ListBuilder {
 public:
  ListBuilder& subtree(std::string_view text, CategoryId id, std::uint8_t minimum_age = 0) {
    return add(text, Reach::Subtree, id, minimum_age);
  }
  ListBuilder& exact(std::string_view text, CategoryId id, std::uint8_t minimum_age = 0) {
    return add(text, Reach::Exact, id, minimum_age);
  }
  // Takes back `what`; empty: everything.
  ListBuilder& except(std::string_view text, CategorySet what = {}, Reach reach = Reach::Subtree) {
    list_.names.add(
        {.name = name(text), .reach = reach, .categories = what, .polarity = Polarity::Withdraws});
    return *this;
  }
  ListBuilder& with_terms(std::string_view text, CategoryId id, Terms terms) {
    list_.names.add(
        {.name = name(text), .categories = CategorySet::of(id), .terms = std::move(terms)});
    return *this;
  }
  ListBuilder& path(std::string_view text, CategorySet what, Polarity polarity = Polarity::Lists,
                    Terms terms = {}) {
    const auto parsed = HostPath::from_text(text);
    EXPECT_TRUE(parsed) << text;
    list_.paths.push_back({.path = parsed.value_or(HostPath{}),
                           .polarity = polarity,
                           .categories = what,
                           .terms = std::move(terms)});
    return *this;
  }
  ListBuilder& prefix(std::string_view text, CategorySet what, Polarity polarity = Polarity::Lists,
                      Terms terms = {}) {
    const auto parsed = IpPrefix::from_text(text);
    EXPECT_TRUE(parsed) << text;
    list_.prefixes.push_back({.prefix = parsed.value_or(IpPrefix{}),
                              .polarity = polarity,
                              .categories = what,
                              .terms = std::move(terms)});
    return *this;
  }
  [[nodiscard]] ListContent list() const { return list_; }

 private:
  ListBuilder& add(std::string_view text, Reach reach, CategoryId id, std::uint8_t minimum_age) {
    list_.names.add({.name = name(text),
                     .reach = reach,
                     .minimum_age = minimum_age,
                     .categories = CategorySet::of(id)});
    return *this;
  }
  ListContent list_;
};

// "n0.<zone>" … "n<count-1>.<zone>"
inline ListContent numbered_names(std::string_view zone, int count, CategoryId id) {
  ListBuilder builder;
  for (int i = 0; i < count; ++i) {
    builder.subtree("n" + std::to_string(i) + "." + std::string(zone), id);
  }
  return builder.list();
}

inline Source source(std::string_view name) {
  return {.name = std::string(name), .format = "names", .imported_at = 1'700'000'000};
}

// Who has what to say: 0 is the strongest priority.
inline Source source(std::string_view name, std::uint16_t priority, Scope scope = Scope::Operator) {
  Source made = source(name);
  made.priority = priority;
  made.scope = scope;
  return made;
}

inline CategorySet set_of(std::initializer_list<CategoryId> ids) {
  CategorySet set;
  for (const CategoryId id : ids) {
    set |= CategorySet::of(id);
  }
  return set;
}

}  // namespace luytre::categories::test
