// SPDX-License-Identifier: Apache-2.0
#include "categories/host_path.h"

#include <algorithm>

namespace luytre::categories {
namespace {

char upper(char c) noexcept { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c; }

// Percent escapes compare alike in either case (RFC 3986 §6.2.2.1). Two octets behind any '%', also
// where they are no escape: so a path is always equal to itself as a target.
bool in_escape(std::string_view path, std::size_t i) noexcept {
  return (i >= 1 && path[i - 1] == '%') || (i >= 2 && path[i - 2] == '%');
}

void normalise_escapes(std::string& path) noexcept {
  for (std::size_t i = 0; i < path.size(); ++i) {
    path[i] = in_escape(path, i) ? upper(path[i]) : path[i];
  }
}

bool goes_on_below(char c) noexcept { return c == '/' || c == '?' || c == '&'; }

}  // namespace

std::optional<HostPath> HostPath::from_text(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme)) {
      text.remove_prefix(scheme.size());
      break;
    }
  }
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return std::nullopt;
  }
  const auto host = DomainName::from_hostname(text.substr(0, slash));
  std::string_view path = text.substr(slash);
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  const bool sound =
      std::ranges::all_of(path, [](char c) { return c > ' ' && c < 127 && c != '#'; });
  if (!host || host->is_root() || !sound || path.empty() || path.size() > kMaxPathBytes) {
    return std::nullopt;
  }
  HostPath result{.host = *host, .path = std::string(path)};
  normalise_escapes(result.path);
  return result;
}

std::string HostPath::to_text() const { return host.to_text() + path; }

bool HostPath::covers(std::string_view target) const noexcept {
  if (target.size() < path.size()) {
    return false;
  }
  for (std::size_t i = 0; i < path.size(); ++i) {
    if ((in_escape(path, i) ? upper(target[i]) : target[i]) != path[i]) {
      return false;
    }
  }
  return target.size() == path.size() || goes_on_below(target[path.size()]);
}

}  // namespace luytre::categories
