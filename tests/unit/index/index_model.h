// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an index must answer, by a model that is too slow to be wrong, and names to ask it.

#include <array>
#include <map>
#include <random>
#include <string>

#include "index_fixture.h"

namespace luytre::categories {

// Walks down the listed names for every question.
class IndexModel {
 public:
  using Entries = std::map<DomainName, MergedEntry>;
  explicit IndexModel(const Entries& entries) : entries_(entries) {}

  [[nodiscard]] NameMatch lookup(const DomainName& question) const {
    NameMatch match;
    for (std::uint8_t labels = 0; labels <= question.label_count(); ++labels) {
      const auto rest = static_cast<std::uint8_t>(question.label_count() - labels);
      const auto found = entries_.find(question.parent(rest));
      if (found == entries_.end()) {
        continue;
      }
      const MergedEntry& entry = found->second;
      if (labels == question.label_count()) {
        match.minimum_age = entry.exact_age_withdrawn ? std::uint8_t{0} : match.minimum_age;
        descend(entry.exact, entry.exact_withdrawn, entry.exact_minimum_age, labels, match);
      } else {
        match.minimum_age = entry.subtree_age_withdrawn ? std::uint8_t{0} : match.minimum_age;
        descend(entry.subtree, entry.subtree_withdrawn, entry.subtree_minimum_age, labels, match);
      }
    }
    return match;
  }

 private:
  static void descend(CategorySet own, CategorySet withdrawn, std::uint8_t age, std::uint8_t labels,
                      NameMatch& match) {
    if (!own.empty() || age != 0) {
      match.matched_labels = labels;
    }
    CategorySet result;
    CategorySet known;
    for (std::size_t i = 0; i <= kCategoryTierCount; ++i) {
      const CategorySet tier = i < kCategoryTierCount
                                   ? taxonomy().tier(static_cast<CategoryTier>(i))
                                   : CategorySet(~known.bits());
      known |= tier;
      result |= (own & tier).empty() ? (match.categories - withdrawn) & tier : own & tier;
    }
    match.categories = result;
    match.minimum_age = age != 0 ? age : match.minimum_age;
  }

  const Entries& entries_;
};

// Names over a small alphabet, so that they are above, below and beside each other.
class RandomNames {
 public:
  explicit RandomNames(std::uint64_t seed) : random_(seed) {}

  DomainName next() {
    std::string text;
    const std::size_t labels = 1 + below(below(8) == 0 ? 12 : 5);
    for (std::size_t i = 0; i < labels; ++i) {
      const bool long_label = below(20) == 0;
      text += (i == 0 ? "" : ".") + std::string(long_label ? 14 + below(40) : 1 + below(2),
                                                static_cast<char>('a' + below(3)));
    }
    const auto parsed = DomainName::from_text(text);
    return parsed ? *parsed : next();
  }
  CategorySet set() {
    CategorySet some;
    for (std::uint64_t left = below(4); left > 0; --left) {
      some |= CategorySet::of(static_cast<CategoryId>(below(64)));
    }
    return some;
  }
  MergedEntry entry() {
    MergedEntry entry;
    if (below(3) != 0) {
      entry.exact = set();
      entry.subtree = set();
      entry.exact |= below(3) == 0 ? CategorySet() : entry.subtree;
      entry.exact_minimum_age = static_cast<std::uint8_t>(below(4) == 0 ? below(19) : 0);
      entry.subtree_minimum_age = static_cast<std::uint8_t>(below(4) == 0 ? below(19) : 0);
    }
    if (below(3) == 0) {  // half of all bits, so that it meets what comes from above
      entry.subtree_withdrawn = CategorySet(random_());
      entry.exact_withdrawn = entry.subtree_withdrawn | CategorySet(random_() & random_());
      entry.subtree_age_withdrawn = below(2) == 0;
      entry.exact_age_withdrawn = below(2) == 0;
    }
    return entry;
  }
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

 private:
  std::mt19937_64 random_;
};

inline void expect_same(const NameMatch& answer, const NameMatch& expected,
                        const DomainName& question) {
  EXPECT_EQ(answer.categories.bits(), expected.categories.bits()) << question.to_text();
  EXPECT_EQ(answer.matched_labels, expected.matched_labels) << question.to_text();
  EXPECT_EQ(answer.minimum_age, expected.minimum_age) << question.to_text();
}

// All answers of bursts, compared with the model's, for every listed name, the names above and below
// it, and others.
template <typename AnyIndex>
void expect_agreement(const AnyIndex& index, const IndexModel::Entries& entries,
                      RandomNames& random) {
  std::vector<DomainName> questions;
  for (const auto& [listed, entry] : entries) {
    questions.push_back(listed);
    questions.push_back(listed.parent());
    if (const auto below =
            DomainName::from_text("b." + (listed.is_root() ? "" : listed.to_text()))) {
      questions.push_back(*below);
    }
  }
  for (int i = 0; i < 3000; ++i) {
    questions.push_back(random.next());
  }
  std::vector<const DomainName*> pointers;
  for (const DomainName& question : questions) {
    pointers.push_back(&question);
  }
  std::vector<NameMatch> matches(questions.size());
  index.lookup(pointers, matches);
  const IndexModel model(entries);
  for (std::size_t i = 0; i < questions.size(); ++i) {
    ASSERT_NO_FATAL_FAILURE(expect_same(matches[i], model.lookup(questions[i]), questions[i]));
    if (testing::Test::HasFailure()) {
      return;
    }
  }
}

}  // namespace luytre::categories
