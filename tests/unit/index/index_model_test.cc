// SPDX-License-Identifier: Apache-2.0
// The index against a model that is too slow to be wrong: walk up the listed names for every
// question.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "index_fixture.h"

namespace luytre::categories {
namespace {

class Model {
 public:
  void add(const DomainName& listed, const IndexEntry& entry) { entries_[listed] = entry; }

  [[nodiscard]] NameMatch lookup(const DomainName& question) const {
    NameMatch match;
    std::array<bool, kCategoryTierCount + 1> settled{};
    for (DomainName at = question;; at = at.parent()) {
      const auto found = entries_.find(at);
      if (found != entries_.end()) {
        const bool itself = at == question;
        const CategorySet own = itself ? found->second.exact : found->second.subtree;
        const std::uint8_t age =
            itself ? found->second.exact_minimum_age : found->second.subtree_minimum_age;
        apply(own, settled, match);
        match.minimum_age = match.minimum_age == 0 ? age : match.minimum_age;
        if (match.matched_labels == 0 && (!own.empty() || age != 0)) {
          match.matched_labels = at.label_count();
        }
      }
      if (at.is_root()) {
        return match;
      }
    }
  }

 private:
  static void apply(CategorySet own, std::array<bool, kCategoryTierCount + 1>& settled,
                    NameMatch& match) {
    CategorySet known;
    for (std::size_t i = 0; i <= kCategoryTierCount; ++i) {
      const CategorySet tier = i < kCategoryTierCount
                                   ? taxonomy().tier(static_cast<CategoryTier>(i))
                                   : CategorySet(~known.bits());
      known |= tier;
      if (!settled[i] && !(own & tier).empty()) {
        match.categories |= own & tier;
        settled[i] = true;
      }
    }
  }

  std::map<DomainName, IndexEntry> entries_;
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
  IndexEntry entry() {
    IndexEntry entry{.exact = set(), .subtree = set()};
    entry.exact |= below(3) == 0 ? CategorySet() : entry.subtree;
    entry.exact_minimum_age = static_cast<std::uint8_t>(below(4) == 0 ? below(19) : 0);
    entry.subtree_minimum_age = static_cast<std::uint8_t>(below(4) == 0 ? below(19) : 0);
    return entry;
  }
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

 private:
  std::mt19937_64 random_;
};

class IndexModel : public IndexTest, public testing::WithParamInterface<std::uint64_t> {};

TEST_P(IndexModel, AgreesOnRandomTrees) {
  const std::uint64_t seed = GetParam();
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomNames random(seed);
  Model model;
  std::map<DomainName, IndexEntry> listed;
  const std::uint64_t count = 1 + random.below(3000);
  const bool single_labels = random.below(2) == 0;
  while (listed.size() < count) {
    const DomainName candidate = random.next();
    if (candidate.label_count() > 1 || single_labels) {
      listed.emplace(candidate, random.entry());
    }
    if (random.below(10'000) == 0) {
      break;  // so few labels may run out of names
    }
  }
  if (random.below(3) == 0) {
    listed.emplace(DomainName(), random.entry());
  }
  IndexBuilder builder(taxonomy(), {seed, ~seed});
  for (const auto& [listed_name, entry] : listed) {
    builder.add(listed_name, entry);
    model.add(listed_name, entry);
  }
  ASSERT_TRUE(builder.write(file(), 1));
  const Index index = open();

  std::vector<DomainName> questions;
  for (const auto& [listed_name, entry] : listed) {
    questions.push_back(listed_name);
    questions.push_back(listed_name.parent());
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
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const NameMatch expected = model.lookup(questions[i]);
    ASSERT_EQ(matches[i].categories, expected.categories) << questions[i].to_text();
    ASSERT_EQ(matches[i].matched_labels, expected.matched_labels) << questions[i].to_text();
    ASSERT_EQ(matches[i].minimum_age, expected.minimum_age) << questions[i].to_text();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, IndexModel, testing::Range<std::uint64_t>(1, 21));

}  // namespace
}  // namespace luytre::categories
