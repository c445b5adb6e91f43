// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace luytre::categories {

// One rated part of a site. Ages are the document's words, empty where it says none.
struct AgeLabel {
  bool is_default = false;  // class="default": for what no other label is about
  std::string age = {};
  std::string minimum_age = {};
  std::string default_age = {};
  std::vector<std::string> scopes = {};  // none: the whole host
};

// age.xml: the file whose labels hold in a country.
struct CountryFile {
  std::string file;
  std::vector<std::string> countries = {};  // ISO 3166-1, or "all"
};

// What age.xml and age-xx.xml have in common:
//   <age-declaration>
//     <ageblock-country>  <country class="age-de.xml"><country-code>DE</country-code></country>
//                         <country-default>age.xml</country-default>  </ageblock-country>
//     <ageblock-labeltype>  <xmlfile>true</xmlfile>  <default-age>18</default-age>
//     <ageblock-labeltype-definition>
//       <labeltype-xmlfile>  <label class="website"><age>16</age><scope>*.example.com/*</scope>
// Labels of other kinds (HTTP header fields, page by page, in names) are not in this file.
struct AgeDocument {
  bool in_file = false;  // xmlfile: the labels below count
  std::string default_age;
  std::vector<AgeLabel> labels;
  std::vector<CountryFile> countries;
  std::string country_default;
};

// Nothing: no such document, or one over kMaxLabelBytes, of more than 12 levels, with a document
// type (and so with entities of its own) or anything else that only harm needs.
[[nodiscard]] std::optional<AgeDocument> parse_age_document(std::string_view text);

}  // namespace luytre::categories
