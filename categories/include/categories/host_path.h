// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "categories/domain_name.h"

namespace luytre::categories {

// A page or a folder of one host: "example.com/bad". It never speaks about its host, nor about
// another one: not even www. is added.
struct HostPath {
  // Of path; what is longer is not stored, and a request is compared up to here.
  static constexpr std::size_t kMaxPathBytes = 250;

  DomainName host;
  std::string path;  // begins with "/" and is more than that; printable ASCII, escapes upper case

  // "example.com/bad", also with "http://" or "https://" before it; a port, a user or a fragment, a
  // path that is "/" alone, blanks and octets outside ASCII are refused. A "/" at the end goes away.
  [[nodiscard]] static std::optional<HostPath> from_text(std::string_view text);
  [[nodiscard]] std::string to_text() const;

  // Whether a request's target (RFC 9112 §3.2.1, with its query) is this page or below it: equal,
  // or going on with '/', '?' or '&'.
  [[nodiscard]] bool covers(std::string_view target) const noexcept;

  friend bool operator==(const HostPath& a, const HostPath& b) noexcept {
    return a.host == b.host && a.path == b.path;
  }
};

}  // namespace luytre::categories
