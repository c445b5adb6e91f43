// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/inspect/inspection.h"

namespace luytre::test {

using dataplane::Finding;
using dataplane::Inspection;
using dataplane::Protocol;

// A finding in words: "name:www.example.org", "no name", so that a failed row says what was found.
inline std::string words(const Inspection& inspection) {
  switch (inspection.finding) {
    case Finding::NeedMore:
      return "need more";
    case Finding::Name:
      return "name:" + inspection.name.to_text();
    case Finding::NoName:
      return "no name";
    case Finding::Nothing:
      return "nothing";
    case Finding::NotThis:
      return "not this";
    case Finding::Malformed:
      return "malformed";
  }
  return "?";
}

// On an exact-size heap copy, so that AddressSanitizer sees one octet too far.
template <typename Inspector>
std::string inspect_copy(Inspector inspector, const std::vector<std::uint8_t>& stream) {
  const std::vector<std::uint8_t> exact(stream.begin(), stream.end());
  return words(inspector(exact));
}

inline std::string tls(const std::vector<std::uint8_t>& stream) {
  return inspect_copy(dataplane::inspect_tls, stream);
}
inline std::string http(std::string_view text) {
  return inspect_copy(dataplane::inspect_http, {text.begin(), text.end()});
}
inline std::string stream(const std::vector<std::uint8_t>& bytes) {
  return inspect_copy(dataplane::inspect_stream, bytes);
}

inline std::vector<std::uint8_t> cut(const std::vector<std::uint8_t>& bytes, std::size_t size) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

}  // namespace luytre::test
