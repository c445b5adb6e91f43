// SPDX-License-Identifier: Apache-2.0
#include "categories/labels/site_labels.h"

#include <algorithm>
#include <string>
#include <vector>

#include "labels_text.h"

namespace luytre::categories {
namespace {

constexpr const char* kRta = "<meta name=rating content=RTA-5042-1996-1400-1577-RTA>";

// "example.com+ 16" (with all below), "example.com/shop 16", "example.com RTA 18", "refused 1".
std::vector<std::string> said(const std::vector<SiteFile>& files, std::string_view country = {}) {
  std::vector<std::string> lines;
  const DomainName host = DomainName::from_text("example.com").value_or(DomainName{});
  for (const SiteLabel& one : read_site(host, files, country)) {
    if (!one.said) {
      lines.push_back("refused " + std::to_string(static_cast<int>(one.said.error())));
      continue;
    }
    const auto* path = std::get_if<HostPath>(&one.said->subject);
    std::string line = path != nullptr ? path->to_text() : host.to_text();
    line += one.said->reach == Reach::Subtree ? "+" : "";
    line += one.said->restricted_to_adults ? " RTA " : " ";
    lines.push_back(line + std::to_string(one.said->minimum_age));
  }
  std::ranges::sort(lines);
  return lines;
}

std::string refused(LabelRefusal why) { return "refused " + std::to_string(static_cast<int>(why)); }

using Lines = std::vector<std::string>;

TEST(SiteLabels, AWholeSiteHasOneAge) {
  EXPECT_EQ(said({{"age-de.xml", age_xml(label("16", "*.example.com/*"))}}),
            Lines{"example.com+ 16"});
}

TEST(SiteLabels, FoldersHaveTheirOwn) {
  EXPECT_EQ(said({{"age.xml",
                   age_xml(label("18", "example.com/adult/*") + label("6", "example.com/*"))}}),
            (Lines{"example.com 6", "example.com/adult 18"}));
}

TEST(SiteLabels, TheDefaultIsForASiteThatNoLabelCovers) {
  EXPECT_EQ(said({{"age-de.xml", age_xml("", "12")}}), Lines{"example.com 12"});
  EXPECT_EQ(said({{"age-de.xml", age_xml(label("16", "example.com/shop"), "12")}}),
            (Lines{"example.com 12", "example.com/shop 16"}));
  EXPECT_EQ(said({{"age-de.xml", age_xml("<label class=\"default\"><min-age>6</min-age>"
                                         "<default-age>16</default-age></label>",
                                         "18")}}),
            Lines{"example.com 16"});
  // Labels on each page cannot be seen from here.
  EXPECT_EQ(said({{"age-de.xml", age_xml(label("6", "example.com"), "18", "false")}}),
            Lines{"example.com 18"});
}

TEST(SiteLabels, WithoutAnAgeTheHigherOfTheOtherTwoCounts) {
  EXPECT_EQ(said({{"age-de.xml", age_xml("<label class=\"w\"><min-age>12</min-age>"
                                         "<default-age>6</default-age></label>")}}),
            Lines{"example.com 12"});
  EXPECT_EQ(said({{"age-de.xml", age_xml("<label class=\"w\"><min-age>12</min-age></label>")}}),
            Lines{"example.com 12"});
}

TEST(SiteLabels, SpeakOfNobodyElseAndGuessNothing) {
  EXPECT_EQ(
      said({{"age-de.xml", age_xml(label("18", "b.example") + label("18", "w[w]+.b.example") +
                                   label("x", "example.com") + label("0", "example.com") +
                                   label("99", "example.com/x"))}}),
      (Lines{"example.com/x 18", refused(LabelRefusal::OtherHost), refused(LabelRefusal::Pattern),
             refused(LabelRefusal::BadAge), refused(LabelRefusal::AllAges)}));
}

TEST(SiteLabels, WhatIsNoLabelIsCountedOnce) {
  EXPECT_EQ(said({{"age-de.xml", "<html>Not found</html>"}}),
            Lines{refused(LabelRefusal::NoLabel)});
  EXPECT_EQ(said({{"age-de.xml", age_xml("", "")}}), Lines{refused(LabelRefusal::NoLabel)});
  EXPECT_EQ(said({{"robots.txt", "RTA-5042-1996-1400-1577-RTA"}}), Lines{});
  EXPECT_EQ(said({{"index.html", "<p>hello</p>"}}), Lines{});
}

TEST(SiteLabels, RtaIsForAdultsAndAboutTheHostAlone) {
  EXPECT_EQ(said({{"index.html", kRta}}), Lines{"example.com RTA 18"});
  EXPECT_EQ(said({{"headers.txt", "Rating: RTA-5042-1996-1400-1577-RTA"}}),
            Lines{"example.com RTA 18"});
  std::string late(kMaxPageBytes, ' ');
  late += kRta;
  std::vector<SiteFile> files(1);
  files[0].name = "index.html";
  files[0].text = std::move(late);
  EXPECT_EQ(said(files), Lines{});
}

TEST(SiteLabels, ACountryHasItsOwnFile) {
  const std::string countries =
      "<country class=\"age-de.xml\"><country-code>DE</country-code></country>"
      "<country class=\"age-xx.xml\"><country-code>XX</country-code></country>"
      "<country-default>age.xml</country-default>";
  const std::vector<SiteFile> files = {
      {"age-de.xml", age_xml(label("16", "*"))},
      {"age.xml", age_xml(label("12", "*"), "18", "true", countries)}};
  EXPECT_EQ(said(files, "DE"), Lines{"example.com 16"});
  EXPECT_EQ(said(files, "de"), Lines{"example.com 16"});
  EXPECT_EQ(said(files, "VN"), Lines{"example.com 12"});
  // Without a country, or where the file was not fetched, everything counts.
  EXPECT_EQ(said(files), (Lines{"example.com 12", "example.com 16"}));
  EXPECT_EQ(said(files, "XX"), (Lines{"example.com 12", "example.com 16"}));
}

TEST(SiteLabels, KnowsItsFiles) {
  for (const char* name : {"age.xml", "age-de.xml", "age-xec.xml", "index.html", "headers.txt"}) {
    EXPECT_TRUE(is_label_file(name)) << name;
  }
  for (const char* name : {"", "age-.txt", "ages.xml", "robots.txt", "age-de.xml.bak"}) {
    EXPECT_FALSE(is_label_file(name)) << name;
  }
}

}  // namespace
}  // namespace luytre::categories
