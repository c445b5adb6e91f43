// SPDX-License-Identifier: Apache-2.0
#include "name_events.h"

#include <string_view>

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

std::vector<policy::VlanId> vlans_of(const PacketView& packet) {
  std::vector<policy::VlanId> vlans;
  for (const policy::VlanId vlan :
       {packet.outer_vlan, packet.inner_vlan, packet.further_vlans[0], packet.further_vlans[1]}) {
    if (vlan != 0) {
      vlans.push_back(vlan);
    }
  }
  return vlans;
}

std::string_view layer_word(LayerKind kind) {
  switch (kind) {
    case LayerKind::Pppoe:
      return "pppoes";
    case LayerKind::Ppp:
      return "ppp";
    case LayerKind::Mpls:
      return "mpls";
    case LayerKind::Pseudowire:
      return "pwethcw";
    case LayerKind::Gre:
    case LayerKind::Pptp:
      return "gre";
    case LayerKind::Erspan:
      return "erspan";
    case LayerKind::Vxlan:
      return "vxlan";
    case LayerKind::Geneve:
      return "geneve";
    case LayerKind::GtpU:
      return "gtp";
    default:  // said otherwise, or by what is in it
      return {};
  }
}

// The words of the layers, and how IP is in IP: {"gre", "ipv6/ip"}.
std::vector<std::string> encapsulation_of(const PacketView& packet) {
  std::vector<std::string> words;
  std::string ip;
  for (std::size_t i = 0; i < packet.encapsulation.size(); ++i) {
    const LayerKind kind = packet.encapsulation[i];
    if (kind == LayerKind::Ipv4 || kind == LayerKind::Ipv6) {
      ip += kind == LayerKind::Ipv4 ? "ip/" : "ipv6/";
    } else if (const std::string_view word = layer_word(kind); !word.empty()) {
      words.emplace_back(word);
    }
  }
  if (!ip.empty()) {
    words.push_back(ip + (packet.ip_version == 4 ? "ip" : "ipv6"));
  }
  return words;
}

}  // namespace

void NameEvents::on_inspection(const PacketView& first_packet, const Inspection& inspection,
                               std::span<const std::uint8_t> bytes) noexcept {
  const bool has_name = inspection.finding == Finding::Name;
  if ((!has_name && !inspection.address) || inspection.protocol == Protocol::Unknown) {
    return;
  }
  NameEvent event{.protocol = protocol_word(inspection.protocol),
                  .source = address_text(first_packet.source, first_packet.ip_version),
                  .source_port = first_packet.source_port,
                  .destination = address_text(first_packet.destination, first_packet.ip_version),
                  .destination_port = first_packet.destination_port,
                  .name = has_name ? inspection.name.to_text() : inspection.address->to_text(),
                  .vlans = vlans_of(first_packet),
                  .encapsulation = encapsulation_of(first_packet)};
  dns::Query query;
  if (inspection.protocol == Protocol::Dns &&
      dns::parse_query(bytes, query) == dns::QueryForm::Question) {
    event.qtype = query.qtype;
  }
  ++events_[event];
}

}  // namespace luytre::dataplane
