// SPDX-License-Identifier: Apache-2.0
#include "categories/name_list.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "categories/name_key.h"
#include "random_name.h"

namespace luytre::categories {
namespace {

DomainName host(std::string_view text) {
  return DomainName::from_hostname(text).value_or(DomainName{});
}

TEST(NameList, NormalisingSortsParentsFirstAndUnitesWhatIsSaidTwice) {
  NameList list;
  list.add({host("b.example.com"), Reach::Subtree, 0, CategorySet(1)});
  list.add({host("example.com"), Reach::Subtree, 13, CategorySet(2)});
  list.add({host("example.com"), Reach::Exact, 0, CategorySet(4)});
  list.add({host("example.com"), Reach::Subtree, 16, CategorySet(8)});
  EXPECT_EQ(list.normalise(), 1U);
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].name, host("example.com"));
  EXPECT_EQ(list[0].reach, Reach::Exact);
  EXPECT_EQ(list[0].categories, CategorySet(4));
  EXPECT_EQ(list[1].reach, Reach::Subtree);
  EXPECT_EQ(list[1].categories, CategorySet(2 | 8));
  EXPECT_EQ(list[1].minimum_age, 16);
  EXPECT_EQ(list[2].name, host("b.example.com"));
  EXPECT_EQ(list.normalise(), 0U);
}

TEST(NameList, KeepsEveryDistinctName) {
  testing::RandomName random(7);
  std::vector<DomainName> names;
  NameList list;
  for (int i = 0; i < 2000; ++i) {
    names.push_back(random.name());
    list.add({names.back(), Reach::Exact, 0, CategorySet(1)});
  }
  list.normalise();
  std::ranges::sort(names, [](const auto& a, const auto& b) { return a < b; });
  names.erase(std::unique(names.begin(), names.end()), names.end());
  ASSERT_EQ(list.size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    ASSERT_EQ(list[i].name, names[i]) << i;
    const NameKey key(names[i]);
    ASSERT_TRUE(std::ranges::equal(list.key(i), key.bytes())) << i;
  }
}

}  // namespace
}  // namespace luytre::categories
