// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "base/expected.h"
#include "dataplane/inspect/inspection.h"

namespace luytre::dataplane {

// The request line of HTTP/1 (RFC 9112 §3). Views borrow from the head.
struct RequestLine {
  std::string_view method;
  std::string_view target;
  std::size_t end = 0;  // offset of the first field line in the head
};

// Reads the request line at the beginning of `head`, after any empty lines (§2.2). NeedMore while
// it is not complete, NotThis as soon as no continuation can be HTTP/1.
[[nodiscard]] Expected<RequestLine, Finding> read_request_line(std::string_view head) noexcept;

// The authority that the target itself names: of CONNECT (§3.2.3) and of the absolute-form
// (§3.2.2), without userinfo; empty for the other forms, where Host says it.
[[nodiscard]] std::string_view authority_of(const RequestLine& line) noexcept;

// Path and query of the origin-form and the absolute-form, up to a fragment, which no client should
// send and servers cut off; empty for CONNECT. An absolute-form without a path gives its query alone.
[[nodiscard]] std::string_view path_of(const RequestLine& line) noexcept;

}  // namespace luytre::dataplane
