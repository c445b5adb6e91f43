// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

#include "categories/guard/guard.h"
#include "import_fixture.h"

namespace luytre::categories::testing {

inline DomainName name(std::string_view text) {
  const auto parsed = DomainName::from_hostname(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(DomainName{});
}

// categories/data/popular.txt
inline PopularNames shipped_popular_names(const Taxonomy& taxonomy) {
  std::ifstream file(std::filesystem::path(LUYTRE_SOURCE_DIR) / "categories/data/popular.txt");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  auto names = PopularNames::parse(text, taxonomy);
  EXPECT_TRUE(names) << names.error().message;
  return names ? *std::move(names) : PopularNames();
}

// A candidate and what is in force, said in a few words.
class GuardTest : public ::testing::Test {
 protected:
  CategorySet set(std::string_view words) const {
    CategorySet members;
    while (!words.empty()) {
      const std::size_t comma = words.find(',');
      const Category* found = taxonomy_.find(words.substr(0, comma));
      EXPECT_NE(found, nullptr) << words;
      members |= found == nullptr ? CategorySet() : CategorySet::of(found->id);
      words = comma == std::string_view::npos ? std::string_view{} : words.substr(comma + 1);
    }
    return members;
  }

  // A subtree; "=name" is exact, "!name" takes back.
  void list(NameList& names, std::string_view text, std::string_view categories,
            std::uint8_t minimum_age = 0) const {
    ListedName listed;
    listed.minimum_age = minimum_age;
    listed.categories = set(categories);
    if (text.front() == '=' || text.front() == '!') {
      listed.reach = text.front() == '=' ? Reach::Exact : Reach::Subtree;
      listed.polarity = text.front() == '!' ? Polarity::Withdraws : Polarity::Lists;
      text.remove_prefix(1);
    }
    listed.name = name(text);
    names.add(listed);
  }
  void list(std::string_view text, std::string_view categories, std::uint8_t minimum_age = 0) {
    list(candidate_.names, text, categories, minimum_age);
  }
  void list_many(std::size_t count, std::string_view categories) {
    for (std::size_t i = 0; i < count; ++i) {
      list("n" + std::to_string(i) + ".example", categories);
    }
  }
  void list_prefix(std::string_view text, std::string_view categories) {
    candidate_.prefixes.push_back(
        {.prefix = IpPrefix::from_text(text).value_or(IpPrefix{}), .categories = set(categories)});
  }
  void popular(std::string_view text) {
    auto parsed = PopularNames::parse(text, taxonomy_);
    ASSERT_TRUE(parsed) << parsed.error().message;
    popular_ = *std::move(parsed);
  }

  GuardReport check() {
    candidate_.normalise();
    own_.normalise();
    other_.normalise();
    in_force_.own = &own_;
    in_force_.others = {&other_};
    in_force_.match = [&](const DomainName& asked) -> Result<NameMatch> {
      const auto found = listed_.find(asked.to_text());
      return found == listed_.end() ? NameMatch() : NameMatch{.categories = found->second};
    };
    auto report = check_version({.candidate = candidate_,
                                 .taxonomy = taxonomy_,
                                 .hosts = *hosts_,
                                 .popular = popular_,
                                 .in_force = in_force_,
                                 .kept_from = kept_from_,
                                 .limits = limits_});
    EXPECT_TRUE(report) << report.error().message;
    return report ? *std::move(report) : GuardReport();
  }

  // "popular:hold 3, never_block:notice 1"
  static std::string show(const GuardReport& report) {
    std::string text;
    for (const GuardFinding& finding : report.findings) {
      text += text.empty() ? "" : ", ";
      text += std::string(describe(finding.kind)) + ":" + std::string(describe(finding.severity));
      text += finding.count == 0 ? "" : " " + std::to_string(finding.count);
    }
    return text;
  }

  Taxonomy taxonomy_ = shipped_taxonomy();
  Result<SharedHosts> hosts_ = SharedHosts::load();
  PopularNames popular_;
  ListContent candidate_;
  ListContent own_;  // of the version in force
  ListContent other_;  // of another source in force
  std::map<std::string, CategorySet> listed_;  // by all sources in force
  InForce in_force_;
  KeptFrom kept_from_ = kept_from_by_default(taxonomy_);
  GuardLimits limits_;
};

}  // namespace luytre::categories::testing
