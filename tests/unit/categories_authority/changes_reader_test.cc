// SPDX-License-Identifier: Apache-2.0
#include "authority_fixture.h"

namespace luytre::categories::test {
namespace {

std::string refusal(const ListSettings& settings, std::string_view line) {
  ChangesReader reader(taxonomy(), settings, {});
  reader.add(line, "list.txt:7");
  const auto read = reader.finish();
  return read ? "" : read.error().message;
}

TEST(ChangesReader, SaysWhereALineIsWrong) {
  const std::string message = refusal({}, "a.example\tnonsense");
  EXPECT_NE(message.find("list.txt:7"), std::string::npos);
  EXPECT_NE(message.find("unknown category"), std::string::npos);
  EXPECT_EQ(refusal({}, "a.example\tporn\x01").find('\x01'), std::string::npos);
}

TEST(ChangesReader, HoldsEntriesToTheScopeOfTheList) {
  const auto of = [](Scope scope) {
    ListSettings settings;
    settings.scope = scope;
    return settings;
  };
  EXPECT_EQ(refusal(of(Scope::Mandatory), "a.example\tcsam"), "");
  EXPECT_NE(refusal(of(Scope::National), "a.example\tcsam"), "");
  EXPECT_NE(refusal(of(Scope::National), "!a.example\tcsam"), "");
  EXPECT_EQ(refusal(of(Scope::National), "a.example\tinfrastructure"), "");
  EXPECT_NE(refusal(of(Scope::School), "a.example\tinfrastructure"), "");
  EXPECT_EQ(refusal(of(Scope::School), "a.example\tgambling"), "");
}

TEST(ChangesReader, GivesItsTermsToEntriesThatStateNone) {
  ChangesReader reader(taxonomy(), {}, {.legal_ref = "QĐ 1", .expires = 1'800'000'000});
  reader.add("a.example\tporn", "");
  reader.add("b.example\tporn\t\t\tQĐ 2", "");
  const auto read = reader.finish();
  ASSERT_TRUE(read);
  EXPECT_EQ(text_of(read->added),
            "a.example\tporn\tsubtree\t-\tQĐ 1\t2027-01-15T08:00:00Z\n"
            "b.example\tporn\tsubtree\t-\tQĐ 2\t2027-01-15T08:00:00Z\n");
}

TEST(ChangesReader, NamesTheFirstWrongLinesAndCountsTheOthers) {
  ChangesReader reader(taxonomy(), {}, {});
  for (int line = 1; line <= 100; ++line) {
    reader.add("wrong", "list.txt:" + std::to_string(line));
  }
  const auto read = reader.finish();
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("list.txt:5"), std::string::npos);
  EXPECT_EQ(read.error().message.find("list.txt:6"), std::string::npos);
  EXPECT_NE(read.error().message.find("95 more"), std::string::npos);
}

TEST(ChangesReader, NothingAtAllIsNoSubmission) {
  ChangesReader reader(taxonomy(), {}, {});
  reader.add("# comment", "");
  EXPECT_FALSE(reader.finish());
}

}  // namespace
}  // namespace luytre::categories::test
