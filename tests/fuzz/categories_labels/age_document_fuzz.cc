// SPDX-License-Identifier: Apache-2.0
// Input: an age-de.xml fetched from www.example.com. Whatever it says, it is about that host or what
// is below it, and from an age between 1 and 18.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>
#include <vector>

#include "categories/labels/site_labels.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace luytre::categories;
  const DomainName host = DomainName::from_text("www.example.com").value_or(DomainName{});
  const std::string text(bytes, bytes + size);
  for (const char* country : {"", "DE"}) {
    for (const SiteLabel& label :
         read_site(host, std::vector<SiteFile>{{"age-de.xml", text}, {"age.xml", text}}, country)) {
      if (!label.said) {
        continue;
      }
      const auto* path = std::get_if<HostPath>(&label.said->subject);
      const DomainName& about =
          path != nullptr ? path->host : *std::get_if<DomainName>(&label.said->subject);
      if (!(about == host) || label.said->minimum_age == 0 || label.said->minimum_age > 18 ||
          label.said->restricted_to_adults) {
        std::abort();
      }
    }
  }
  return 0;
}
