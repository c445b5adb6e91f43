// SPDX-License-Identifier: Apache-2.0
#include "flat_table.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>
#include <vector>

namespace luytre::policy {
namespace {

template <typename Key>
std::uint32_t find(const FlatTable<Key>& table, const Key& key) {
  const std::uint64_t hash = table.hash(key);
  const std::uint32_t value = table.find(key, hash);
  EXPECT_TRUE(value == 0 || table.may_contain(hash)) << "the filter hides a key";
  return value;
}

TEST(FlatTable, TheFirstValueOfAKeyStays) {
  FlatTable<std::uint32_t> table;
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.insert(7, 1), 0U);
  EXPECT_EQ(table.insert(7, 2), 1U);
  EXPECT_EQ(table.insert(0, 3), 0U) << "zero is a key like any other";
  EXPECT_EQ(find(table, 7U), 1U);
  EXPECT_EQ(find(table, 0U), 3U);
  EXPECT_EQ(find(table, 8U), 0U);
}

TEST(FlatTable, ZeroIsAbsentUntilItIsAdded) {
  FlatTable<std::uint64_t> table;
  table.insert(5, 1);
  EXPECT_EQ(find(table, std::uint64_t{0}), 0U);
}

TEST(FlatTable, KeysThatCrowdOneBucketMakeItGrow) {
  FlatTable<std::uint32_t> table;
  table.reserve(64);
  const std::size_t before = table.memory_bytes();
  // 16 buckets (64 keys, 8 slots, half full): bits 20 to 23 of the hash choose one.
  std::vector<std::uint32_t> crowd;
  for (std::uint32_t key = 0; crowd.size() < 64; ++key) {
    if ((table.hash(key) >> 20U & 15U) == 9) {
      crowd.push_back(key);
    }
  }
  for (std::size_t i = 0; i < crowd.size(); ++i) {
    EXPECT_EQ(table.insert(crowd[i], static_cast<std::uint32_t>(i + 1)), 0U);
  }
  EXPECT_GT(table.memory_bytes(), before) << "4 buckets of 8 cannot hold 64";
  for (std::size_t i = 0; i < crowd.size(); ++i) {
    EXPECT_EQ(find(table, crowd[i]), i + 1);
  }
}

TEST(FlatTable, GrowsFromNothingAndAgreesWithAMap) {
  std::mt19937_64 random(5);
  FlatTable<WideKey> table;
  std::unordered_map<std::uint64_t, std::uint32_t> reference;
  for (std::uint32_t value = 1; value <= 5000; ++value) {
    const std::uint64_t key = random() % 8192;
    const auto [known, added] = reference.emplace(key, value);
    EXPECT_EQ(table.insert({key << 60U, key}, value), added ? 0 : known->second);
  }
  for (std::uint64_t key = 0; key < 8192; ++key) {
    const auto known = reference.find(key);
    EXPECT_EQ(find(table, WideKey{key << 60U, key}), known == reference.end() ? 0 : known->second);
    EXPECT_EQ(find(table, WideKey{key << 60U, key + 8192}), 0U);
  }
}

TEST(FlatTable, TheFilterKeepsMostAbsentKeysFromTheBuckets) {
  std::mt19937 random(6);
  FlatTable<std::uint32_t> table;
  constexpr std::uint32_t kKeys = 100'000;
  table.reserve(kKeys);
  for (std::uint32_t i = 0; i < kKeys; ++i) {
    table.insert(static_cast<std::uint32_t>(random()) | 1U, i + 1);
  }
  std::size_t passed = 0;
  for (std::uint32_t i = 0; i < kKeys; ++i) {
    passed += table.may_contain(table.hash(static_cast<std::uint32_t>(random()) & ~1U)) ? 1 : 0;
  }
  EXPECT_LT(passed, kKeys * 8 / 100);
}

TEST(FlatTable, ValuesCanBeReplacedInPlace) {
  FlatTable<std::uint64_t> table;
  table.insert(1, 10);
  table.insert(2, 20);
  table.change_values([](std::uint32_t value) { return value / 10; });
  EXPECT_EQ(find(table, std::uint64_t{1}), 1U);
  EXPECT_EQ(find(table, std::uint64_t{2}), 2U);
  EXPECT_EQ(find(table, std::uint64_t{3}), 0U);
}

}  // namespace
}  // namespace luytre::policy
