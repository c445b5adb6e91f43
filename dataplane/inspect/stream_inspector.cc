// SPDX-License-Identifier: Apache-2.0
#include "dataplane/inspect/inspection.h"
#include "http_framing.h"

namespace luytre::dataplane {
namespace {

constexpr std::uint16_t kDnsPort = 53;

// DNS has no mark of its own: on its port, what is none of the others is taken for it.
Inspection read_start(std::span<const std::uint8_t> stream, std::uint16_t port) noexcept {
  Inspection inspection = inspect_stream(stream);
  if (inspection.finding == Finding::NotThis) {
    inspection = inspect_proxy_header(stream);
  }
  if (inspection.finding != Finding::NotThis) {
    return inspection;
  }
  const BypassStream found = recognise_bypass_stream(stream);
  if (found.match == BypassMatch::Yes) {
    inspection.finding = Finding::NoName;
    inspection.bypass = found.bypass;
    inspection.unit_bytes = stream.size();
    return inspection;
  }
  if (port == kDnsPort) {
    inspection = inspect_dns_stream(stream);
  } else if (found.match == BypassMatch::NeedMore) {
    inspection.finding = Finding::NeedMore;
  }
  return inspection;  // always the same object: with another one GCC would copy it
}

}  // namespace

// The first octet already divides the protocols: record types 20 to 22 are neither letters of a
// method nor line ends.
Inspection inspect_stream(std::span<const std::uint8_t> stream) noexcept {
  Inspection inspection = inspect_tls(stream);
  if (inspection.finding == Finding::NotThis) {
    inspection = inspect_http(stream);
  }
  if (inspection.finding == Finding::NotThis) {
    inspection = inspect_http2(stream);
  }
  return inspection;
}

Inspection read_stream(std::span<const std::uint8_t> stream, const StreamPlace& place) noexcept {
  const auto unread = stream.subspan(place.from);
  switch (place.reader) {
    case Reader::Start:
      return read_start(unread, place.port);
    case Reader::TlsNext:
      return inspect_tls_next(unread);
    case Reader::Http:
      return inspect_http_next(unread);
    case Reader::HttpChunk:
      return inspect_http_chunk(unread);
    case Reader::HttpTrailer:
      return inspect_http_trailer(unread);
    case Reader::Dns:
      return inspect_dns_stream(unread);
    case Reader::Http2:
      return inspect_http2_frames(unread);
    case Reader::Done:
      break;
  }
  Inspection nothing;
  nothing.finding = Finding::NotThis;
  return nothing;
}

}  // namespace luytre::dataplane
