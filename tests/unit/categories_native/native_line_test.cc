// SPDX-License-Identifier: Apache-2.0
#include "categories/native/native_line.h"

#include "native_fixture.h"

namespace luytre::categories::test {
namespace {

std::string canonical(std::string_view line) {
  const auto entry = parse_native(line, vocabulary());
  if (!entry || !*entry) {
    return entry ? "nothing" : std::string(describe(entry.error()));
  }
  std::string text;
  const auto appended = append_native(text, **entry, vocabulary());
  return appended ? text : appended.error().message;
}

TEST(NativeLine, IsWrittenInOneSpelling) {
  struct Row {
    std::string_view written;
    std::string_view canonical;
  };
  constexpr Row kRows[] = {
      {"Casino.Example.\tgambling", "casino.example\tgambling\n"},
      {"  casino.example \t porn,gambling \t subtree\t-\r", "casino.example\tgambling,porn\n"},
      {"casino.example gambling exact", "casino.example\tgambling\texact\n"},
      {"casino.example gambling # as reported", "casino.example\tgambling\n"},
      {"casino.example\tgambling # as reported", "casino.example\tgambling\n"},
      {"casino.example\tgambling\t# as reported", "casino.example\tgambling\n"},
      {"casino.example\tgambling\t-\t18", "casino.example\tgambling\tsubtree\t18\n"},
      {"casino.example\tgambling\texact\t0\tQĐ 12/2026 #3\t-",
       "casino.example\tgambling\texact\t-\tQĐ 12/2026 #3\n"},
      {"casino.example\tgambling\t\t\t\t2026-12-31",
       "casino.example\tgambling\tsubtree\t-\t-\t2026-12-31\n"},
      {"casino.example\tgambling\t\t\t\t2027-01-01T00:00:00Z",
       "casino.example\tgambling\tsubtree\t-\t-\t2026-12-31\n"},
      {"casino.example\tgambling\t-\t-\t-\t2026-12-31T12:00:00Z",
       "casino.example\tgambling\tsubtree\t-\t-\t2026-12-31T12:00:00Z\n"},
      {"!casino.example\t*", "!casino.example\t*\n"},
      {"games.example\t-\t-\t16", "games.example\t-\tsubtree\t16\n"},  // an age alone
      {"!casino.example\tporn\texact", "!casino.example\tporn\texact\n"},
      {"https://Casino.example/Bad%2fplace/\tgambling", "casino.example/Bad%2Fplace\tgambling\n"},
      {"casino.example/page\tgambling\t-\t16", "casino.example/page\tgambling\t-\t16\n"},
      {"192.0.2.0/24\tmalware", "192.0.2.0/24\tmalware\n"},
      {"192.0.2.7/32\tmalware\t-\t-", "192.0.2.7\tmalware\n"},
      {"!2001:DB8:0::/32\t*\t-\t-\t-\t2026-12-31", "!2001:db8::/32\t*\t-\t-\t-\t2026-12-31\n"},
      {"# a comment", "nothing"},
      {"   ", "nothing"},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(canonical(row.written), row.canonical) << row.written;
  }
}

TEST(NativeLine, ThatSaysNothingIsRefusedWithItsCause) {
  struct Row {
    std::string_view line;
    NativeCause cause;
  };
  constexpr Row kRows[] = {
      {"casino.example\t-", NativeCause::BadCategories},
      {"!casino.example\t-\t-\t16", NativeCause::BadCategories},
      {"casino.example", NativeCause::Columns},
      {"casino.example # gambling", NativeCause::Columns},
      {"a.example\tporn\texact\t1\tx\t2026-12-31\tmore", NativeCause::Columns},
      {"-\tporn", NativeCause::SingleLabel},
      {"a..example\tporn", NativeCause::NotASubject},
      {"!!a.example\tporn", NativeCause::NotASubject},
      {"example\tporn", NativeCause::SingleLabel},
      {"example/page\tporn", NativeCause::SingleLabel},
      {"*.example.com\tporn", NativeCause::NotASubject},
      {"a.example/\tporn", NativeCause::NotASubject},
      {"a.example:8080/x\tporn", NativeCause::NotASubject},
      {"192.0.2.1/24\tporn", NativeCause::HostBits},
      {"192.0.2.0/33\tporn", NativeCause::HostBits},
      {"192.0.2.0/page\tporn", NativeCause::NotASubject},
      {"a.example\tporn,,gambling", NativeCause::BadCategories},
      {"a.example\tporn,porn", NativeCause::BadCategories},
      {"a.example\tPorn", NativeCause::BadCategories},
      {"a.example\t*", NativeCause::BadCategories},
      {"a.example\tporn,unheard_of", NativeCause::UnknownCategory},
      {"a.example\tuncategorised", NativeCause::UnknownCategory},
      {"a.example\tporn\tsometimes", NativeCause::BadReach},
      {"192.0.2.1\tporn\texact", NativeCause::BadReach},
      {"a.example/x\tporn\tsubtree", NativeCause::BadReach},
      {"a.example\tporn\texact\t19", NativeCause::BadMinimumAge},
      {"a.example\tporn\texact\t007", NativeCause::BadMinimumAge},
      {"a.example\tporn\texact\t-1", NativeCause::BadMinimumAge},
      {"a.example\tporn\texact\t-\tx\x01y", NativeCause::BadLegalRef},
      {"a.example\tporn\texact\t-\t\xc3(", NativeCause::BadLegalRef},
      {"a.example\tporn\texact\t-\t\xed\xa0\x80", NativeCause::BadLegalRef},
      {"a.example\tporn\texact\t-\t-\t31.12.2026", NativeCause::BadExpiry},
      {"a.example\tporn\texact\t-\t-\t2026-02-29", NativeCause::BadExpiry},
      {"a.example\tporn\texact\t-\t-\t1970-01-01T00:00:00Z", NativeCause::BadExpiry},
  };
  for (const Row& row : kRows) {
    const auto parsed = parse_native(row.line, vocabulary());
    ASSERT_FALSE(parsed) << row.line;
    EXPECT_EQ(describe(parsed.error()), describe(row.cause)) << row.line;
  }
  const std::string long_line = "a.example\tporn" + std::string(kMaxNativeLineBytes, ' ');
  EXPECT_EQ(parse_native(long_line, vocabulary()).error(), NativeCause::LineTooLong);
}

TEST(NativeLine, KeepsTheListsOwnWordsForImporters) {
  const auto fields = split_native("cốccốc.vn\tadult,poker\texact\t16");
  ASSERT_TRUE(fields && *fields);
  EXPECT_EQ((*fields)->subject, "cốccốc.vn");
  EXPECT_EQ((*fields)->categories, "adult,poker");
  EXPECT_EQ((*fields)->reach, Reach::Exact);
  EXPECT_EQ((*fields)->minimum_age, 16);
}

TEST(NativeLine, CanonicalFormRefusesEveryOtherSpelling) {
  EXPECT_TRUE(parse_canonical("casino.example\tgambling,porn\texact", vocabulary()));
  constexpr std::string_view kRefused[] = {
      "Casino.example\tgambling",
      "casino.example.\tgambling",
      "casino.example\tporn,gambling",
      "casino.example\tgambling\tsubtree",
      "casino.example\tgambling\t-",
      "casino.example\tgambling\t-\t18",
      "casino.example\tgambling\texact\t-",
      "casino.example\tgambling\texact\t0",
      "casino.example\tgambling\texact\t08",
      "casino.example\tgambling\texact\t-\t-",
      "casino.example\tgambling\texact\t-\t x",
      "casino.example\tgambling\texact\t-\t-\t2026-12-31T00:00:00Z",
      "casino.example\tgambling\texact\t",
      "casino.example gambling",
      "casino.example\tgambling\r",
      " casino.example\tgambling",
      "# comment",
      "",
      "192.0.2.7/32\tmalware",
      "192.0.2.7\tmalware\t-",
      "2001:DB8::/32\tmalware",
      "http://casino.example/x\tgambling",
      "casino.example/x/\tgambling",
      "casino.example/x%2f\tgambling",
      "casino.example\t*",
  };
  for (const std::string_view line : kRefused) {
    EXPECT_FALSE(parse_canonical(line, vocabulary())) << line;
  }
}

TEST(NativeLine, WordsOfANewerTaxonomyAreLeftOut) {
  const auto some = parse_canonical("a.example\tgambling,metaverse", vocabulary());
  ASSERT_TRUE(some);
  EXPECT_EQ(some->unknown_words, 1U);
  EXPECT_FALSE(some->says_nothing);
  EXPECT_EQ(std::get<ListedName>(some->entry).categories, CategorySet::of(kGambling));
  // An exception of unknown words must not become one that takes back everything.
  const auto none = parse_canonical("!a.example\tmetaverse", vocabulary());
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->says_nothing);
  const auto everything = parse_canonical("!a.example\t*", vocabulary());
  ASSERT_TRUE(everything);
  EXPECT_FALSE(everything->says_nothing);
}

TEST(NativeLine, RoundTripsAndAgreesWithTheLenientReader) {
  for (std::uint32_t seed = 1; seed <= 2000; ++seed) {
    const std::string written = RandomLine(seed).line();
    const auto entry = parse_native(written, vocabulary());
    ASSERT_TRUE(entry && *entry) << seed << ": " << written;
    std::string text;
    ASSERT_TRUE(append_native(text, **entry, vocabulary())) << seed << ": " << written;
    text.pop_back();
    const auto strict = parse_canonical(text, vocabulary());
    ASSERT_TRUE(strict) << seed << ": " << text;
    EXPECT_EQ(native_order(strict->entry, **entry), std::strong_ordering::equal) << text;
    std::string again;
    ASSERT_TRUE(append_native(again, strict->entry, vocabulary()));
    EXPECT_EQ(again, text + "\n");
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
      const auto shorter = parse_canonical(std::string_view(text).substr(0, cut), vocabulary());
      std::string rewritten;
      if (shorter && !shorter->says_nothing && shorter->unknown_words == 0) {
        ASSERT_TRUE(append_native(rewritten, shorter->entry, vocabulary()));
        EXPECT_EQ(rewritten, text.substr(0, cut) + "\n");
      }
    }
  }
}

TEST(NativeLine, WhatTheFormatCannotSayIsAnError) {
  std::string text;
  ListedName listed;
  listed.categories = CategorySet::of(kPorn);
  listed.name = DomainName::from_text("a\\032b.example").value_or(DomainName{});
  EXPECT_FALSE(append_native(text, listed, vocabulary()));
  listed.name = DomainName::from_text("a.example").value_or(DomainName{});
  EXPECT_TRUE(append_native(text, listed, vocabulary()));
  listed.terms.legal_ref = "two\tcolumns";
  EXPECT_FALSE(append_native(text, listed, vocabulary()));
  listed.terms = {.legal_ref = "", .expires = 1'000'000'000'000};
  EXPECT_FALSE(append_native(text, listed, vocabulary()));
  listed.terms = {};
  listed.categories = CategorySet::of(kUncategorised);
  EXPECT_FALSE(append_native(text, listed, vocabulary()));
  listed.categories = CategorySet();
  EXPECT_FALSE(append_native(text, listed, vocabulary()));
  EXPECT_EQ(text, "a.example\tporn\n");
}

}  // namespace
}  // namespace luytre::categories::test
