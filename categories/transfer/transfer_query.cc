// SPDX-License-Identifier: Apache-2.0
#include "transfer_query.h"

#include "message_reader.h"
#include "wire_writer.h"

namespace luytre::categories {

std::uint16_t TransferQuery::type() const noexcept {
  return since ? rr_type::kIxfr : rr_type::kAxfr;
}

std::vector<std::uint8_t> TransferQuery::to_wire() const {
  std::vector<std::uint8_t> message;
  WireWriter out(message);
  out.u16(id);
  out.u16(0);  // a plain query
  out.u16(1);
  out.u16(0);
  out.u16(since ? 1 : 0);
  out.u16(0);
  out.name(zone);
  out.u16(type());
  out.u16(kClassIn);
  if (since) {
    // RFC 1995 §3: only the serial of this SOA is of use to the server.
    out.name(zone);
    out.u16(rr_type::kSoa);
    out.u16(kClassIn);
    out.u32(0);
    out.u16(22);  // two root names and five numbers
    out.name(DomainName());
    out.name(DomainName());
    out.u32(*since);
    for (int i = 0; i < 4; ++i) {
      out.u32(0);
    }
  }
  return message;
}

}  // namespace luytre::categories
