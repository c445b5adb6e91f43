// SPDX-License-Identifier: Apache-2.0
#include "dataplane/inspect/inspection.h"
#include "http_fields.h"
#include "http_request_line.h"
#include "text_view.h"

namespace luytre::dataplane {
namespace {

// Servers take request lines and fields of 8 KiB each; what is longer than this without a Host
// reaches none.
constexpr std::size_t kMaxHeadBytes = 16384;

// Host is decided at the end of the head, not where it first stands: a second one could follow.
Finding read_host(std::string_view fields, bool at_bound, categories::DomainName& name) noexcept {
  HostAnswer host;
  const FieldsEnd end = read_host_fields(fields, host);
  if (end == FieldsEnd::Cut && !at_bound) {
    return Finding::NeedMore;
  }
  // At the bound (bytes or fields) the Host that was seen decides; without one nothing can be said
  // for the request.
  if (end != FieldsEnd::EmptyLine && !host.seen()) {
    return Finding::Malformed;
  }
  name = host.name();
  return host.finding();
}

Finding read_request(std::string_view head, bool at_bound, Inspection& inspection) noexcept {
  const auto line = read_request_line(head);
  if (!line) {
    const bool endless = at_bound && line.error() == Finding::NeedMore;
    return endless ? Finding::Malformed : line.error();
  }
  inspection.target = path_of(*line);
  const std::string_view authority = authority_of(*line);
  if (authority.empty()) {
    return read_host(head.substr(line->end), at_bound, inspection.name);
  }
  // "A server MUST ignore the received Host header field (if any)" (RFC 9112 §3.2.2): nothing more
  // to wait for.
  HostAnswer host;
  host.add(authority);
  inspection.name = host.name();
  return host.finding();
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

}  // namespace luytre::dataplane
