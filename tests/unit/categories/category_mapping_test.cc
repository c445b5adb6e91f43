// SPDX-License-Identifier: Apache-2.0
#include "categories/import/category_mapping.h"

#include <gtest/gtest.h>

#include "import_fixture.h"

namespace luytre::categories {
namespace {

class MappingTest : public testing::ImportTest {
 protected:
  CategoryMapping mapping(std::string_view text) const {
    auto read = CategoryMapping::parse(text, taxonomy_);
    EXPECT_TRUE(read) << text;
    return read ? *std::move(read) : CategoryMapping();
  }
};

TEST_F(MappingTest, AWordGoesToOneOrSeveralOfOurCategoriesOrNone) {
  const CategoryMapping read = mapping("adult=porn, poker = gambling+dating,jobs=-");
  EXPECT_EQ(read.find("adult"), set("porn"));
  EXPECT_EQ(read.find("poker"), set("gambling") | set("dating"));
  EXPECT_EQ(read.find("jobs"), CategorySet());
  EXPECT_EQ(read.find("other"), std::nullopt);
  EXPECT_TRUE(mapping("").empty());
}

TEST_F(MappingTest, MistakesAreAnsweredWithWhatToWrite) {
  const struct {
    const char* text;
    const char* sentence;
  } rows[] = {{"adult", "WORD=CATEGORY"},
              {"=porn", "WORD=CATEGORY"},
              {"adult=", "WORD=CATEGORY"},
              {"adult=porn,,poker=gambling", "WORD=CATEGORY"},
              {"adult=porno", "'porno', which is no category"},
              {"adult=uncategorised", "is no category"},
              {"adult=porn+-", "is no category"},
              {"adult=porn,adult=dating", "'adult' twice"}};
  for (const auto& row : rows) {
    const auto read = CategoryMapping::parse(row.text, taxonomy_);
    ASSERT_FALSE(read) << row.text;
    EXPECT_EQ(read.error().code, ErrorCode::Invalid);
    EXPECT_NE(read.error().message.find(row.sentence), std::string::npos) << read.error().message;
  }
}

TEST_F(MappingTest, TheListsOwnWordsAreTranslated) {
  ImportOptions options;
  options.mapping = mapping("adult=porn,poker=gambling,games=-");
  const ParsedList list = import_text(
      "name,categories\na.example,adult\nb.example,poker;dating\nc.example,games\n"
      "d.example,games;porn\ne.example,unheard\n",
      options);
  EXPECT_EQ(find(list.content, "a.example")->categories, set("porn"));
  EXPECT_EQ(find(list.content, "b.example")->categories, set("gambling") | set("dating"));
  EXPECT_EQ(find(list.content, "d.example")->categories, set("porn"));
  EXPECT_EQ(skipped(list.report, SkipCause::LeftOut), 1U);
  EXPECT_EQ(skipped(list.report, SkipCause::UnknownCategory), 1U);
}

}  // namespace
}  // namespace luytre::categories
