// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a site says about itself, in the files that somebody fetched from it: age-de.xml and age.xml
// (the label of the German round table for the protection of minors, 2010, and its international
// form, 2015) and RTA ("restricted to adults").
//
// A site can lie to seem harmless and has no reason to lie to seem harmful. So a label only ever
// raises the age from which its own host is open, and whatever it says of others is not believed.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/expected.h"
#include "categories/domain_name.h"
#include "categories/entry.h"
#include "categories/host_path.h"

namespace luytre::categories {

// Why something in a label states nothing.
enum class LabelRefusal : std::uint8_t {
  NoLabel,    // not XML, a document type or entities, another root element, too large or too deep
  OtherHost,  // about a host that it was not fetched from
  Pattern,    // a regular expression, or wildcards that no whole host or folder expresses
  BadScope,   // neither a host nor a page of one
  BadAge,     // no number
  AllAges,    // from age 0: nothing is raised
};

// A host, with or without what is below it, or one of its pages or folders, and the age from which
// it is open.
struct LabelStatement {
  std::variant<DomainName, HostPath> subject;
  Reach reach = Reach::Exact;  // of a name
  std::uint8_t minimum_age = 0;
  bool restricted_to_adults = false;  // RTA: also a category of its own
};

struct SiteLabel {
  std::string text;  // "age-de.xml: *.example.com", for a report
  Expected<LabelStatement, LabelRefusal> said;
};

// A file as it was fetched from a host: "age.xml", "age-de.xml", "index.html", or "headers.txt" with
// the header fields of the page's HTTP answer. Others say nothing.
struct SiteFile {
  std::string name;
  std::string text;
};

inline constexpr std::size_t kMaxLabelBytes = std::size_t{64} << 10U;  // the format's own is 50 kB
inline constexpr std::size_t kMaxPageBytes = std::size_t{1} << 20U;    // the rest is not looked at
inline constexpr std::uint8_t kAdultAge = 18;

// Whether a file of this name is one of those above.
[[nodiscard]] bool is_label_file(std::string_view name) noexcept;

// Everything that the files say about `host`, which they were fetched from. `country`: two letters;
// where age.xml names another file for it, only that counts. Empty: each of the labels counts, which
// means the highest age.
[[nodiscard]] std::vector<SiteLabel> read_site(const DomainName& host,
                                               std::span<const SiteFile> files,
                                               std::string_view country = {});

}  // namespace luytre::categories
