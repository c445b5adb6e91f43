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
    case Protocol::Dtls:
      return "dtls";
    case Protocol::Unknown:
      break;
  }
  return "unknown";
}

// A packet of IPv6 may carry IPv4-mapped addresses, which as such are written like IPv4's.
std::string address_text(const categories::IpAddress& address, std::uint8_t ip_version) {
  const std::string text = address.to_text();
  return ip_version == 6 && address.is_v4() ? "::ffff:" + text : text;
}

}  // namespace

void NameEvents::on_inspection(const PacketView& first_packet, const Inspection& inspection,
                               std::span<const std::uint8_t> bytes) noexcept {
  if (inspection.finding != Finding::Name) {
    return;
  }
  NameEvent event{.protocol = protocol_word(inspection.protocol),
                  .source = address_text(first_packet.source, first_packet.ip_version),
                  .source_port = first_packet.source_port,
                  .destination = address_text(first_packet.destination, first_packet.ip_version),
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
