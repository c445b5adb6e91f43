// SPDX-License-Identifier: Apache-2.0
#include "content_merge.h"

#include <map>
#include <random>

#include "authority_fixture.h"

namespace luytre::categories::test {
namespace {

constexpr std::chrono::sys_seconds kNow{std::chrono::sys_days(std::chrono::year(2026) / 9 / 1)};

std::string merged(std::string_view base, const std::vector<ListChanges>& submissions) {
  return text_of(merge_content(content_of(base), submissions, kNow).content);
}

TEST(ContentMerge, AddsInCanonicalOrderAndUnitesWithWhatIsThere) {
  EXPECT_EQ(merged("b.example\tporn\n",
                   {changes({}, {"c.example gambling", "a.example gambling",
                                 "b.example gambling subtree 16", "b.example malware exact"})}),
            "a.example\tgambling\n"
            "b.example\tmalware\texact\n"
            "b.example\tgambling,porn\tsubtree\t16\n"
            "c.example\tgambling\n");
}

TEST(ContentMerge, RemovesEverythingThatIsSaidAboutASubject) {
  constexpr std::string_view kBase =
      "a.example\tporn\texact\n"
      "a.example\tgambling\n"
      "a.example\tgambling\tsubtree\t-\tQĐ 1\n"
      "!a.example\t*\n"
      "b.a.example\tporn\n"
      "a.example/x\tporn\n"
      "192.0.2.0/24\tmalware\n"
      "192.0.2.0/25\tmalware\n";
  EXPECT_EQ(merged(kBase, {changes({"A.example", "192.0.2.0/24"}, {})}),
            "!a.example\t*\nb.a.example\tporn\na.example/x\tporn\n192.0.2.0/25\tmalware\n");
  EXPECT_EQ(merged(kBase, {changes({"!a.example", "a.example/x", "192.0.2.0/25"}, {})}),
            "a.example\tporn\texact\n"
            "a.example\tgambling\n"
            "a.example\tgambling\tsubtree\t-\tQĐ 1\n"
            "b.a.example\tporn\n"
            "192.0.2.0/24\tmalware\n");
}

TEST(ContentMerge, AnEntryIsChangedByRemovingAndAddingIt) {
  EXPECT_EQ(merged("a.example\tporn\n", {changes({"a.example"}, {"a.example gambling exact"})}),
            "a.example\tgambling\texact\n");
}

TEST(ContentMerge, LaterSubmissionsWinOverEarlierOnes) {
  const ListChanges add = changes({}, {"a.example porn", "a.example/x porn"});
  const ListChanges remove = changes({"a.example", "a.example/x"}, {});
  EXPECT_EQ(merged("", {add, remove}), "");
  EXPECT_EQ(merged("", {remove, add}), "a.example\tporn\na.example/x\tporn\n");
  EXPECT_EQ(merged("a.example\tporn\n", {remove, add, remove}), "");
}

TEST(ContentMerge, LeavesOutWhatHasEndedAndCountsIt) {
  const auto result =
      merge_content(content_of("a.example\tporn\tsubtree\t-\t-\t2026-08-31\n"
                               "b.example\tporn\tsubtree\t-\t-\t2026-09-01\n"),
                    {changes({}, {"c.example\tporn\t\t\t\t2026-08-31T23:59:59Z"})}, kNow);
  EXPECT_EQ(text_of(result.content), "b.example\tporn\tsubtree\t-\t-\t2026-09-01\n");
  EXPECT_EQ(result.expired, 2U);
}

TEST(ContentMerge, CountsRemovalsOfWhatIsNotThere) {
  const auto result =
      merge_content(content_of("a.example\tporn\n"),
                    {changes({"a.example", "b.example", "c.example/x", "192.0.2.1"}, {})}, kNow);
  EXPECT_EQ(result.not_found, 3U);
}

TEST(ContentMerge, AgreesWithASimpleModelOnRandomSubmissions) {
  std::mt19937 random(23);
  for (int round = 0; round < 200; ++round) {
    std::map<std::string, std::string> model;  // subject to category; subtrees only
    std::vector<ListChanges> submissions;
    std::string base;
    for (int i = 0; i < 20; ++i) {
      model.try_emplace(std::string(1, static_cast<char>('a' + random() % 26)) + ".example",
                        "porn");
    }
    for (const auto& [subject, category] : model) {
      base += subject + "\t" + category + "\n";
    }
    for (std::size_t submission = 0; submission < random() % 4; ++submission) {
      ChangesReader reader(taxonomy(), {}, {});
      std::map<std::string, std::string> added;
      for (int i = 0; i < 6; ++i) {
        const std::string subject =
            std::string(1, static_cast<char>('a' + random() % 26)) + ".example";
        if (random() % 2 == 0) {
          reader.remove(subject, "");
          model.erase(subject);
        } else {
          added[subject] = "porn";
        }
      }
      reader.add("0.example\tporn", "");
      added["0.example"] = "porn";
      for (const auto& [subject, category] : added) {
        reader.add(subject + "\t" + category, "");
      }
      model.insert(added.begin(), added.end());
      submissions.push_back(*reader.finish());
    }
    std::string expected;
    for (const auto& [subject, category] : model) {
      expected += subject + "\t" + category + "\n";
    }
    EXPECT_EQ(merged(base, submissions), expected) << "round " << round;
  }
}

}  // namespace
}  // namespace luytre::categories::test
