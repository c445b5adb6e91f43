// SPDX-License-Identifier: Apache-2.0
#include "age_document.h"

#include <string>

#include "labels_text.h"

namespace luytre::categories {
namespace {

TEST(AgeDocument, ReadsWhatGeneratorsWrite) {
  const auto document = parse_age_document(age_xml(
      "<label class=\"default\"><min-age>6</min-age><default-age>12</default-age></label>"
      "<label class=\"unit1\"><age> 16\n</age><min-age>0</min-age><scope>example.com</scope>"
      "<scope>www.example.com</scope><custom info=\"x\">y</custom></label>",
      "18", "true",
      "<country class=\"age-de.xml\"><country-code>DE</country-code><country-code>AT</country-code>"
      "</country><country-default>age.xml</country-default>"));
  ASSERT_TRUE(document);
  EXPECT_TRUE(document->in_file);
  EXPECT_EQ(document->default_age, "18");
  ASSERT_EQ(document->labels.size(), 2U);
  EXPECT_TRUE(document->labels[0].is_default);
  EXPECT_EQ(document->labels[0].minimum_age, "6");
  EXPECT_EQ(document->labels[0].default_age, "12");
  EXPECT_EQ(document->labels[1].age, "16");
  EXPECT_EQ(document->labels[1].scopes,
            (std::vector<std::string>{"example.com", "www.example.com"}));
  ASSERT_EQ(document->countries.size(), 1U);
  EXPECT_EQ(document->countries[0].file, "age-de.xml");
  EXPECT_EQ(document->countries[0].countries, (std::vector<std::string>{"DE", "AT"}));
  EXPECT_EQ(document->country_default, "age.xml");
}

TEST(AgeDocument, LabelsOfOtherKindsAreNotInTheFile) {
  std::string text = age_xml(label("16", "example.com"));
  for (std::size_t at = 0; (at = text.find("labeltype-xmlfile", at)) != std::string::npos;) {
    text.replace(at, 17, "labeltype-htmlmeta-definition");
  }
  const auto document = parse_age_document(text);
  ASSERT_TRUE(document);
  EXPECT_TRUE(document->labels.empty());
}

TEST(AgeDocument, RefusesWhatOnlyHarmNeeds) {
  const std::string sound = age_xml(label("16", "example.com"));
  const std::string body = sound.substr(sound.find("<age-declaration>"));
  std::string deep = "<age-declaration>";
  for (int i = 0; i < 5000; ++i) {
    deep += "<a>";
  }
  const struct {
    const char* description;
    std::string text;
  } rows[] = {
      {"nothing", ""},
      {"text", "404 not found"},
      {"another root", "<html><head></head></html>"},
      {"a document type", "<!DOCTYPE age-declaration>" + body},
      {"an external document type",
       "<!DOCTYPE age-declaration SYSTEM \"http://x.example/a\">" + body},
      {"an entity", "<!DOCTYPE a [<!ENTITY b \"bbbb\">]>" + body},
      {"an external entity",
       "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><age-declaration>&b;"
       "</age-declaration>"},
      {"an entity that nobody declared", "<age-declaration>&b;</age-declaration>"},
      {"too deep", deep},
      {"too long a word", age_xml(label("16", std::string(5000, 'x')))},
      {"too large", age_xml("<!-- " + std::string(70'000, 'x') + " -->")},
      {"octets that are no UTF-8", age_xml("<!-- \xff\xfe -->")},
      {"two roots", body + body},
  };
  for (const auto& row : rows) {
    EXPECT_FALSE(parse_age_document(row.text)) << row.description;
  }
  EXPECT_TRUE(parse_age_document(body));
}

TEST(AgeDocument, NoPartOfADocumentIsOne) {
  const std::string text = age_xml(label("16", "example.com"));
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {
    EXPECT_FALSE(parse_age_document(std::string_view(text).substr(0, size))) << size;
  }
}

TEST(AgeDocument, AnyFlippedBitIsHarmless) {
  std::string text = age_xml(label("16", "example.com"));
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    const auto flip = static_cast<char>(1 << (bit % 8));
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ flip);
    const auto document = parse_age_document(text);
    EXPECT_TRUE(!document || document->labels.size() <= 1);
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ flip);
  }
}

}  // namespace
}  // namespace luytre::categories
