// SPDX-License-Identifier: Apache-2.0
#include "categories/native/native_text.h"

#include <algorithm>
#include <vector>

#include "native_fixture.h"

namespace luytre::categories::test {
namespace {

ListContent random_content(std::uint32_t seed, std::size_t lines) {
  RandomLine random(seed);
  ListContent content;
  for (std::size_t i = 0; i < lines; ++i) {
    add_line(content, random.line());
  }
  content.normalise();
  return content;
}

TEST(NativeText, IsReadBackAsItWasWritten) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    const ListContent content = random_content(seed, seed);
    const std::string text = text_of(content);
    const auto read = read_native(text, taxonomy());
    ASSERT_TRUE(read) << "seed " << seed << ": " << read.error().message << "\n" << text;
    EXPECT_EQ(read->lines, content.size());
    EXPECT_EQ(read->content.size(), content.size());
    EXPECT_EQ(read->skipped + read->narrowed, 0U);
    EXPECT_EQ(text_of(read->content), text) << "seed " << seed;
  }
}

TEST(NativeText, IsTheSameWhateverTheOrderOfTheLines) {
  RandomLine random(7);
  std::vector<std::string> lines;
  for (int i = 0; i < 300; ++i) {
    lines.push_back(random.line());
  }
  std::string first;
  std::mt19937 engine(11);
  for (int round = 0; round < 10; ++round) {
    ListContent content;
    for (const std::string& line : lines) {
      add_line(content, line);
    }
    content.normalise();
    const std::string text = text_of(content);
    EXPECT_TRUE(first.empty() || text == first) << "round " << round;
    first = text;
    std::ranges::shuffle(lines, engine);
  }
}

TEST(NativeText, HasNamesThenPathsThenPrefixes) {
  ListContent content;
  for (const std::string_view line :
       {"2001:db8::/32\tmalware", "192.0.2.0/24\tmalware", "b.example/x\tporn", "a.b.example\tporn",
        "b.example\tporn", "b.example\tgambling\texact", "!b.example\t*", "z.test\tporn"}) {
    add_line(content, line);
  }
  content.normalise();
  EXPECT_EQ(text_of(content),
            "b.example\tgambling\texact\n"
            "b.example\tporn\n"
            "!b.example\t*\n"
            "a.b.example\tporn\n"
            "z.test\tporn\n"
            "b.example/x\tporn\n"
            "192.0.2.0/24\tmalware\n"
            "2001:db8::/32\tmalware\n");
}

TEST(NativeText, IsReadInPiecesOfAnySize) {
  const std::string text = text_of(random_content(3, 100));
  for (const std::size_t piece : {1U, 2U, 7U, 64U, 4096U}) {
    NativeReader reader(taxonomy());
    for (std::size_t at = 0; at < text.size(); at += piece) {
      ASSERT_TRUE(reader.feed(std::string_view(text).substr(at, piece)));
    }
    const auto read = reader.finish();
    ASSERT_TRUE(read);
    EXPECT_EQ(text_of(read->content), text);
  }
}

TEST(NativeText, CutAnywhereIsAnErrorOrAShorterList) {
  const std::string text = text_of(random_content(5, 40));
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    const std::string_view shorter = std::string_view(text).substr(0, cut);
    const auto read = read_native(shorter, taxonomy());
    const bool at_end = cut == 0 || text[cut - 1] == '\n';
    EXPECT_EQ(read.has_value(), at_end) << cut;
    if (read) {
      EXPECT_EQ(text_of(read->content), shorter);
    }
  }
}

TEST(NativeText, WithAFlippedOctetIsAnErrorOrAnotherList) {
  const std::string text = text_of(random_content(6, 25));
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const unsigned flip : {0x01U, 0x20U, 0x80U}) {
      std::string broken = text;
      broken[at] = static_cast<char>(static_cast<unsigned char>(broken[at]) ^ flip);
      const auto read = read_native(broken, taxonomy());
      if (read && read->skipped + read->narrowed == 0) {
        EXPECT_EQ(text_of(read->content), broken);
      }
    }
  }
}

TEST(NativeText, NamesTheLineThatIsWrong) {
  struct Row {
    std::string_view text;
    std::string_view sentence;
  };
  constexpr Row kRows[] = {
      {"a.example\tporn\nb.example\n", "Line 2"},
      {"a.example\tporn\na.example\tgambling\n", "\"a.example\" is not in order, or there twice"},
      {"b.example\tporn\na.example\tporn\n", "Line 2"},
      {"192.0.2.1\tporn\na.example\tporn\n", "Line 2"},
      {"a.example\tporn", "was cut"},
      {"a.example\tporn\n\n", "Line 2"},
  };
  for (const Row& row : kRows) {
    const auto read = read_native(row.text, taxonomy());
    ASSERT_FALSE(read) << row.text;
    EXPECT_NE(read.error().message.find(row.sentence), std::string::npos) << read.error().message;
  }
}

TEST(NativeText, ALineWithoutEndStopsAtTheBound) {
  NativeReader reader(taxonomy());
  const std::string piece(1024, 'a');
  std::size_t taken = 0;
  while (taken < 100 && reader.feed(piece)) {
    ++taken;
  }
  EXPECT_LE(taken * piece.size(), kMaxNativeLineBytes);
}

TEST(NativeText, CountsWhatANewerTaxonomySays) {
  const auto read = read_native(
      "!a.example\tmetaverse\nb.example\tgambling,metaverse\nc.example\tmetaverse\n", taxonomy());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->lines, 3U);
  EXPECT_EQ(read->skipped, 2U);
  EXPECT_EQ(read->narrowed, 1U);
  EXPECT_EQ(text_of(read->content), "b.example\tgambling\n");
}

TEST(NativeText, TheSinksErrorStopsTheWriter) {
  const auto written = write_native(random_content(1, 10), taxonomy(), [](std::string_view) {
    return Result<void>(fail(ErrorCode::NoSpace, "The disk is full"));
  });
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::NoSpace);
}

}  // namespace
}  // namespace luytre::categories::test
