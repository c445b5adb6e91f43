// SPDX-License-Identifier: Apache-2.0
// What all sources say together: the merged walks beside the rules worked out one name at a time.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "categories/store/category_store.h"
#include "lists.h"
#include "support/scratch_directory.h"

namespace luytre::categories {
namespace {

using test::kGambling;
using test::kMalware;
using test::kNationalOrder;
using test::kPorn;
using test::ListBuilder;
using test::name;
using test::set_of;
using test::source;

using Names = std::map<std::string, MergedEntry>;
using Resolved = std::map<std::string, std::pair<CategorySet, std::uint8_t>>;

struct Merged {
  Names names;
  Resolved paths;
  Resolved prefixes;
  std::vector<std::string> order;

  MergedVisitor visitor() {
    const auto resolved = [this](Resolved& into, std::string text, CategorySet categories,
                                 std::uint8_t age) -> Result<void> {
      order.push_back(text);
      EXPECT_TRUE(into.try_emplace(std::move(text), categories, age).second);
      return {};
    };
    return {.name = [this](const DomainName& visited, const MergedEntry& entry) -> Result<void> {
              order.push_back(visited.to_text());
              EXPECT_TRUE(names.try_emplace(visited.to_text(), entry).second);
              return {};
            },
            .path =
                [this, resolved](const HostPath& path, CategorySet categories, std::uint8_t age) {
                  return resolved(paths, path.to_text(), categories, age);
                },
            .prefix =
                [this, resolved](const IpPrefix& prefix, CategorySet categories, std::uint8_t age) {
                  return resolved(prefixes, prefix.to_text(), categories, age);
                }};
  }
};

class MergedScanTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto taxonomy = Taxonomy::load(LUYTRE_SOURCE_DIR "/categories/data/taxonomy.toml");
    ASSERT_TRUE(taxonomy) << taxonomy.error().message;
    taxonomy_ = std::move(*taxonomy);
    auto store = CategoryStore::open(scratch_.path(), lmdb::OpenMode::ReadWrite);
    ASSERT_TRUE(store) << store.error().message;
    store_.emplace(std::move(*store));
    for (std::size_t tier = 0; tier < kCategoryTierCount; ++tier) {
      tiers_.push_back(taxonomy_->tier(static_cast<CategoryTier>(tier)));
    }
  }
  void import(const Source& from, const ListContent& list) {
    const auto stored = store_->replace_source(from, list);
    ASSERT_TRUE(stored) << stored.error().message;
  }
  Merged merged() {
    Merged seen;
    EXPECT_TRUE(store_->scan_merged(*taxonomy_, seen.visitor()));
    return seen;
  }
  // As an index does it: per tier what a name says itself, or what comes from above and is not
  // withdrawn.
  NameMatch inherit(const Names& names, const DomainName& question) const {
    NameMatch match;
    for (unsigned labels = 0; labels <= question.label_count(); ++labels) {
      const DomainName at =
          question.parent(static_cast<std::uint8_t>(question.label_count() - labels));
      const auto found = names.find(at.to_text());
      if (found == names.end()) {
        continue;
      }
      const MergedEntry& entry = found->second;
      const bool itself = at == question;
      const CategorySet own = itself ? entry.exact : entry.subtree;
      const CategorySet gone = itself ? entry.exact_withdrawn : entry.subtree_withdrawn;
      CategorySet effective;
      for (const CategorySet tier : tiers_) {
        const CategorySet said = own & tier;
        effective |= said.empty() ? (match.categories & tier) - gone : said;
      }
      match.categories = effective;
      const std::uint8_t age = itself ? entry.exact_minimum_age : entry.subtree_minimum_age;
      const bool age_gone = itself ? entry.exact_age_withdrawn : entry.subtree_age_withdrawn;
      match.minimum_age = age != 0 ? age : age_gone ? std::uint8_t{0} : match.minimum_age;
      match.matched_labels = !own.empty() || age != 0 ? at.label_count() : match.matched_labels;
    }
    return match;
  }
  static auto as_tuple(const NameMatch& match) {
    return std::tuple(match.categories.bits(), match.matched_labels, match.minimum_age);
  }

  luytre::test::ScratchDirectory scratch_;
  std::optional<Taxonomy> taxonomy_;
  std::optional<CategoryStore> store_;
  std::vector<CategorySet> tiers_;
};

TEST_F(MergedScanTest, AnExceptionBelowAListingIsHandedOverAsWithdrawn) {
  import(source("list"), ListBuilder().subtree("a.test", kPorn).list());
  import(source("own", 50), ListBuilder().except("w.a.test").list());
  const Merged seen = merged();
  EXPECT_EQ(seen.names.at("a.test").subtree, CategorySet::of(kPorn));
  EXPECT_EQ(seen.names.at("w.a.test").exact_withdrawn, CategorySet::of(kPorn));
  EXPECT_EQ(seen.names.at("w.a.test").subtree_withdrawn, CategorySet::of(kPorn));
  EXPECT_TRUE(store_->match(name("x.w.a.test"), *taxonomy_)->categories.empty());
  EXPECT_EQ(store_->match(name("x.a.test"), *taxonomy_)->categories, CategorySet::of(kPorn));
}

TEST_F(MergedScanTest, NamesThatComeToNothingAreLeftOut) {
  import(source("list"), ListBuilder().subtree("a.test", kPorn).except("b.test").list());
  import(source("own", 50), ListBuilder().except("a.test").list());
  EXPECT_TRUE(merged().names.empty());
}

TEST_F(MergedScanTest, AnEmptyVisitorFunctionLeavesItsKindOut) {
  import(source("list"), ListBuilder()
                             .subtree("a.test", kPorn)
                             .path("b.test/x", set_of({kPorn}))
                             .prefix("192.0.2.0/24", set_of({kMalware}))
                             .list());
  Merged seen;
  MergedVisitor paths_only = seen.visitor();
  paths_only.name = nullptr;
  paths_only.prefix = nullptr;
  ASSERT_TRUE(store_->scan_merged(*taxonomy_, paths_only));
  EXPECT_EQ(seen.order, std::vector<std::string>{"b.test/x"});
}

TEST_F(MergedScanTest, PathsComeWithWhatShorterOnesSay) {
  import(source("list"), ListBuilder()
                             .path("a.test/x", set_of({kPorn, kMalware}))
                             .path("a.test/x-y", set_of({kGambling}))
                             .path("a.test/x/good", {}, Polarity::Withdraws)
                             .path("a.test/x/z", set_of({kGambling}))
                             .path("b.test/x/z", {}, Polarity::Withdraws)
                             .list());
  const Merged seen = merged();
  EXPECT_EQ(seen.paths.at("a.test/x").first, set_of({kPorn, kMalware}));
  // "/x-y" is no page below "/x", and stands between it and what is.
  EXPECT_EQ(seen.paths.at("a.test/x-y").first, set_of({kGambling}));
  EXPECT_EQ(seen.paths.at("a.test/x/good").first, CategorySet());
  EXPECT_EQ(seen.paths.at("a.test/x/z").first, set_of({kGambling, kMalware}));
  EXPECT_FALSE(seen.paths.contains("b.test/x/z"));
}

TEST_F(MergedScanTest, PrefixesInheritInsideTheirFamily) {
  import(source("list"), ListBuilder()
                             .prefix("::/0", set_of({kMalware}))
                             .prefix("192.0.2.0/24", set_of({kPorn}))
                             .prefix("192.0.2.128/25", {}, Polarity::Withdraws)
                             .prefix("192.0.2.7", set_of({kMalware}))
                             .prefix("2001:db8::/32", set_of({kPorn}))
                             .list());
  const Merged seen = merged();
  EXPECT_EQ(seen.prefixes.at("192.0.2.0/24").first, set_of({kPorn}));
  EXPECT_EQ(seen.prefixes.at("192.0.2.128/25").first, CategorySet());
  EXPECT_EQ(seen.prefixes.at("192.0.2.7").first, set_of({kPorn, kMalware}));
  EXPECT_EQ(seen.prefixes.at("2001:db8::/32").first, set_of({kPorn, kMalware}));
}

// Random statements about few names, so that they meet.
class RandomLists {
 public:
  explicit RandomLists(unsigned seed) : random_(seed) {}

  std::string name_text() {
    static constexpr std::array kLabels = {"a", "b", "c"};
    std::string text = "test";
    for (auto depth = below(4); depth > 0; --depth) {
      text = std::string(kLabels[below(kLabels.size())]) + "." + text;
    }
    return text;
  }
  ListContent list() {
    static constexpr std::array kIds = {kNationalOrder,   kPorn,         kGambling, kMalware,
                                        test::kEducation, CategoryId{62}};
    ListContent content;
    for (auto left = below(14); left > 0; --left) {
      ListedName listed;
      listed.name = name(name_text());
      listed.reach = below(3) == 0 ? Reach::Exact : Reach::Subtree;
      listed.polarity = below(3) == 0 ? Polarity::Withdraws : Polarity::Lists;
      for (auto ids = below(3); ids > 0; --ids) {
        listed.categories |= CategorySet::of(kIds[below(kIds.size())]);
      }
      if (listed.polarity == Polarity::Lists && below(3) == 0) {
        listed.minimum_age = static_cast<std::uint8_t>(10 + below(9));
      }
      if (below(4) == 0) {
        listed.terms.legal_ref = below(2) == 0 ? "QD 1" : "QD 2";
      }
      content.names.add(listed);
    }
    return content;
  }
  Source next_source() {
    static constexpr std::array<std::uint16_t, 3> kPriorities = {10, 100, 200};
    return source("s" + std::to_string(below(4)), kPriorities[below(kPriorities.size())],
                  Scope{static_cast<std::uint8_t>(below(4))});
  }
  std::size_t below(std::size_t end) { return random_() % end; }

 private:
  std::mt19937 random_;
};

TEST_F(MergedScanTest, InheritingTheMergedEntriesGivesWhatTheRulesGive) {
  constexpr unsigned kSeed = 20260901;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  RandomLists random(kSeed);
  for (int round = 0; round < 150; ++round) {
    import(random.next_source(), random.list());
    const Merged seen = merged();
    for (int question = 0; question < 25; ++question) {
      const DomainName asked = name(random.name_text());
      const auto expected = store_->match(asked, *taxonomy_);
      ASSERT_TRUE(expected);
      ASSERT_EQ(as_tuple(inherit(seen.names, asked)), as_tuple(*expected))
          << asked.to_text() << " in round " << round;
    }
  }
}

TEST_F(MergedScanTest, AroundSomeNamesIsThePartOfTheWholeThatTheirAnswersDependOn) {
  constexpr unsigned kSeed = 20260902;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  RandomLists random(kSeed);
  for (int round = 0; round < 120; ++round) {
    import(random.next_source(), random.list());
    const Merged whole = merged();
    std::vector<DomainName> around;
    for (auto left = random.below(4); left > 0; --left) {
      around.push_back(name(random.name_text()));
    }
    Names expected;
    for (const auto& [text, entry] : whole.names) {
      for (const DomainName& each : around) {
        if (name(text).is_within(each) || each.is_within(name(text))) {
          expected[text] = entry;
        }
      }
    }
    Merged seen;
    const auto serial = store_->scan_merged_around(*taxonomy_, around, 1'000, seen.visitor());
    ASSERT_TRUE(serial && *serial);
    EXPECT_EQ(**serial, *store_->serial());
    ASSERT_EQ(seen.names, expected) << "round " << round;
  }
}

TEST_F(MergedScanTest, AroundNamesWithTooManyBelowThemIsNothing) {
  import(source("s"), test::numbered_names("a.test", 50, kPorn));
  import(source("t"), ListBuilder().subtree("test", kMalware).list());
  const std::vector<DomainName> around = {name("a.test")};
  Merged seen;
  const auto enough = store_->scan_merged_around(*taxonomy_, around, 51, seen.visitor());
  ASSERT_TRUE(enough);
  EXPECT_TRUE(*enough);
  EXPECT_EQ(seen.names.size(), 51U);
  Merged again;
  const auto few = store_->scan_merged_around(*taxonomy_, around, 50, again.visitor());
  ASSERT_TRUE(few);
  EXPECT_FALSE(*few);
}

TEST_F(MergedScanTest, TheSameSourcesInAnyOrderGiveTheSame) {
  const std::vector<std::pair<Source, ListContent>> lists = {
      {source("a", 100), ListBuilder().subtree("a.test", kPorn, 18).except("b.test").list()},
      {source("b", 10), ListBuilder().subtree("a.test", kGambling).subtree("b.test", kPorn).list()},
      {source("c", 100), ListBuilder().except("a.test").exact("b.test", kMalware).list()}};
  for (const auto& [from, list] : lists) {
    import(from, list);
  }
  const luytre::test::ScratchDirectory elsewhere;
  auto other = CategoryStore::open(elsewhere.path(), lmdb::OpenMode::ReadWrite);
  ASSERT_TRUE(other);
  for (auto each = lists.rbegin(); each != lists.rend(); ++each) {
    ASSERT_TRUE(other->replace_source(each->first, each->second));
  }
  const Merged here = merged();
  Merged there;
  ASSERT_TRUE(other->scan_merged(*taxonomy_, there.visitor()));
  EXPECT_EQ(here.names, there.names);
  EXPECT_EQ(here.order, there.order);
}

}  // namespace
}  // namespace luytre::categories
