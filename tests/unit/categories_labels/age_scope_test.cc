// SPDX-License-Identifier: Apache-2.0
#include "age_scope.h"

#include <string>

namespace luytre::categories {
namespace {

DomainName host(const char* text) { return DomainName::from_text(text).value_or(DomainName{}); }

// "host", "host and below", "/path", or why nothing.
std::string covered(const char* scope, const char* at = "example.com") {
  const auto parsed = parse_scope(scope, host(at));
  if (!parsed) {
    switch (parsed.error()) {
      case LabelRefusal::OtherHost:
        return "other host";
      case LabelRefusal::Pattern:
        return "pattern";
      default:
        return "bad";
    }
  }
  if (const auto* path = std::get_if<HostPath>(&parsed->subject); path != nullptr) {
    EXPECT_EQ(path->host, host(at));
    return path->path;
  }
  EXPECT_EQ(*std::get_if<DomainName>(&parsed->subject), host(at));
  return parsed->reach == Reach::Subtree ? "host and below" : "host";
}

TEST(AgeScope, CoversTheHost) {
  for (const char* scope : {"example.com", "example.com/", "example.com/*", "http://example.com",
                            "https://EXAMPLE.com/*", "*", "*/*", "/", "/*", ""}) {
    EXPECT_EQ(covered(scope), "host") << scope;
  }
  for (const char* scope : {"*.example.com", "*.example.com/*", "https://*.example.com/"}) {
    EXPECT_EQ(covered(scope), "host and below") << scope;
    EXPECT_EQ(covered(scope, "www.example.com"), "host and below") << scope;
  }
}

TEST(AgeScope, CoversPagesAndFolders) {
  EXPECT_EQ(covered("example.com/shop"), "/shop");
  EXPECT_EQ(covered("example.com/shop/*"), "/shop");
  EXPECT_EQ(covered("*.example.com/Shop/adult/*"), "/Shop/adult");
  EXPECT_EQ(covered("*/shop/"), "/shop");
  EXPECT_EQ(covered("/shop.php?part=3"), "/shop.php?part=3");
}

TEST(AgeScope, SpeaksOfNoOtherHost) {
  EXPECT_EQ(covered("b.example"), "other host");
  EXPECT_EQ(covered("b.example/page"), "other host");
  EXPECT_EQ(covered("*.b.example/*"), "other host");
  EXPECT_EQ(covered("www.example.com"), "other host");
  EXPECT_EQ(covered("example.com", "www.example.com"), "other host");
  EXPECT_EQ(covered("*.www.example.com"), "other host");
  EXPECT_EQ(covered("*.notexample.com"), "other host");
}

TEST(AgeScope, GuessesNoPattern) {
  for (const char* scope :
       {"(www\\.)?example\\.com", "example.com/[0-9]+", "^example.com", "example.com/a|b",
        "*example.com", "w*.example.com", "*.*", "*.com", "example.com/shop*", "example.com/*/shop",
        "example.com/*.html", ".*"}) {
    EXPECT_EQ(covered(scope), "pattern") << scope;
  }
}

TEST(AgeScope, RefusesWhatIsNoHostOrPage) {
  for (const char* scope : {"example.com:8080/", "user@example.com/", "a b", "192.0.2.1/x",
                            "example.com/a b", "ftp://example.com/"}) {
    EXPECT_EQ(covered(scope), "bad") << scope;
  }
}

}  // namespace
}  // namespace luytre::categories
