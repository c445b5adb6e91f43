// SPDX-License-Identifier: Apache-2.0
#include "csv_rows.h"

#include <gtest/gtest.h>

#include <string>

#include "import_fixture.h"
#include "line_fixture.h"

namespace luytre::categories {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

constexpr std::string_view kHeader = "name,categories,minimum_age,reach,legal_ref,expires";
constexpr sys_days kToday{year(2026) / 8 / 22};

std::string row(std::string_view text) {
  return testing::parsed_last(ListFormat::Csv, {kHeader, text});
}

class CsvImport : public testing::ImportTest {};

TEST(CsvRows, ARowSaysAllOrOnlyItsName) {
  EXPECT_EQ(row("example.com,porn;dating,16,exact,Order 12/2026,2027-01-31"),
            "example.com exact porn;dating from 16 by Order 12/2026 until 2027-01-31");
  EXPECT_EQ(row("example.com,,,,,"), "example.com");
  EXPECT_EQ(row("*.example.com,porn,,,,"), "example.com subtree porn");
  EXPECT_EQ(row(" example.com , porn , 0 , subtree , , "), "example.com subtree porn from 0");
  EXPECT_EQ(row("\"example.com\",\"porn\",\"18\",,\"12, \"\"b\"\"\","),
            "example.com porn from 18 by 12, \"b\"");
  EXPECT_EQ(row("example.com/bad,porn,,,,"), "example.com/bad porn");
  EXPECT_EQ(row("192.0.2.0/24,porn,,,,2027-01-31T08:00:00Z"),
            "192.0.2.0/24 porn until 2027-01-31T08:00:00Z");
  EXPECT_EQ(row("# a comment"), "");
  EXPECT_EQ(row("   "), "");
}

TEST(CsvRows, ColumnsMayStandInAnyOrder) {
  EXPECT_EQ(testing::parsed_last(ListFormat::Csv, {"reach,name", "exact,example.com"}),
            "example.com exact");
  EXPECT_EQ(testing::parsed_last(ListFormat::Csv, {"# x", "", "name", "example.com"}),
            "example.com");
}

TEST_F(CsvImport, ARowIsInForceThroughItsLastDay) {
  const auto imported = [&](std::chrono::sys_seconds now) {
    ImportOptions options = as("porn");
    options.now = now;
    return import_text("name,expires\nday.example,2026-08-22\ntime.example,2026-08-22T12:00:00Z\n",
                       options);
  };
  const std::chrono::sys_seconds noon = kToday + std::chrono::hours(12);
  const std::chrono::sys_seconds midnight = kToday + std::chrono::hours(24);
  EXPECT_EQ(show(imported({}).content), "day.example subtree\ntime.example subtree\n");
  EXPECT_EQ(imported(noon - std::chrono::seconds(1)).report.entries, 2U);
  EXPECT_EQ(show(imported(noon).content), "day.example subtree\n");
  EXPECT_EQ(imported(midnight - std::chrono::seconds(1)).report.entries, 1U);
  EXPECT_EQ(skipped(imported(midnight).report, SkipCause::Expired), 2U);
}

TEST(CsvRows, AnActionMakesAnException) {
  const auto with_action = [](std::string_view text) {
    return testing::parsed_last(ListFormat::Csv, {"name,categories,action", text});
  };
  EXPECT_EQ(with_action("example.com,porn,block"), "example.com porn");
  EXPECT_EQ(with_action("example.com,porn,except"), "not example.com porn");
  EXPECT_EQ(with_action("example.com,*,except"), "not example.com *");
  EXPECT_EQ(with_action("example.com,porn,"), "example.com porn");
  EXPECT_EQ(with_action("example.com,*,block"), "- field with an invalid value");
  EXPECT_EQ(with_action("example.com,porn,allow"), "- field with an invalid value");
}

TEST(CsvRows, ABadFieldRefusesTheRow) {
  const std::string long_ref(257, 'x');
  for (const std::string& text :
       {std::string("example.com,,19,,,"), std::string("example.com,,-1,,,"),
        std::string("example.com,,1x,,,"), std::string("example.com,,99999999999,,,"),
        std::string("example.com,,,below,,"), std::string("example.com,,,,a\x01,"),
        "example.com,,,," + long_ref + ",", std::string("example.com,,,,,2026-02-30"),
        std::string("example.com,,,,,2026-8-22"), std::string("example.com,,,,,22.08.2026"),
        std::string("example.com,,,,,2026-08-2x"), std::string("example.com"),
        std::string("example.com,,,,,,"), std::string("\"example.com,,,,,"),
        std::string("\"example.com\"x,,,,,"), std::string("exam\"ple.com,,,,,")}) {
    EXPECT_EQ(row(text), "- field with an invalid value") << text;
  }
  EXPECT_EQ(row(",,,,,"), "- not a domain name");
}

TEST(CsvRows, EveryCutOfARowIsRefusedOrLacksNothingThatNarrowsIt) {
  const std::string text = "example.com,porn,16,exact,ref,2027-01-31";
  for (std::size_t size = 1; size < text.size(); ++size) {
    const std::string cut = text.substr(0, size);
    const std::string expected = cut.ends_with("ref,") ? "example.com exact porn from 16 by ref"
                                                       : "- field with an invalid value";
    EXPECT_EQ(row(cut), expected) << cut;
  }
}

TEST_F(CsvImport, RowsCarryCategoriesAndTheOptionsFillIn) {
  ImportOptions options = as("gambling");
  options.minimum_age = 12;
  options.now = kToday;
  const ParsedList list = import_text(
      "name,categories,minimum_age,expires\r\na.example,porn;dating,18,\r\nb.example,,,\r\n"
      "c.example,nothing,,\r\nd.example,porn,,2026-01-01\r\n",
      options);
  EXPECT_EQ(list.report.format, ListFormat::Csv);
  EXPECT_EQ(show(list.content), "a.example subtree\nb.example subtree\n");
  EXPECT_EQ(list.content.names[0].categories, set("porn") | set("dating"));
  EXPECT_EQ(list.content.names[0].minimum_age, 18);
  EXPECT_EQ(list.content.names[1].categories, set("gambling"));
  EXPECT_EQ(list.content.names[1].minimum_age, 12);
  EXPECT_EQ(skipped(list.report, SkipCause::UnknownCategory), 1U);
  EXPECT_EQ(list.content.names[0].terms, Terms{});
  EXPECT_EQ(example(list.report, SkipCause::Expired), "list.txt:5: d.example,porn,,2026-01-01");
}

TEST_F(CsvImport, TermsAreStored) {
  const ParsedList list = import_text(
      "name,categories,legal_ref,expires\na.example,gambling,QĐ 123/2026,2027-01-31\n"
      "a.example,porn,,\n",
      as(""));
  ASSERT_EQ(list.content.names.size(), 2U);  // the same name under an order and without one
  EXPECT_EQ(list.content.names[0].terms, Terms{});
  EXPECT_EQ(list.content.names[1].terms.legal_ref, "QĐ 123/2026");
  EXPECT_EQ(list.content.names[1].terms.expires,
            std::chrono::sys_seconds(sys_days(year(2027) / 2 / 1)).time_since_epoch().count());
}

TEST_F(CsvImport, AWrongHeaderRefusesTheFile) {
  const struct {
    const char* content;
    const char* problem;
  } files[] = {
      {"name,minimumage\na.example,18\n", "column 2 of the header"},
      {"categories,reach\nporn,exact\n", "no column \"name\""},
      {"name,reach,name\n", "column \"name\" is there twice"},
      {"a.example,porn\n", "column 1 of the header"},
      {"\"name\n", "quotes of the header"},
  };
  for (const auto& file : files) {
    const auto list =
        read_list(write("list.csv", file.content), taxonomy_, as("porn", ListFormat::Csv));
    ASSERT_FALSE(list) << file.content;
    EXPECT_EQ(list.error().code, ErrorCode::Invalid);
    EXPECT_NE(list.error().message.find(file.problem), std::string::npos) << list.error().message;
  }
}

}  // namespace
}  // namespace luytre::categories
