// SPDX-License-Identifier: Apache-2.0
#include "registry_rows.h"

#include <gtest/gtest.h>

#include <string>

#include "import_fixture.h"
#include "line_fixture.h"

namespace luytre::categories {
namespace {

std::string row(std::string_view header, std::string_view text) {
  return testing::parsed_last(ListFormat::LabelRegistry, {header, text});
}

TEST(RegistryRows, AColumnSaysHowFarARowReaches) {
  EXPECT_EQ(row("host,age", "example.com,16"), "example.com exact from 16");
  EXPECT_EQ(row("domain,age", "example.com,16"), "example.com subtree from 16");
  EXPECT_EQ(row("url,age", "https://example.com/,16"), "example.com exact from 16");
  EXPECT_EQ(row("url,age", "https://example.com,16"), "example.com exact from 16");
  EXPECT_EQ(row("url,age", "https://example.com/shop/,16").substr(0, 16), "example.com/shop");
}

TEST(RegistryRows, HeadersDifferAndRowsDoNot) {
  EXPECT_EQ(row("Country,MIN_AGE,Domain", "DE,12,example.com"), "example.com subtree from 12");
  EXPECT_EQ(row("\"host\",\"Minimum_Age\",owner", "example.com,\"6\",\"A, \"\"B\"\"\""),
            "example.com exact from 6");
}

TEST(RegistryRows, RtaIsForAdults) {
  EXPECT_EQ(row("host,age,label", "example.com,,RTA"), "example.com exact adult_mature from 18");
  EXPECT_EQ(row("host,age,type", "example.com,12,rta"), "example.com exact adult_mature from 18");
  EXPECT_EQ(row("host,age,label", "example.com,12,age-de"), "example.com exact from 12");
}

TEST(RegistryRows, AgesAreYears) {
  EXPECT_EQ(row("host,age", "example.com,21"), "example.com exact from 18");
  for (const char* age : {"", "x", "-6", "6+", "100", "1 6"}) {
    EXPECT_EQ(row("host,age", "example.com," + std::string(age)), "- field with an invalid value")
        << age;
  }
  EXPECT_EQ(row("host,age", "example.com,0"), "- label for all ages");
  EXPECT_EQ(row("host,age", "example.com"), "- field with an invalid value");
}

class RegistryImport : public testing::ImportTest {};

TEST_F(RegistryImport, AnAgeNeedsNoCategory) {
  const ParsedList list = import_text("domain,age\nexample.com,16\nblogspot.com,18\ncom,18\n",
                                      as("", ListFormat::LabelRegistry));
  EXPECT_EQ(show(list.content), "blogspot.com exact\nexample.com subtree\n");
  EXPECT_EQ(find(list.content, "example.com")->minimum_age, 16);
  EXPECT_TRUE(find(list.content, "example.com")->categories.empty());
  EXPECT_EQ(skipped(list.report, SkipCause::SingleLabel), 1U);
}

TEST_F(RegistryImport, AHeaderWithoutItsColumnsRefusesTheFile) {
  for (const char* header : {"name,age", "host,domain,age", "host,years", "host,age,min_age"}) {
    const auto list = read_list(write("r.csv", std::string(header) + "\na.example,16,16\n"),
                                taxonomy_, as("", ListFormat::LabelRegistry));
    ASSERT_FALSE(list) << header;
    EXPECT_EQ(list.error().code, ErrorCode::Invalid);
  }
}

}  // namespace
}  // namespace luytre::categories
