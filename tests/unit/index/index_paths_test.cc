// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "index_fixture.h"
#include "path_parts.h"

namespace luytre::categories {
namespace {

constexpr unsigned kPorn = 13;
constexpr unsigned kGambling = 16;

Index with_paths(std::initializer_list<std::pair<const char*, CategorySet>> listed) {
  IndexBuilder builder(taxonomy(), kTestKey);
  for (const auto& [text, set] : listed) {
    builder.add_path(path(text), set, 0);
  }
  return must_build(builder);
}

TEST(IndexPaths, APageIsFoundWithWhatIsBelowItAndNothingElse) {
  const Index index = with_paths({{"example.com/bad", set_of({kPorn})}});
  for (const char* target : {"/bad", "/bad/", "/bad/x", "/bad?x=1", "/bad&x"}) {
    const NameMatch match = index.lookup_path(name("example.com"), target);
    EXPECT_EQ(match.categories, set_of({kPorn})) << target;
    EXPECT_EQ(match.matched_labels, 2) << target;
  }
  for (const char* target : {"/", "", "*", "bad", "/ba", "/badly", "/Bad", "//bad", "/x/bad"}) {
    EXPECT_TRUE(index.lookup_path(name("example.com"), target).categories.empty()) << target;
    EXPECT_EQ(index.lookup_path(name("example.com"), target).matched_labels, 0) << target;
  }
  for (const char* host : {"www.example.com", "com", "example.org", "."}) {
    EXPECT_TRUE(index.lookup_path(name(host), "/bad").categories.empty()) << host;
  }
}

TEST(IndexPaths, APathSaysNothingAboutItsHost) {
  const Index index = with_paths({{"example.com/bad", set_of({kPorn})}});
  EXPECT_EQ(index.name_count(), 0U);
  EXPECT_EQ(index.path_count(), 1U);
  EXPECT_TRUE(index.has_paths());
  EXPECT_TRUE(index.lookup(name("example.com")).categories.empty());
}

TEST(IndexPaths, TheLongestPathWins) {
  const Index index = with_paths({{"example.com/a", set_of({kPorn})},
                                  {"example.com/a/b/c", set_of({kGambling})},
                                  {"example.com/a/b/c/fine", CategorySet()}});
  const auto at = [&](const char* target) {
    return index.lookup_path(name("example.com"), target).categories;
  };
  EXPECT_EQ(at("/a/b"), set_of({kPorn}));
  EXPECT_EQ(at("/a/b/x"), set_of({kPorn}));
  EXPECT_EQ(at("/a/b/c/x"), set_of({kGambling}));
  EXPECT_EQ(at("/a/b/c/fine/x"), CategorySet());
}

TEST(IndexPaths, EscapesCompareInEitherCase) {
  const Index index = with_paths({{"example.com/caf%C3%A9", set_of({kPorn})}});
  EXPECT_EQ(index.lookup_path(name("example.com"), "/caf%c3%a9").categories, set_of({kPorn}));
  EXPECT_EQ(index.lookup_path(name("example.com"), "/Caf%c3%a9").categories, CategorySet());
}

TEST(IndexPaths, AMinimumAgeAloneIsAnAnswer) {
  IndexBuilder builder(taxonomy(), kTestKey);
  builder.add_path(path("example.com/a"), {}, 16);
  EXPECT_EQ(must_build(builder).lookup_path(name("example.com"), "/a").minimum_age, 16);
}

TEST(IndexPaths, TheLongestPathOfAllIsFoundInLongerTargets) {
  std::string longest(HostPath::kMaxPathBytes, 'a');
  longest.front() = '/';
  std::string slashes(HostPath::kMaxPathBytes, '/');
  slashes.back() = 'x';
  IndexBuilder builder(taxonomy(), kTestKey);
  builder.add_path({.host = name("example.com"), .path = longest}, set_of({kPorn}), 0);
  builder.add_path({.host = name("example.com"), .path = slashes}, set_of({kGambling}), 0);
  const Index index = must_build(builder);
  const auto at = [&](const std::string& target) {
    return index.lookup_path(name("example.com"), target).categories;
  };
  EXPECT_EQ(at(longest), set_of({kPorn}));
  EXPECT_EQ(at(longest + "/more"), set_of({kPorn}));
  EXPECT_EQ(at(longest + "more"), CategorySet());
  EXPECT_EQ(at(slashes), set_of({kGambling}));
  EXPECT_EQ(at(slashes + std::string(5000, '/')), set_of({kGambling}));
}

// They would cover more than they say: the whole host, or another page.
TEST(IndexPaths, WhatIsNoPathIsLeftOut) {
  IndexBuilder builder(taxonomy(), kTestKey);
  std::string too_long(HostPath::kMaxPathBytes + 1, 'a');
  too_long[0] = too_long[2] = '/';
  for (const std::string& text : {std::string(), std::string("/"), std::string("bad"), too_long}) {
    builder.add_path({.host = name("example.com"), .path = text}, set_of({kPorn}), 0);
  }
  const Index index = must_build(builder);
  EXPECT_FALSE(index.has_paths());
  EXPECT_TRUE(index.lookup_path(name("example.com"), "/a").categories.empty());
}

TEST(PathParts, BeginWhereAPageMayEnd) {
  PathParts parts("/a//b?c=%d0&d/%");
  std::vector<std::string> found;
  for (std::string_view part; parts.next(part);) {
    found.emplace_back(part);
  }
  EXPECT_EQ(found, (std::vector<std::string>{"/a", "/", "/b", "?c=%D0", "&d", "/%"}));
}

// Few characters, so that paths and targets meet often; escapes, whole and broken, among them.
std::string random_path(std::mt19937_64& random) {
  constexpr std::string_view kPieces[] = {"a", "b",  "/",   "/",   "?", "&",
                                          "%", "%c", "%C3", "%c3", "A"};
  std::string text = "/";
  const std::size_t pieces = 1 + random() % (random() % 20 == 0 ? 200 : 6);
  for (std::size_t i = 0; i < pieces; ++i) {
    text += kPieces[random() % std::size(kPieces)];
  }
  return text;
}

class IndexPathsModel : public testing::TestWithParam<std::uint64_t> {};

TEST_P(IndexPathsModel, TheAnswerIsThatOfTheLongestPathThatCovers) {
  const std::uint64_t seed = GetParam();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::array<DomainName, 3> hosts{name("a.test"), name("b.test"), name("x.b.test")};
  std::vector<std::pair<HostPath, CategorySet>> listed;
  IndexBuilder builder(taxonomy(), {seed, ~seed});
  for (int i = 0; i < 200; ++i) {
    const auto parsed = HostPath::from_text(hosts[random() % 2].to_text() + random_path(random));
    if (!parsed ||
        std::ranges::any_of(listed, [&](auto& other) { return other.first == *parsed; })) {
      continue;
    }
    listed.emplace_back(*parsed, CategorySet(random() % 4 == 0 ? 0 : random() | 1));
    builder.add_path(*parsed, listed.back().second, 0);
  }
  const Index index = must_build(builder);
  ASSERT_EQ(index.path_count(), listed.size());
  for (int i = 0; i < 5000; ++i) {
    const DomainName& host = hosts[random() % hosts.size()];
    const std::string target =
        random() % 3 == 0 ? listed[random() % listed.size()].first.path + random_path(random)
                          : random_path(random);
    const std::pair<HostPath, CategorySet>* longest = nullptr;
    for (const auto& each : listed) {
      if (each.first.host == host && each.first.covers(target) &&
          (longest == nullptr || each.first.path.size() > longest->first.path.size())) {
        longest = &each;
      }
    }
    ASSERT_EQ(index.lookup_path(host, target).categories,
              longest != nullptr ? longest->second : CategorySet())
        << host.to_text() << target;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, IndexPathsModel, testing::Range<std::uint64_t>(1, 11));

}  // namespace
}  // namespace luytre::categories
