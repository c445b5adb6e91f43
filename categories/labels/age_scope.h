// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <variant>

#include "base/expected.h"
#include "categories/domain_name.h"
#include "categories/entry.h"
#include "categories/host_path.h"
#include "categories/labels/site_labels.h"

namespace luytre::categories {

// What a label's scope covers of the host that it was fetched from.
struct AgeScope {
  std::variant<DomainName, HostPath> subject;
  Reach reach = Reach::Exact;
};

// "example.com", "example.com/*"          the host alone
// "*.example.com", "*.example.com/*"      the host and what is below it, also at www.example.com,
//                                         which then speaks of itself and what is below itself
// "example.com/shop", "*/shop/*", "/shop" pages of the host
// Everything else is a pattern, or about another host: also a name below the host, which can carry
// a label of its own.
[[nodiscard]] Expected<AgeScope, LabelRefusal> parse_scope(std::string_view text,
                                                           const DomainName& host);

}  // namespace luytre::categories
