// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "dataplane/inspect/inspection.h"
#include "http_fields.h"
#include "http_request_line.h"
#include "text_view.h"

namespace luytre::dataplane {
namespace {

// Servers take request lines and fields of 8 KiB each; what is longer than this without a Host
// reaches none.
constexpr std::size_t kMaxHeadBytes = 16384;

// Whether this is HTTP and not another protocol of text that begins with a word.
bool is_ordinary(std::string_view head) noexcept {
  return head.starts_with("GET ") || head.starts_with("POST ") || head.starts_with("HEAD ");
}

// What follows the request, by its fields; false if that cannot be said.
bool frame(const RequestLine& line, const HttpFields& fields, Inspection& inspection) noexcept {
  inspection.unit_bytes = line.end + fields.bytes;
  if (line.method == "CONNECT") {
    inspection.next = Reader::Start;  // a tunnel, whatever the fields say (RFC 9110 §9.3.6)
    return true;
  }
  if (!fields.framing.is_clear()) {
    return false;
  }
  inspection.unit_bytes += fields.framing.content_length();
  if (fields.framing.is_chunked()) {
    inspection.next = Reader::HttpChunk;
  } else {
    inspection.next = fields.framing.upgrades() ? Reader::Start : Reader::Http;
  }
  return true;
}

// All is decided at the end of the head, not where a host first stands: another could follow.
Finding read_request(std::string_view head, bool at_bound, Inspection& inspection) noexcept {
  const auto line = read_request_line(head);
  if (!line) {
    const bool endless = at_bound && line.error() == Finding::NeedMore;
    inspection.is_evasive = endless && is_ordinary(head);
    return endless ? Finding::Malformed : line.error();
  }
  inspection.target = path_of(*line);
  HttpFields fields;
  const FieldsEnd end = read_fields(head.substr(line->end), fields);
  if (end == FieldsEnd::Cut && !at_bound) {
    return Finding::NeedMore;
  }
  const std::string_view authority = authority_of(*line);
  if (line->method == "CONNECT") {
    fields.host = {};
  }
  if (!authority.empty()) {
    // "A server MUST ignore the received Host header field (if any)" (RFC 9112 §3.2.2). Some do not.
    fields.host.add(authority);
  }
  // At the bound (bytes or fields) the Host that was seen decides; without one nothing can be said
  // for the request. Where it ends is not known either: the rest of the connection goes with it.
  if (end == FieldsEnd::EmptyLine) {
    if (!frame(*line, fields, inspection)) {
      return Finding::Malformed;
    }
  } else if (!fields.host.seen()) {
    inspection.is_evasive = true;
    return Finding::Malformed;
  }
  inspection.is_evasive = fields.host.finding() == Finding::Malformed;
  inspection.name = fields.host.name();
  inspection.address = fields.host.address();
  return fields.host.finding();
}

}  // namespace

Inspection inspect_http(std::span<const std::uint8_t> stream) noexcept {
  Inspection inspection;
  const std::string_view head = text_view(stream).substr(0, kMaxHeadBytes);
  inspection.finding = read_request(head, stream.size() >= kMaxHeadBytes, inspection);
  if (inspection.finding != Finding::NotThis && !stream.empty()) {
    inspection.protocol = Protocol::Http;
  }
  return inspection;
}

Inspection inspect_http_next(std::span<const std::uint8_t> stream) noexcept {
  const std::string_view text = text_view(stream);
  const std::size_t empty_bytes = std::min(text.find_first_not_of("\r\n"), text.size());
  if (empty_bytes == 0 || text[empty_bytes - 1] != '\n') {
    return inspect_http(stream);
  }
  Inspection inspection;
  inspection.finding = Finding::Nothing;
  inspection.protocol = Protocol::Http;
  inspection.unit_bytes = empty_bytes;
  inspection.next = Reader::Http;
  return inspection;
}

}  // namespace luytre::dataplane
