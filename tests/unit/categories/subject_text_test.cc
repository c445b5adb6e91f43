// SPDX-License-Identifier: Apache-2.0
#include "subject_text.h"

#include <gtest/gtest.h>

#include <string>

#include "line_fixture.h"

namespace luytre::categories {
namespace {

std::string subject(std::string_view text) {
  const auto found = subject_of(text);
  return found ? testing::show(*found) : "- " + std::string(describe(found.error()));
}

TEST(NameText, TellsApartWhatIsNoName) {
  const struct {
    const char* text;
    SkipCause cause;
  } rows[] = {
      {"192.0.2.1", SkipCause::Address},
      {"192.0.2.1:443", SkipCause::Address},
      {"192.0.2.0/24", SkipCause::Address},
      {"46.148.113.", SkipCause::Address},
      {"2001:db8::1", SkipCause::Address},
      {"2001:db8::/32", SkipCause::Address},
      {"[2001:db8::1]:443", SkipCause::Address},
      {"http://192.0.2.1", SkipCause::Url},
      {"http://192.0.2.1/path", SkipCause::Url},
      {"bücher.example/straße", SkipCause::Url},
      {"bücher.example:80", SkipCause::Url},
      {"https://example.com", SkipCause::Url},
      {"http:example.com", SkipCause::Url},
      {"example.com:9900", SkipCause::Url},
      {"example.com/path", SkipCause::Url},
      {"example.com:80/path", SkipCause::Url},
      {"/path/without/host.php", SkipCause::Url},
      {"192.0.2.1/path.html", SkipCause::Url},
      {"192.0.2.1:8443/node.js", SkipCause::Url},
      {"localhost", SkipCause::SingleLabel},
      {"xyz", SkipCause::SingleLabel},
      {"việtnam", SkipCause::SingleLabel},
      {"", SkipCause::NotAName},
      {".", SkipCause::NotAName},
      {"a..b.com", SkipCause::NotAName},
      {"||example.com^", SkipCause::NotAName},
      {"byethost[0-9]+\\.com", SkipCause::NotAName},
      {"example.com,", SkipCause::NotAName},
      {"registry.12913298", SkipCause::NotAName},
      {"$0/", SkipCause::NotAName},
      {"[broken", SkipCause::NotAName},
      {"ex*mple.com", SkipCause::NotAName},
      {"jÃ¥tÃ¯gÃ¥cÃ¶r88.space", SkipCause::BadIdna},  // UTF-8 read as Latin-1 and written as UTF-8
      {"a\xff.com", SkipCause::BadIdna},
      {"\xe2\x80\xae.com", SkipCause::BadIdna},  // right-to-left override
  };
  for (const auto& row : rows) {
    const auto name = parse_name(row.text);
    ASSERT_FALSE(name) << row.text;
    EXPECT_EQ(describe(name.error()), describe(row.cause)) << row.text;
  }
}

TEST(NameText, TurnsUtf8IntoALabels) {
  const auto name = parse_name("CốcCốc.vn");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->to_text(), "xn--cccc-0x5ac.vn");
  // The same letters composed and decomposed are one name.
  const auto composed = parse_name("ti\xe1\xba\xbfng.vn");
  const auto decomposed = parse_name("tie\xcc\x82\xcc\x81ng.vn");
  ASSERT_TRUE(composed && decomposed);
  EXPECT_EQ(*composed, *decomposed);
  // What browsers ask for: sharp s stays a letter of its own.
  const auto sharp_s = parse_name("straße.de");
  ASSERT_TRUE(sharp_s);
  EXPECT_EQ(sharp_s->to_text(), "xn--strae-oqa.de");
}

TEST(SubjectText, APageStaysWithItsHost) {
  const struct {
    const char* text;
    const char* page;
  } rows[] = {
      {"example.com/bad", "example.com/bad"},
      {"http://example.com/bad/", "example.com/bad"},
      {"HTTPS://Example.COM/Bad?Q=1", "example.com/Bad?Q=1"},
      {"http://bücher.example/straße", "xn--bcher-kva.example/stra%C3%9Fe"},
      {"cốccốc.vn/x", "xn--cccc-0x5ac.vn/x"},
      {"example.com/%2f%c3", "example.com/%2F%C3"},
      {"example.com./bad", "example.com/bad"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(subject(row.text), row.page) << row.text;
  }
}

TEST(SubjectText, WhatIsNoPageOfANamedHostIsNeverWidened) {
  for (const std::string& text :
       {std::string("http://example.com/"), std::string("http://example.com"),
        std::string("example.com/"), std::string("example.com//"),
        std::string("example.com:80/bad"), std::string("http://example.com:8080/bad"),
        std::string("example.com/bad#part"), std::string("example.com?x=1/2"),
        std::string("http://198.18.0.1/bad"), std::string("http://[2001:500::1]/bad"),
        std::string("ftp://example.com/bad"), std::string("http:///bad"),
        "example.com/" + std::string(250, 'a')}) {
    EXPECT_TRUE(subject(text).starts_with("- ")) << text << ": " << subject(text);
  }
  EXPECT_EQ(subject("http://example.com/"), "- URL that is no page of a named host");
  EXPECT_EQ(subject("http://localhost/bad"), "- single label");
  EXPECT_EQ(subject("jÃ¥tÃ¯gÃ¥cÃ¶r88.space/bad"), "- invalid internationalised name");
}

TEST(SubjectText, AddressesAndRangesAreSubjects) {
  EXPECT_EQ(subject("198.51.100.7"), "198.51.100.7");
  EXPECT_EQ(subject("198.51.100.0/24"), "198.51.100.0/24");
  EXPECT_EQ(subject("2001:500:0::/48"), "2001:500::/48");
  EXPECT_EQ(subject("::ffff:198.51.100.7"), "198.51.100.7");
  for (const char* text : {"198.51.100.7:80", "198.51.100.7/24", "198.51.100.0/33", "46.148.113.",
                           "[2001:500::1]:443", "2001:500::1/32", "1.2.3"}) {
    EXPECT_EQ(subject(text), "- address with a port, or a redirection") << text;
  }
}

}  // namespace
}  // namespace luytre::categories
