// SPDX-License-Identifier: Apache-2.0
#include "categories/taxonomy.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <string>

namespace luytre::categories {
namespace {

const std::filesystem::path kShipped =
    std::filesystem::path(LUYTRE_SOURCE_DIR) / "categories/data/taxonomy.toml";

CategorySet bits(unsigned first, unsigned last) {
  CategorySet set;
  for (unsigned bit = first; bit <= last; ++bit) {
    set |= CategorySet::of(static_cast<CategoryId>(bit));
  }
  return set;
}

class TaxonomyFile : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(file_); }

  Result<Taxonomy> load(const std::string& text) {
    std::ofstream(file_) << text;
    return Taxonomy::load(file_);
  }

  // The message without the folder, or "" if the file was taken.
  std::string complaint(const std::string& text) {
    const auto taxonomy = load(text);
    if (taxonomy) {
      return "";
    }
    EXPECT_EQ(taxonomy.error().code, ErrorCode::Invalid);
    return taxonomy.error().message.substr(file_.parent_path().string().size() + 1);
  }

  std::filesystem::path file_ = std::filesystem::path(::testing::TempDir()) /
                                ("taxonomy-" + std::to_string(::getpid()) + ".toml");
  std::string name_ = file_.filename().string();
};

const std::string kPorn =
    "[[category]]\nbit = 13\nname = \"porn\"\ntier = \"content\"\ndescription = \"d\"\n";
const std::string kUnknown =
    "[[category]]\nbit = 63\nname = \"none\"\ntier = \"content\"\ndescription = \"d\"\n";

TEST(Taxonomy, TheShippedFileHasAll64CategoriesInTheirTiers) {
  const auto taxonomy = Taxonomy::load(kShipped);
  ASSERT_TRUE(taxonomy) << taxonomy.error().message;
  EXPECT_EQ(taxonomy->categories().size(), 64U);
  EXPECT_EQ(taxonomy->tier(CategoryTier::Mandatory), bits(0, 2));
  EXPECT_EQ(taxonomy->tier(CategoryTier::Security), bits(3, 8));
  EXPECT_EQ(taxonomy->tier(CategoryTier::Bypass), bits(9, 12));
  EXPECT_EQ(taxonomy->tier(CategoryTier::NeverBlock2), bits(55, 59));
  EXPECT_EQ(taxonomy->tier(CategoryTier::NeverBlock1), bits(60, 62));
  EXPECT_EQ(taxonomy->tier(CategoryTier::Content), bits(13, 54) | bits(63, 63));
}

TEST(Taxonomy, CategoriesAreFoundByBitNameAndUt1Folder) {
  const auto taxonomy = Taxonomy::load(kShipped);
  ASSERT_TRUE(taxonomy) << taxonomy.error().message;
  const Category* porn = taxonomy->find("porn");
  ASSERT_NE(porn, nullptr);
  EXPECT_EQ(porn->id, CategoryId{13});
  EXPECT_EQ(taxonomy->find(CategoryId{13}), porn);
  EXPECT_EQ(taxonomy->find_ut1("adult"), porn);
  EXPECT_EQ(taxonomy->find_ut1("porn"), porn);  // the link
  EXPECT_EQ(taxonomy->find("adult"), nullptr);
  EXPECT_EQ(taxonomy->find_ut1("liste_blanche"), nullptr);
  EXPECT_EQ(taxonomy->find(static_cast<CategoryId>(64)), nullptr);
  EXPECT_EQ(taxonomy->find(kUncategorised)->name, "uncategorised");
}

TEST(Taxonomy, SetsAreDescribedInBitOrder) {
  const auto taxonomy = Taxonomy::load(kShipped);
  ASSERT_TRUE(taxonomy) << taxonomy.error().message;
  EXPECT_EQ(taxonomy->describe(CategorySet{}), "");
  EXPECT_EQ(taxonomy->describe(CategorySet::of(CategoryId{16}) | CategorySet::of(CategoryId{3})),
            "malware, gambling");
}

TEST_F(TaxonomyFile, ASmallerTaxonomyIsFine) {
  const auto taxonomy = load(kPorn + kUnknown);
  ASSERT_TRUE(taxonomy) << taxonomy.error().message;
  EXPECT_EQ(taxonomy->categories().size(), 2U);
  EXPECT_EQ(taxonomy->find(CategoryId{0}), nullptr);
  EXPECT_EQ(taxonomy->describe(bits(0, 0)), "bit 0");
}

TEST_F(TaxonomyFile, EveryMistakeIsNamedWithItsLine) {
  EXPECT_EQ(complaint(kPorn), name_ +
                                  ":1: no category has bit 63, which stands for names that no "
                                  "list knows");
  EXPECT_EQ(complaint(""), name_ + ":1: no [[category]] table");
  EXPECT_EQ(complaint("x = 1\n"), name_ + ":1: unknown key \"x\"");
  EXPECT_EQ(complaint("category = [1]\n"), name_ + ":1: a category is a table: [[category]]");
  EXPECT_EQ(complaint(kPorn + "colour = 1\n" + kUnknown), name_ + ":6: unknown key \"colour\"");
  EXPECT_EQ(complaint(kPorn + kPorn + kUnknown), name_ + ":6: bit 13 is already \"porn\"");
  EXPECT_EQ(complaint(kPorn + "ut1 = 3\n"), name_ + ":6: \"ut1\" must be a list of folder names");
  EXPECT_EQ(complaint(kPorn + "ut1 = [\"a\",\n 3]\n"),
            name_ + ":7: \"ut1\" must be a list of folder names");
  EXPECT_EQ(complaint(kPorn + "ut1 = [\"a\"]\n" + kUnknown + "ut1 = [\"a\"]\n"),
            name_ + ":7: the UT1 folder \"a\" already belongs to \"porn\"");
  EXPECT_EQ(complaint(kPorn + "private_suffixes = 1\n"),
            name_ + ":6: \"private_suffixes\" must be true or false");
  EXPECT_EQ(complaint("[[category]]\nbit = 64\n"),
            name_ + ":2: \"bit\" must be a number from 0 to 63");
  EXPECT_EQ(complaint("[[category]]\nbit = 1\nname = \"a\"\ndescription = \"d\"\ntier = \"x\"\n"),
            name_ + ":5: there is no tier \"x\"");
  EXPECT_EQ(complaint("[[category]]\nbit = 1\nname = \"A b\"\ndescription = \"d\"\n"
                      "tier = \"content\"\n"),
            name_ + ":1: the name \"A b\" may only hold a-z, 0-9 and _");
  EXPECT_NE(complaint("[[category]\n").find(name_ + ":1: "), std::string::npos);
}

TEST_F(TaxonomyFile, NoCutOfTheShippedFileIsTakenAsAWhole) {
  std::ifstream in(kShipped);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::size_t last = text.rfind("[[category]]");
  for (std::size_t cut = 0; cut < last; cut += 97) {
    EXPECT_FALSE(load(text.substr(0, cut))) << cut;
  }
}

TEST(Taxonomy, AMissingFileIsNotFound) {
  const auto taxonomy = Taxonomy::load("/nonexistent/taxonomy.toml");
  ASSERT_FALSE(taxonomy);
  EXPECT_EQ(taxonomy.error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace luytre::categories
