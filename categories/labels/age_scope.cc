// SPDX-License-Identifier: Apache-2.0
#include "age_scope.h"

#include <string>

namespace luytre::categories {
namespace {

// Signs of a regular expression that have no place in a scope without one. '?' may begin a query.
constexpr std::string_view kPatternSigns = "[](){}|^$+\\";

// The host and what is below it, or the host alone, or why neither.
Expected<Reach, LabelRefusal> cover_host(std::string_view text, const DomainName& host) {
  if (text.empty() || text == "*") {
    return Reach::Exact;
  }
  const bool below = text.starts_with("*.");
  text.remove_prefix(below ? 2 : 0);
  if (text.find('*') != std::string_view::npos) {
    return Unexpected(LabelRefusal::Pattern);
  }
  const auto name = DomainName::from_hostname(text);
  if (!name) {
    return Unexpected(LabelRefusal::BadScope);
  }
  if (!below) {
    return *name == host ? Expected<Reach, LabelRefusal>(Reach::Exact)
                         : Unexpected(LabelRefusal::OtherHost);
  }
  if (name->label_count() < 2) {
    return Unexpected(LabelRefusal::Pattern);  // "*.de"
  }
  return host.is_within(*name) ? Expected<Reach, LabelRefusal>(Reach::Subtree)
                               : Unexpected(LabelRefusal::OtherHost);
}

}  // namespace

Expected<AgeScope, LabelRefusal> parse_scope(std::string_view text, const DomainName& host) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme)) {
      text.remove_prefix(scheme.size());
      break;
    }
  }
  if (text.find_first_of(kPatternSigns) != std::string_view::npos) {
    return Unexpected(LabelRefusal::Pattern);
  }
  const std::size_t slash = text.find('/');
  const auto reach = cover_host(text.substr(0, slash), host);
  if (!reach) {
    return Unexpected(reach.error());
  }
  std::string_view path = slash == std::string_view::npos ? "/" : text.substr(slash);
  if (path.ends_with("/*")) {
    path.remove_suffix(1);
  }
  if (path.find('*') != std::string_view::npos) {
    return Unexpected(LabelRefusal::Pattern);
  }
  if (path == "/") {
    return AgeScope{.subject = host, .reach = *reach};
  }
  auto page = HostPath::from_text(host.to_text() + std::string(path));
  return page ? Expected<AgeScope, LabelRefusal>(AgeScope{.subject = std::move(*page)})
              : Unexpected(LabelRefusal::BadScope);
}

}  // namespace luytre::categories
