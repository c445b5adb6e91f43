// SPDX-License-Identifier: Apache-2.0
#include "categories/export/exporter.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "unit/categories/import_fixture.h"

namespace luytre::categories {
namespace {

class ExporterTest : public testing::ImportTest {
 protected:
  Entry entry(std::string_view name, std::vector<Statement> statements) const {
    return {.name = DomainName::from_hostname(name).value_or(DomainName{}),
            .statements = std::move(statements)};
  }
  Statement says(std::string_view category, Reach reach, std::uint16_t source = 0,
                 std::uint8_t age = 0) const {
    return {.source = SourceId{source},
            .reach = reach,
            .minimum_age = age,
            .categories = set(category)};
  }

  static ExportOptions as_format(ExportFormat format) {
    ExportOptions options;
    options.format = format;
    return options;
  }
  static ExportOptions from(SourceId source, ExportFormat format) {
    ExportOptions options = as_format(format);
    options.source = source;
    return options;
  }
  static ExportOptions of(CategorySet categories, ExportFormat format) {
    ExportOptions options = as_format(format);
    options.categories = categories;
    return options;
  }
  static ExportOptions zone_of(std::uint64_t serial) {
    ExportOptions options = as_format(ExportFormat::Rpz);
    options.serial = serial;
    return options;
  }

  std::string write_out(const std::vector<Entry>& entries, const ExportOptions& options) {
    std::string text;
    Exporter exporter(taxonomy_, options, [&](std::string_view piece) -> Result<void> {
      text += piece;
      return {};
    });
    for (const Entry& each : entries) {
      EXPECT_TRUE(exporter.add(each));
    }
    const auto report = exporter.finish();
    EXPECT_TRUE(report);
    report_ = report ? *report : ExportReport{};
    return text;
  }
  // Without comments, the zone's head and the header of CSV.
  std::string lines(const std::vector<Entry>& entries, const ExportOptions& options) {
    const std::string text = write_out(entries, options);
    std::size_t at = 0;
    while (at < text.size() && (text[at] == '#' || text[at] == '$' || text[at] == '@' ||
                                text.substr(at).starts_with("name,"))) {
      at = text.find('\n', at) + 1;
    }
    return text.substr(at);
  }

  ExportReport report_;
};

using Key = std::pair<std::string, Reach>;

std::map<Key, std::uint64_t> by_name(const NameList& names) {
  std::map<Key, std::uint64_t> found;
  for (std::size_t i = 0; i < names.size(); ++i) {
    found[{names[i].name.to_text(), names[i].reach}] = names[i].categories.bits();
  }
  return found;
}

// Host names in key order, with any categories that a list can say, under top-level domains that
// are no suffix of the public suffix list's.
class RandomEntries {
 public:
  explicit RandomEntries(const Taxonomy& taxonomy) : taxonomy_(taxonomy) {}

  std::vector<Entry> make(std::size_t count) {
    NameList names;
    for (std::size_t i = 0; i < count; ++i) {
      ListedName listed;
      listed.name = name();
      listed.reach = reach();
      listed.categories = categories();
      names.add(listed);
    }
    static_cast<void>(names.normalise());
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const ListedName listed = names[i];
      if (entries.empty() || !(entries.back().name == listed.name)) {
        entries.push_back({.name = listed.name, .statements = {}});
      }
      // What two sources say together.
      const CategorySet first = CategorySet::of(listed.categories.first());
      entries.back().statements.push_back(
          {.source = SourceId{0}, .reach = listed.reach, .categories = first});
      entries.back().statements.push_back(
          {.source = SourceId{1}, .reach = listed.reach, .categories = listed.categories});
    }
    return entries;
  }

 private:
  std::size_t below(std::size_t bound) { return engine_() % bound; }
  Reach reach() { return below(2) == 0 ? Reach::Exact : Reach::Subtree; }
  DomainName name() {
    static constexpr std::string_view kOctets = "abcXYZ019-_";
    std::string text;
    for (std::size_t label = 1 + below(3); label > 0; --label) {
      for (std::size_t octet = 1 + below(4); octet > 0; --octet) {
        text += kOctets[below(kOctets.size())];
      }
      text += '.';
    }
    return DomainName::from_hostname(text + "nosuffix").value_or(DomainName{});
  }
  CategorySet categories() {
    CategorySet set;
    for (std::size_t i = 1 + below(3); i > 0; --i) {
      const Category& category = taxonomy_.categories()[below(taxonomy_.categories().size())];
      set |= CategorySet::of(category.id == kUncategorised ? CategoryId{0} : category.id);
    }
    return set;
  }

  const Taxonomy& taxonomy_;
  std::mt19937 engine_{1};
};

TEST_F(ExporterTest, OwnFormatGivesTheSameEntriesBack) {
  const std::vector<Entry> entries = RandomEntries(taxonomy_).make(20'000);
  const std::string text = write_out(entries, as_format(ExportFormat::Luytre));
  std::map<Key, std::uint64_t> expected;
  for (const Entry& each : entries) {
    for (const Statement& said : each.statements) {
      expected[{each.name.to_text(), said.reach}] |= said.categories.bits();
    }
  }
  const ParsedList back = import_text(text, {});
  EXPECT_EQ(back.report.format, ListFormat::Luytre);
  EXPECT_EQ(back.report.lines, back.report.entries);
  EXPECT_EQ(report_.entries, expected.size());
  EXPECT_EQ(report_.lines, expected.size());
  EXPECT_EQ(by_name(back.content.names), expected);

  std::vector<Entry> again;
  for (std::size_t i = 0; i < back.content.names.size(); ++i) {
    const ListedName listed = back.content.names[i];
    if (again.empty() || !(again.back().name == listed.name)) {
      again.push_back({.name = listed.name, .statements = {}});
    }
    again.back().statements.push_back(
        {.source = SourceId{7}, .reach = listed.reach, .categories = listed.categories});
  }
  EXPECT_EQ(write_out(again, as_format(ExportFormat::Luytre)), text);
}

// Everything that an entry can say, at random.
class RandomContent {
 public:
  explicit RandomContent(const Taxonomy& taxonomy) : taxonomy_(taxonomy) {}

  ListContent make(std::size_t count) {
    ListContent content;
    for (std::size_t i = 0; i < count; ++i) {
      const DomainName host =
          DomainName::from_hostname("h" + std::to_string(below(count)) + ".nosuffix")
              .value_or(DomainName{});
      const Polarity polarity = below(4) == 0 ? Polarity::Withdraws : Polarity::Lists;
      const CategorySet categories = categories_of(polarity);
      const auto age = static_cast<std::uint8_t>(below(19));
      content.names.add({host, below(2) == 0 ? Reach::Exact : Reach::Subtree, age, categories,
                         polarity, terms()});
      content.paths.push_back({{host, "/p" + std::to_string(below(9)) + "?a,b=\"%C3\""},
                               polarity,
                               age,
                               categories,
                               terms()});
      const std::array<std::uint8_t, 4> octets = {8, 8, static_cast<std::uint8_t>(below(9)), 0};
      content.prefixes.push_back({{IpAddress::v4(octets), 24}, polarity, age, categories, terms()});
    }
    static_cast<void>(content.normalise());
    return content;
  }

 private:
  std::size_t below(std::size_t bound) { return engine_() % bound; }
  CategorySet categories_of(Polarity polarity) {
    if (polarity == Polarity::Withdraws && below(2) == 0) {
      return {};
    }
    CategorySet set;
    for (std::size_t i = 1 + below(3); i > 0; --i) {
      set |= CategorySet::of(static_cast<CategoryId>(below(taxonomy_.categories().size() - 1)));
    }
    return set;
  }
  Terms terms() {
    constexpr std::array<const char*, 4> kReferences = {"", "QĐ 123/2026", "a, \"b\"; c", "§ 1 # 2"};
    constexpr std::array<std::int64_t, 3> kEnds = {0, 1'900'000'000, 86'400LL * 22'000};
    return {.legal_ref = kReferences[below(kReferences.size())], .expires = kEnds[below(3)]};
  }

  const Taxonomy& taxonomy_;
  std::mt19937 engine_{7};
};

Statement statement_of(const auto& listed) {
  Statement said;
  said.polarity = listed.polarity;
  said.minimum_age = listed.minimum_age;
  said.categories = listed.categories;
  said.terms = listed.terms;
  return said;
}

TEST_F(ExporterTest, OwnFormatAndCsvSayEverything) {
  const auto exported = [&](const ListContent& content, ExportFormat format) {
    std::string text;
    Exporter exporter(taxonomy_, as_format(format), [&](std::string_view piece) -> Result<void> {
      text += piece;
      return {};
    });
    for (std::size_t i = 0; i < content.names.size();) {
      Entry each{.name = content.names[i].name, .statements = {}};
      for (; i < content.names.size() && content.names[i].name == each.name; ++i) {
        each.statements.push_back(statement_of(content.names[i]));
        each.statements.back().reach = content.names[i].reach;
      }
      EXPECT_TRUE(exporter.add(each));
    }
    for (const ListedPath& path : content.paths) {
      EXPECT_TRUE(exporter.add(PathEntry{path.path, {statement_of(path)}}));
    }
    for (const ListedPrefix& prefix : content.prefixes) {
      EXPECT_TRUE(exporter.add(PrefixEntry{prefix.prefix, {statement_of(prefix)}}));
    }
    const auto report = exporter.finish();
    EXPECT_TRUE(report && report->entries == content.size() && report->left_out() == 0);
    return text;
  };
  const ListContent content = RandomContent(taxonomy_).make(1'000);
  for (const ExportFormat format : {ExportFormat::Luytre, ExportFormat::Csv}) {
    const std::string text = exported(content, format);
    const ParsedList back = import_text(text, {});
    EXPECT_EQ(describe(back.report.format), describe(format));
    EXPECT_EQ(back.report.entries, content.size());
    EXPECT_EQ(back.report.entries, back.report.lines);
    EXPECT_EQ(exported(back.content, format), text);
    EXPECT_EQ(exported(back.content, ExportFormat::Luytre),
              exported(content, ExportFormat::Luytre));
  }
}

TEST_F(ExporterTest, AZoneSaysAnExceptionWhereItHoldsForAllThatComesDown) {
  Statement exception = says("porn", Reach::Subtree, 1);
  exception.polarity = Polarity::Withdraws;
  const Entry parent = entry("a.example", {says("porn", Reach::Subtree)});
  const Entry child = entry("good.a.example", {exception});
  const std::string refused = "a.example CNAME .\n*.a.example CNAME .\n";
  const std::string passed =
      "good.a.example CNAME rpz-passthru.\n*.good.a.example CNAME rpz-passthru.\n";
  EXPECT_EQ(lines({parent, child}, as_format(ExportFormat::Rpz)), refused + passed);
  EXPECT_EQ(report_.passed, 1U);
  EXPECT_EQ(report_.exceptions, 0U);
  // Somebody else still refuses what is above, or stands above the exception.
  const Entry gambling =
      entry("a.example", {says("porn", Reach::Subtree), says("gambling", Reach::Subtree, 2)});
  EXPECT_EQ(lines({gambling, child}, as_format(ExportFormat::Rpz)), refused);
  EXPECT_EQ(report_.exceptions, 1U);
  ExportOptions ranked = as_format(ExportFormat::Rpz);
  Source strong;
  strong.id = SourceId{0};
  strong.priority = 10;
  ranked.sources = {strong};
  EXPECT_EQ(lines({parent, child}, ranked), refused);
  // Nothing comes down: nothing to take back.
  EXPECT_EQ(lines({child}, as_format(ExportFormat::Rpz)), "");
  EXPECT_EQ(lines({parent, child}, as_format(ExportFormat::Names)), "*.a.example\n");
  EXPECT_EQ(report_.exceptions, 1U);
}

TEST_F(ExporterTest, AListingThatAnExceptionTakesBackIsNotWritten) {
  Statement exception = says("porn", Reach::Exact, 1);
  exception.polarity = Polarity::Withdraws;
  const std::vector<Entry> entries = {
      entry("a.example", {says("porn", Reach::Exact), exception}),
      entry("b.example", {says("porn", Reach::Subtree), exception})};
  EXPECT_EQ(lines(entries, as_format(ExportFormat::Names)), "*.b.example\n");
  EXPECT_EQ(report_.taken_back, 1U);
  EXPECT_EQ(lines(entries, as_format(ExportFormat::Hosts)), "");
  EXPECT_EQ(lines(entries, as_format(ExportFormat::Rpz)),
            "b.example CNAME rpz-passthru.\n*.b.example CNAME .\n");
}

TEST_F(ExporterTest, PagesAndRangesAreCountedWhereNamesAloneAreSaid) {
  Exporter exporter(taxonomy_, as_format(ExportFormat::Hosts),
                    [](std::string_view) { return Result<void>(); });
  const DomainName host = DomainName::from_hostname("a.example").value_or(DomainName{});
  EXPECT_TRUE(exporter.add(PathEntry{{host, "/bad"}, {says("porn", Reach::Subtree)}}));
  EXPECT_TRUE(exporter.add(PrefixEntry{{}, {says("porn", Reach::Subtree)}}));
  const auto report = exporter.finish();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->paths, 1U);
  EXPECT_EQ(report->prefixes, 1U);
  EXPECT_EQ(report->entries, 0U);
}

TEST_F(ExporterTest, NamesReadWithExactReachGiveTheSameNamesAndReach) {
  const std::vector<Entry> entries = RandomEntries(taxonomy_).make(5'000);
  const std::string text = write_out(entries, as_format(ExportFormat::Names));
  ImportOptions options = as("gambling", ListFormat::Names);
  options.default_reach = Reach::Exact;
  const ParsedList back = import_text(text, options);
  EXPECT_EQ(back.report.lines, back.report.entries);
  EXPECT_EQ(report_.entries, back.report.entries);
  std::map<Key, std::uint64_t> expected;
  for (const Entry& each : entries) {
    for (const Statement& said : each.statements) {
      expected[{each.name.to_text(), said.reach}] = set("gambling").bits();
    }
  }
  EXPECT_EQ(by_name(back.content.names), expected);
}

TEST_F(ExporterTest, AZoneHasItsHeadAndCoversWhatIsBelowASubtree) {
  const std::vector<Entry> entries = {entry("a.example", {says("porn", Reach::Subtree)}),
                                      entry("b.example", {says("porn", Reach::Exact)})};
  EXPECT_EQ(write_out(entries, zone_of((1ULL << 32U) + 7)),
            "$TTL 300\n"
            "$ORIGIN luytre.rpz.\n"
            "@ IN SOA localhost. hostmaster.localhost. 7 3600 600 86400 300\n"
            "@ IN NS localhost.\n"
            "a.example CNAME .\n"
            "*.a.example CNAME .\n"
            "b.example CNAME .\n");
  EXPECT_EQ(report_.entries, 2U);
  EXPECT_EQ(report_.lines, 3U);
}

TEST_F(ExporterTest, AZoneLetsNeverBlockNamesPassUnlessTheLawRefusesThem) {
  const Entry child = entry("help.a.example", {says("education", Reach::Exact)});
  EXPECT_EQ(lines({entry("a.example", {says("porn", Reach::Subtree)}), child},
                  as_format(ExportFormat::Rpz)),
            "a.example CNAME .\n*.a.example CNAME .\nhelp.a.example CNAME rpz-passthru.\n");
  EXPECT_EQ(report_.passed, 1U);
  EXPECT_EQ(lines({entry("a.example", {says("national_order", Reach::Subtree)}), child},
                  as_format(ExportFormat::Rpz)),
            "a.example CNAME .\n*.a.example CNAME .\nhelp.a.example CNAME .\n");
  EXPECT_EQ(report_.passed, 0U);
}

TEST_F(ExporterTest, WhatAnotherSourceSparesIsNotRefusedByTheChosenOne) {
  const std::vector<Entry> entries = {
      entry("a.example", {says("porn", Reach::Subtree, 0), says("education", Reach::Exact, 1)})};
  EXPECT_EQ(lines(entries, from(SourceId{0}, ExportFormat::Rpz)),
            "a.example CNAME rpz-passthru.\n*.a.example CNAME .\n");
  EXPECT_EQ(lines(entries, of(set("porn"), ExportFormat::Hosts)), "");
  EXPECT_EQ(lines(entries, from(SourceId{0}, ExportFormat::Luytre)), "a.example\tporn\n");
}

TEST_F(ExporterTest, AHostsFileNarrowsSubtreesAndLeavesNeverBlockNamesOut) {
  const std::vector<Entry> entries = {
      entry("a.example", {says("porn", Reach::Exact), says("gambling", Reach::Subtree)}),
      entry("b.example", {says("porn", Reach::Exact)}),
      entry("c.example", {says("porn", Reach::Subtree), says("education", Reach::Exact, 1)})};
  EXPECT_EQ(lines(entries, as_format(ExportFormat::Hosts)),
            "0.0.0.0 a.example\n0.0.0.0 b.example\n");
  EXPECT_EQ(report_.narrowed, 1U);
  EXPECT_EQ(report_.entries, 3U);
  EXPECT_EQ(report_.never_block, 2U);
  const ParsedList back =
      import_text(write_out(entries, as_format(ExportFormat::Hosts)), as("porn"));
  EXPECT_EQ(back.report.format, ListFormat::Hosts);
  EXPECT_EQ(show(back.content), "a.example exact\nb.example exact\n");
}

TEST_F(ExporterTest, OneSourceOrSomeCategoriesCanBeChosen) {
  const std::vector<Entry> entries = {
      entry("a.example", {says("porn", Reach::Subtree, 0), says("gambling", Reach::Subtree, 1)}),
      entry("b.example", {says("gambling", Reach::Exact, 1)})};
  EXPECT_EQ(lines(entries, as_format(ExportFormat::Luytre)),
            "a.example\tgambling,porn\nb.example\tgambling\texact\n");
  EXPECT_EQ(lines(entries, from(SourceId{0}, ExportFormat::Luytre)), "a.example\tporn\n");
  EXPECT_EQ(lines(entries, of(set("gambling"), ExportFormat::Luytre)),
            "a.example\tgambling\nb.example\tgambling\texact\n");
}

TEST_F(ExporterTest, WhatTheFormatCannotSayIsLeftOutAndCounted) {
  std::string deep;
  while (deep.size() + 2 * 32 < 250) {
    deep.append(31, 'a').append(1, '.');
  }
  deep.append(245 - deep.size() - 8, 'b').append(".example");
  ASSERT_TRUE(DomainName::from_hostname(deep));
  const std::array<std::uint8_t, 13> wire = {3,   'a', ' ', ';', 7,   'e', 'x',
                                             'a', 'm', 'p', 'l', 'e', 0};
  const std::vector<Entry> entries = {{.name = DomainName::from_wire(wire).value_or(DomainName{}),
                                       .statements = {says("porn", Reach::Exact)}},
                                      {.name = {}, .statements = {says("porn", Reach::Subtree)}},
                                      entry("example", {says("porn", Reach::Subtree)}),
                                      entry("a.example", {says("uncategorised", Reach::Exact)}),
                                      entry("b.example", {says("porn", Reach::Exact, 0, 16)}),
                                      entry(deep, {says("porn", Reach::Subtree)})};
  EXPECT_EQ(lines(entries, as_format(ExportFormat::Luytre)),
            "b.example\tporn\texact\t16\n" + deep + "\tporn\n");
  EXPECT_EQ(report_.not_expressible, 4U);
  EXPECT_EQ(report_.without_age, 0U);
  EXPECT_EQ(lines(entries, as_format(ExportFormat::Rpz)), "a.example CNAME .\nb.example CNAME .\n");
  EXPECT_EQ(report_.not_expressible, 4U) << "the last name is too long below the zone's";
}

TEST_F(ExporterTest, TheSinksErrorStopsTheExport) {
  Exporter exporter(taxonomy_, {}, [](std::string_view) -> Result<void> {
    return fail(ErrorCode::NoSpace, "The disk is full.");
  });
  const auto report = exporter.finish();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::NoSpace);
}

}  // namespace
}  // namespace luytre::categories
