// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace luytre::categories {

// An age-de.xml with these labels and this default age, as generators write them.
inline std::string age_xml(std::string_view labels, std::string_view default_age = "18",
                           std::string_view in_file = "true", std::string_view countries = "") {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<age-declaration>\n"
         "<ageblock-basic><age-issuer>example.com</age-issuer><last-change>2026-01-01</last-change>"
         "</ageblock-basic>\n<ageblock-country>" +
         std::string(countries) + "</ageblock-country>\n<ageblock-labeltype><xmlfile>" +
         std::string(in_file) + "</xmlfile><default-age>" + std::string(default_age) +
         "</default-age></ageblock-labeltype>\n<ageblock-labeltype-definition><labeltype-xmlfile>" +
         std::string(labels) +
         "</labeltype-xmlfile></ageblock-labeltype-definition>\n"
         "</age-declaration>\n";
}

inline std::string label(std::string_view age, std::string_view scope) {
  return "<label class=\"website\"><age>" + std::string(age) + "</age><scope>" +
         std::string(scope) + "</scope></label>";
}

}  // namespace luytre::categories
