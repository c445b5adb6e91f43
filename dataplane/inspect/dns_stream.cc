// SPDX-License-Identifier: Apache-2.0
#include "base/byte_order.h"
#include "dataplane/inspect/inspection.h"
#include "dns/wire/query.h"

namespace luytre::dataplane {

// A two-byte length in front of each message (RFC 1035 §4.2.2).
Inspection inspect_dns_stream(std::span<const std::uint8_t> stream) noexcept {
  constexpr std::size_t kLengthBytes = 2;
  Inspection inspection;
  inspection.protocol = Protocol::Dns;
  inspection.next = Reader::Dns;
  if (stream.size() < kLengthBytes || stream.size() - kLengthBytes < load_be16(stream.data())) {
    return inspection;
  }
  const std::size_t size = load_be16(stream.data());
  inspection.unit_bytes = kLengthBytes + size;
  dns::Query query;
  switch (dns::parse_query(stream.subspan(kLengthBytes, size), query)) {
    case dns::QueryForm::Question:
      inspection.finding = Finding::Name;
      inspection.name = query.qname;
      break;
    case dns::QueryForm::FormatError:
    case dns::QueryForm::OtherOpcode:
      inspection.finding = Finding::NoName;
      break;
    case dns::QueryForm::Response:
    case dns::QueryForm::NotDns:
      inspection.finding = Finding::Nothing;
      break;
  }
  return inspection;
}

}  // namespace luytre::dataplane
