// SPDX-License-Identifier: Apache-2.0
#include "categories/host_path.h"

#include <gtest/gtest.h>

namespace luytre::categories {
namespace {

TEST(HostPath, TextComesBackWithoutSchemeAndClosingSlash) {
  struct Row {
    std::string_view text;
    std::string_view expected;
  };
  for (const Row& row : {Row{"example.com/bad", "example.com/bad"},
                         {"http://Example.COM/Bad/", "example.com/Bad"},
                         {"https://a.example.com/x%2fy?id=3", "a.example.com/x%2Fy?id=3"}}) {
    const auto path = HostPath::from_text(row.text);
    ASSERT_TRUE(path) << row.text;
    EXPECT_EQ(path->to_text(), row.expected);
    EXPECT_EQ(HostPath::from_text(path->to_text()), path);
  }
}

TEST(HostPath, WhatIsNoPageOfAHostIsRefused) {
  for (const std::string_view text :
       {"", "/", "example.com", "example.com/", "example.com//", "example.com:8080/x",
        "user@example.com/x", "ftp://example.com/x", "example.com/x#top", "example.com/a b",
        "/only", "example.com/\xc3\xa9", "example.com/a\x01"}) {
    EXPECT_FALSE(HostPath::from_text(text)) << text;
  }
  EXPECT_TRUE(HostPath::from_text("example.com/" + std::string(249, 'a')));
  EXPECT_FALSE(HostPath::from_text("example.com/" + std::string(250, 'a')));
}

TEST(HostPath, CoversItselfAndWhatIsBelowAndNothingElse) {
  const auto path = HostPath::from_text("example.com/bad%2fplace");
  ASSERT_TRUE(path);
  for (const std::string_view covered :
       {"/bad%2Fplace", "/bad%2fplace", "/bad%2Fplace/", "/bad%2Fplace/x", "/bad%2Fplace?q"}) {
    EXPECT_TRUE(path->covers(covered)) << covered;
  }
  for (const std::string_view other :
       {"", "/", "/bad", "/bad%2Fplaces", "/Bad%2Fplace", "/bad%2Fplac", "/x/bad%2Fplace"}) {
    EXPECT_FALSE(path->covers(other)) << other;
  }
}

TEST(HostPath, CoversItselfAlsoWithEscapesThatAreNone) {
  for (const std::string_view target : {"/a%", "/%c", "/%cz", "/%zf", "/%%ca", "/%c%d"}) {
    const auto path = HostPath::from_text("example.com" + std::string(target));
    ASSERT_TRUE(path) << target;
    EXPECT_TRUE(path->covers(target)) << target;
    EXPECT_TRUE(path->covers(path->path)) << target;
  }
}

}  // namespace
}  // namespace luytre::categories
