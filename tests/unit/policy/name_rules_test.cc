// SPDX-License-Identifier: Apache-2.0
#include "policy/name_rules.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "fixture.h"

namespace luytre::policy {
namespace {

using test::domain;

struct Rule {
  categories::DomainName name;
  int number = 0;
};

// 0: no rule covers the name.
int found(const NameRules<Rule>& rules, std::string_view name) {
  const Rule* rule = rules.find(domain(name));
  return rule == nullptr ? 0 : rule->number;
}

TEST(NameRules, TheLongestNameThatCoversTheQuestionWins) {
  const NameRules<Rule> rules({{domain("com"), 1},
                               {domain("example.com"), 2},
                               {domain("www.example.com"), 3},
                               {domain("x.y"), 4},
                               {domain("example.com"), 5}});
  EXPECT_EQ(found(rules, "www.example.com"), 3);
  EXPECT_EQ(found(rules, "a.b.www.example.com"), 3);
  EXPECT_EQ(found(rules, "example.com"), 2) << "the first of two equal names";
  EXPECT_EQ(found(rules, "mail.example.com"), 2);
  EXPECT_EQ(found(rules, "anexample.com"), 1) << "labels, not characters";
  EXPECT_EQ(found(rules, "com"), 1);
  EXPECT_EQ(found(rules, "y"), 0);
  EXPECT_EQ(found(rules, "x.y"), 4);
  EXPECT_EQ(found(rules, "a.x.y"), 4);
  EXPECT_EQ(found(rules, "."), 0);
  EXPECT_EQ(found(NameRules<Rule>(), "example.com"), 0);
}

TEST(NameRules, AgreeWithAScanOverRandomNamesOfFewLetters) {
  std::mt19937 random(11);
  const auto random_name = [&random] {
    std::string text;
    for (std::size_t labels = 1 + random() % 4; labels > 0; --labels) {
      text += std::string(1 + random() % 5, static_cast<char>('a' + random() % 2));
      text += '.';
    }
    return domain(text);
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<Rule> list;
    for (int i = 1; i <= 12; ++i) {
      list.push_back({random_name(), i});
    }
    const NameRules<Rule> rules(list);
    for (int i = 0; i < 50; ++i) {
      const categories::DomainName name = random_name();
      const Rule* expected = nullptr;
      for (const Rule& rule : list) {
        if (name.is_within(rule.name) &&
            (expected == nullptr || rule.name.label_count() > expected->name.label_count())) {
          expected = &rule;
        }
      }
      const Rule* actual = rules.find(name);
      ASSERT_EQ(actual == nullptr ? 0 : actual->number, expected == nullptr ? 0 : expected->number)
          << name.to_text();
    }
  }
}

}  // namespace
}  // namespace luytre::policy
