// SPDX-License-Identifier: Apache-2.0
#include "categories/import/source_catalogue.h"

#include <gtest/gtest.h>

#include "import_fixture.h"

namespace luytre::categories {
namespace {

class SourceCatalogueTest : public testing::ImportTest {
 protected:
  void SetUp() override {
    for (const char* file : {"a.adult.txt", "b.adult.txt", "b.casino.txt.zst", "tree/x/domains"}) {
      write(std::string("root [1]/") + file, "a.example\n");
    }
  }

  Result<std::vector<SourceOrder>> resolve(std::string_view content) {
    const auto catalogue = SourceCatalogue::load(write("sources.toml", content), taxonomy_);
    if (!catalogue) {
      return Unexpected<Error>(catalogue.error());
    }
    return catalogue->resolve(folder_ / "root [1]");
  }
  std::vector<SourceOrder> orders(std::string_view content) {
    auto resolved = resolve(content);
    EXPECT_TRUE(resolved) << resolved.error().message;
    return resolved ? *std::move(resolved) : std::vector<SourceOrder>();
  }
  std::string refused(std::string_view content) {
    const auto resolved = resolve(content);
    EXPECT_FALSE(resolved) << content;
    return resolved ? "" : resolved.error().message;
  }
};

TEST_F(SourceCatalogueTest, ATableSaysEverythingAboutItsLists) {
  const std::vector<SourceOrder> found = orders(R"(
[[source]]
path = "a.adult.txt"
name = "list of {stem}"
issuer = "Somebody"
licence = "MIT"
url = "https://lists.example/a"
scope = "national"
priority = 7
grant = ["never_block_2"]
format = "names"
categories = ["porn", "dating"]
map = { poker = "gambling+dating", jobs = "-" }
reach = "exact"
minimum_age = 18
refresh = "24h"
)");
  ASSERT_EQ(found.size(), 1U);
  const SourceOrder& order = found[0];
  EXPECT_EQ(order.path.filename(), "a.adult.txt");
  EXPECT_EQ(order.source.name, "list of a.adult");
  EXPECT_EQ(order.source.issuer, "Somebody");
  EXPECT_EQ(order.source.location, "https://lists.example/a");
  EXPECT_EQ(order.source.scope, Scope::National);
  EXPECT_EQ(order.source.priority, 7);
  EXPECT_EQ(order.source.refresh_seconds, 86'400U);
  EXPECT_EQ(order.source.mapping, "jobs=-,poker=gambling+dating");
  EXPECT_EQ(order.licence, "MIT");
  EXPECT_EQ(order.options.format, ListFormat::Names);
  EXPECT_EQ(order.options.categories, set("porn") | set("dating"));
  EXPECT_EQ(order.options.mapping.find("poker"), set("gambling") | set("dating"));
  EXPECT_EQ(order.options.default_reach, Reach::Exact);
  EXPECT_EQ(order.options.minimum_age, 18);
  EXPECT_TRUE(order.options.may_state.contains(set("education").first()));
  EXPECT_FALSE(order.options.may_state.contains(set("csam").first()));
  EXPECT_EQ(import(order.path, order.options).content.names[0].reach, Reach::Exact);
}

TEST_F(SourceCatalogueTest, AListBelongsToTheFirstTableThatMatchesIt) {
  const std::vector<SourceOrder> found = orders(R"(
[[source]]
path = "b.casino.txt.zst"
categories = ["gambling"]
[[source]]
path = ["b.*", "./a.*"]
leave_out = "not wanted"
[[source]]
path = "*"
)");
  std::string text;
  for (const SourceOrder& order : found) {
    text += order.source.name + (order.left_out.empty() ? "\n" : ": " + order.left_out + "\n");
  }
  EXPECT_EQ(text, "b.casino\nb.adult: not wanted\na.adult: not wanted\ntree\n");
  EXPECT_EQ(found[0].source.scope, Scope::Operator);
  EXPECT_EQ(found[0].source.location, found[0].path.string());
}

TEST_F(SourceCatalogueTest, ListsShareWhatTheirTableSays) {
  const std::vector<SourceOrder> found = orders(R"(
[[source]]
issuer = "Somebody"
priority = 7
categories = ["porn"]
lists = [
  { path = "b.casino.txt.zst", categories = ["gambling"], priority = 8 },
  { path = "?.adult.txt" },
]
)");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].options.categories, set("gambling"));
  EXPECT_EQ(found[0].source.priority, 8);
  EXPECT_EQ(found[0].source.issuer, "Somebody");
  EXPECT_EQ(found[2].source.name, "b.adult");
  EXPECT_EQ(found[2].options.categories, set("porn"));
  EXPECT_EQ(found[2].source.priority, 7);
}

TEST_F(SourceCatalogueTest, MistakesAreNamedWithTheirLine) {
  const struct {
    const char* content;
    const char* sentence;
  } rows[] = {
      {"", "no [[source]] table"},
      {"sources = 1\n", "sources.toml:1: unknown key \"sources\""},
      {"[[source]]\npath = \"a\nb\"\n", "sources.toml:2: "},
      {"source = [1]\n", "a source is a table"},
      {"[[source]]\nname = \"x\"\n", "sources.toml:1: a source needs a \"path\""},
      {"[[source]]\npath = []\n", "a source needs a \"path\""},
      {"[[source]]\npath = [1]\n", "\"path\" must be a list of words"},
      {"[[source]]\npath = \"*\"\ncategory = \"porn\"\n", ":3: unknown key \"category\""},
      {"[[source]]\npath = \"*\"\ncategories = [\"porno\"]\n",
       ":3: there is no category \"porno\""},
      {"[[source]]\npath = \"*\"\ncategories = \"porn\"\n", "must be a list of words"},
      {"[[source]]\npath = \"*\"\nscope = \"state\"\n", "\"scope\" must be mandatory, "},
      {"[[source]]\npath = \"*\"\npriority = 70000\n", "a number from 0 to 65535"},
      {"[[source]]\npath = \"*\"\nminimum_age = \"18\"\n", "a number from 0 to 18"},
      {"[[source]]\npath = \"*\"\nformat = \"bind\"\n", "the name of a list format"},
      {"[[source]]\npath = \"*\"\nreach = \"all\"\n", "must be exact or subtree"},
      {"[[source]]\npath = \"*\"\nrefresh = \"daily\"\n", "a time like \"90m\""},
      {"[[source]]\npath = \"*\"\nissuer = 1\n", "\"issuer\" must be a text"},
      {"[[source]]\npath = \"*\"\ngrant = [\"mandatory\"]\n", "neither never_block_1 nor"},
      {"[[source]]\npath = \"*\"\nmap = \"a=porn\"\n", "\"map\" must be a table"},
      {"[[source]]\npath = \"*\"\nmap = { a = \"porno\" }\n", "which is no category"},
      {"[[source]]\npath = \"*\"\nmap = { a = 1 }\n", "\"a\" must be mapped to a text"},
      {"[[source]]\npath = \"*\"\nlists = [{ path = \"*\" }]\n", ":2: key \"path\" beside"},
      {"[[source]]\nissue = \"x\"\nlists = [{ path = \"*\" }]\n", ":2: key \"issue\" beside"},
      {"[[source]]\nlists = []\n", ":2: \"lists\" must be a list of tables"},
      {"[[source]]\nlists = [\"*\"]\n", ":2: \"lists\" must be a list of tables"},
      {"[[source]]\nlists = [\n{ path = \"*\" },\n{ pat = \"*\" }]\n", ":4: unknown key \"pat\""},
      {"[[source]]\npriority = -1\nlists = [{ path = \"*\" }]\n", ":2: \"priority\" must be"},
      {"[[source]]\npath = \"none/*\"\n", "sources.toml:1: \"none/*\" matches nothing in "},
      {"[[source]]\npath = \"*\"\n\n[[source]]\npath = \"c\"\n", "sources.toml:4: \"c\" matches"},
      {"[[source]]\npath = \"?.adult.txt\"\nname = \"x\"\n", "would both be the source 'x'"},
  };
  for (const auto& row : rows) {
    const std::string message = refused(row.content);
    EXPECT_NE(message.find(row.sentence), std::string::npos) << row.content << "\n" << message;
  }
  const auto missing = SourceCatalogue::load(folder_ / "missing.toml", taxonomy_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
}

TEST(ListStem, IsTheNameWithoutHowItIsPacked) {
  EXPECT_EQ(list_stem("lists/ut1-2026.08.tar.gz"), "ut1-2026.08");
  EXPECT_EQ(list_stem("blp.adult.domains.zst"), "blp.adult");
  EXPECT_EQ(list_stem("lists/blacklists/"), "blacklists");
  EXPECT_EQ(list_stem("hosts"), "hosts");
}

TEST(ParseRefresh, TakesWholeMinutesHoursAndDays) {
  EXPECT_EQ(parse_refresh("90m"), 5'400U);
  EXPECT_EQ(parse_refresh("24h"), 86'400U);
  EXPECT_EQ(parse_refresh("7d"), 604'800U);
  for (const char* text : {"", "m", "24", "0h", "-1h", "1.5h", "24 h", "99999h", "1w"}) {
    EXPECT_EQ(parse_refresh(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace luytre::categories
