// SPDX-License-Identifier: Apache-2.0
#include "name_events.h"

#include "dns/wire/query.h"

namespace luytre::dataplane {
namespace {

std::string protocol_word(Protocol protocol) {
  switch (protocol) {
    case Protocol::Dns:
      return "dns";
    case Protocol::Tls:
      return "tls";
    case Protocol::Quic:
      return "quic";
    case Protocol::Http:
      return "http";
    case Protocol::Unknown:
      break;
  }
  return "unknown";
}

}  // namespace

void NameEvents::on_inspection(const PacketView& first_packet, const Inspection& inspection,
                               std::span<const std::uint8_t> bytes) noexcept {
  if (inspection.finding != Finding::Name) {
    return;
  }
  NameEvent event{.protocol = protocol_word(inspection.protocol),
                  .source = first_packet.source.to_text(),
                  .source_port = first_packet.source_port,
                  .destination = first_packet.destination.to_text(),
                  .destination_port = first_packet.destination_port,
                  .name = inspection.name.to_text(),
                  .outer_vlan = first_packet.outer_vlan,
                  .inner_vlan = first_packet.inner_vlan};
  dns::Query query;
  if (inspection.protocol == Protocol::Dns &&
      dns::parse_query(bytes, query) == dns::QueryForm::Question) {
    event.qtype = query.qtype;
  }
  ++events_[event];
}

}  // namespace luytre::dataplane
