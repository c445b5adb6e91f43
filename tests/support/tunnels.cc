// SPDX-License-Identifier: Apache-2.0
#include "tests/support/tunnels.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace luytre::test {
namespace {

using dataplane::LayerKind;
using dataplane::Tunnel;
using enum LayerKind;

constexpr std::uint8_t kIpInIp4 = 4;
constexpr std::uint8_t kIpInIp6 = 41;
constexpr std::uint8_t kGreProtocol = 47;

Bytes be16(unsigned value) {
  return {static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value & 0xffU)};
}
bool is_v4(const Bytes& ip) { return ip[0] >> 4U == 4; }
Bytes ether_type_of(const Bytes& ip) { return be16(is_v4(ip) ? 0x0800 : 0x86dd); }

PacketBuilder outer_frame(Way way) {
  return way == Way::ToServer ? packet().eth() : packet().eth(kServerMac, kClientMac);
}
// A link-layer session in Ethernet.
Bytes in_ethernet(std::uint16_t ether_type, const Bytes& content, Way way) {
  return outer_frame(way).ether_type(ether_type).payload(content).build();
}
// What a frame looks like between the hosts of a bridged network, with their own addresses.
Bytes inner_frame(const Bytes& frame, Way way) {
  Bytes inner = way == Way::ToServer ? Bytes{2, 0, 0, 0, 1, 2, 2, 0, 0, 0, 1, 1}
                                     : Bytes{2, 0, 0, 0, 1, 1, 2, 0, 0, 0, 1, 2};
  inner.insert(inner.end(), frame.begin() + 12, frame.end());
  return inner;
}
Bytes tagged_inner_frame(const Bytes& frame, Way way) {
  Bytes inner = inner_frame(frame, way);
  const Bytes tag = {0x81, 0x00, 0x00, 0x21};
  inner.insert(inner.begin() + 12, tag.begin(), tag.end());
  return inner;
}
Bytes udp4(std::uint16_t port, const Bytes& content, Way way) {
  return tunnel_ipv4(way).udp(50000, port).payload(content).with_transport_checksum(0).build();
}
Bytes udp6(std::uint16_t port, const Bytes& content, Way way) {
  return tunnel_ipv6(way).udp(50000, port).payload(content).build();
}
Bytes gre4(const Bytes& content, Way way) {
  return tunnel_ipv4(way).protocol(kGreProtocol).payload(content).build();
}

Bytes pppoe(const Bytes& protocol, const Bytes& frame, Way way) {
  const Bytes ppp = joined({protocol, ip_of(frame)});
  const Bytes header = {0x11, 0x00, 0x12, 0x34};
  return in_ethernet(0x8864,
                     joined({header, be16(static_cast<unsigned>(ppp.size())), ppp, Bytes(3)}), way);
}
Bytes label(unsigned value, bool bottom) {
  return {static_cast<std::uint8_t>(value >> 12U), static_cast<std::uint8_t>(value >> 4U & 0xffU),
          static_cast<std::uint8_t>((value & 15U) << 4U | (bottom ? 1U : 0U)), 63};
}
unsigned by_way(Way way, unsigned to_server, unsigned to_client) {
  return way == Way::ToServer ? to_server : to_client;
}
Bytes gre_checksummed(Bytes header, const Bytes& content) {
  Bytes all = joined({std::move(header), content});
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    sum += i % 2 == 0 ? all[i] * 256U : all[i];
    sum = (sum & 0xffffU) + (sum >> 16U);
  }
  const std::uint32_t value = ~sum & 0xffffU;
  all[4] = static_cast<std::uint8_t>(value >> 8U);
  all[5] = static_cast<std::uint8_t>(value & 0xffU);
  return all;
}
Bytes vxlan_header() { return {0x08, 0, 0, 0, 0, 0x12, 0x67, 0}; }
Bytes gtp(std::uint8_t flags, const Bytes& optional, const Bytes& ip, Way way) {
  const auto size = static_cast<unsigned>(optional.size() + ip.size());
  return joined({{flags, 255},
                 be16(size),
                 {0, 0, 0x11, way == Way::ToServer ? std::uint8_t{1} : std::uint8_t{2}},
                 optional,
                 ip});
}

std::vector<Wrapping> make() {
  return {
      {"pppoe",
       Tunnel::Pppoe,
       {Pppoe, Ppp},
       false,
       [](const Bytes& frame, Way way) {
         return pppoe(is_v4(ip_of(frame)) ? Bytes{0x00, 0x21} : Bytes{0x00, 0x57}, frame, way);
       }},
      {"pppoe-compressed",
       Tunnel::Pppoe,
       {Pppoe, Ppp},
       false,
       [](const Bytes& frame, Way way) {
         return pppoe(is_v4(ip_of(frame)) ? Bytes{0x21} : Bytes{0x57}, frame, way);
       }},
      {"mpls",
       Tunnel::Mpls,
       {Mpls},
       true,
       [](const Bytes& frame, Way way) {
         return in_ethernet(0x8847, joined({label(by_way(way, 16, 99), true), ip_of(frame)}), way);
       }},
      {"mpls-stack",
       Tunnel::Mpls,
       {Mpls, Mpls, Mpls},
       true,
       [](const Bytes& frame, Way way) {
         return in_ethernet(0x8847,
                            joined({label(by_way(way, 16, 99), false), label(17, false),
                                    label(by_way(way, 300000, 5), true), ip_of(frame)}),
                            way);
       }},
      {"mpls-pseudowire",
       Tunnel::Mpls,
       {Mpls, Pseudowire, Ethernet},
       true,
       [](const Bytes& frame, Way way) {
         return in_ethernet(
             0x8847, joined({label(by_way(way, 16, 99), true), Bytes(4), inner_frame(frame, way)}),
             way);
       }},
      {"gre",
       Tunnel::Gre,
       {Ipv4, Gre},
       false,
       [](const Bytes& frame, Way way) {
         const Bytes ip = ip_of(frame);
         return gre4(joined({Bytes(2), ether_type_of(ip), ip}), way);
       }},
      {"gre-all-fields",
       Tunnel::Gre,
       {Ipv4, Gre},
       false,
       [](const Bytes& frame, Way way) {
         const Bytes ip = ip_of(frame);
         return gre4(
             gre_checksummed(
                 joined({{0xb0, 0x00}, ether_type_of(ip), Bytes(4), {0, 0, 0, 7}, {0, 0, 0, 1}}),
                 ip),
             way);
       }},
      {"gre-ethernet-ipv6",
       Tunnel::Gre,
       {Ipv6, Gre, Ethernet},
       false,
       [](const Bytes& frame, Way way) {
         return tunnel_ipv6(way)
             .destination_options()
             .protocol(kGreProtocol)
             .payload(joined({{0, 0, 0x65, 0x58}, tagged_inner_frame(frame, way)}))
             .build();
       }},
      {"gre-udp",
       Tunnel::Gre,
       {Ipv4, Udp, Gre},
       false,
       [](const Bytes& frame, Way way) {
         const Bytes ip = ip_of(frame);
         return udp4(4754, joined({Bytes(2), ether_type_of(ip), ip}), way);
       }},
      {"pptp",
       Tunnel::Gre,
       {Ipv4, Pptp, Ppp},
       true,
       [](const Bytes& frame, Way way) {
         const Bytes ip = ip_of(frame);
         const Bytes ppp =
             joined({{0xff, 0x03, 0x00, is_v4(ip) ? std::uint8_t{0x21} : std::uint8_t{0x57}}, ip});
         return gre4(joined({{0x30, 0x81, 0x88, 0x0b},
                             be16(static_cast<unsigned>(ppp.size())),
                             be16(by_way(way, 7, 8)),
                             {0, 0, 0, 9},
                             {0, 0, 0, 8},
                             ppp}),
                     way);
       }},
      {"erspan",
       Tunnel::Gre,
       {Ipv4, Gre, Erspan, Ethernet},
       true,
       [](const Bytes& frame, Way way) {
         return gre4(joined({{0x10, 0x00, 0x88, 0xbe},
                             {0, 0, 0, 5},
                             {0x10, 7, 0, 5, 0, 0, 0, 18},
                             inner_frame(frame, way)}),
                     way);
       }},
      {"vxlan",
       Tunnel::Vxlan,
       {Ipv4, Udp, Vxlan, Ethernet},
       false,
       [](const Bytes& frame, Way way) {
         return udp4(4789, joined({vxlan_header(), inner_frame(frame, way)}), way);
       }},
      {"vxlan-ipv6-tagged",
       Tunnel::Vxlan,
       {Ipv6, Udp, Vxlan, Ethernet},
       false,
       [](const Bytes& frame, Way way) {
         return udp6(4789, joined({vxlan_header(), tagged_inner_frame(frame, way)}), way);
       }},
      {"geneve",
       Tunnel::Geneve,
       {Ipv4, Udp, Geneve, Ethernet},
       false,
       [](const Bytes& frame, Way way) {
         return udp4(6081,
                     joined({{0x02, 0, 0x65, 0x58, 0, 0, 9, 0},
                             {1, 8, 1, 1, 2, 3, 4, 5},
                             inner_frame(frame, way)}),
                     way);
       }},
      {"geneve-ip-ipv6",
       Tunnel::Geneve,
       {Ipv6, Udp, Geneve},
       false,
       [](const Bytes& frame, Way way) {
         const Bytes ip = ip_of(frame);
         return udp6(6081, joined({Bytes(2), ether_type_of(ip), {0, 0, 9, 0}, ip}), way);
       }},
      {"gtp-u",
       Tunnel::GtpU,
       {Ipv4, Udp, GtpU},
       true,
       [](const Bytes& frame, Way way) {
         return udp4(2152, gtp(0x30, {}, ip_of(frame), way), way);
       }},
      {"gtp-u-extensions",
       Tunnel::GtpU,
       {Ipv6, Udp, GtpU},
       true,
       [](const Bytes& frame, Way way) {
         const Bytes optional = {0, 5, 0, 0x85, 1, 0, 9, 0xc0, 2, 1, 2, 3, 4, 5, 6, 0};
         return udp6(2152, gtp(0x36, optional, ip_of(frame), way), way);
       }},
      {"ip-in-ipv4",
       Tunnel::IpInIp,
       {Ipv4},
       false,
       [](const Bytes& frame, Way way) {
         const Bytes ip = ip_of(frame);
         return tunnel_ipv4(way).protocol(is_v4(ip) ? kIpInIp4 : kIpInIp6).payload(ip).build();
       }},
      {"ip-in-ipv6",
       Tunnel::IpInIp,
       {Ipv6},
       false,
       [](const Bytes& frame, Way way) {
         const Bytes ip = ip_of(frame);
         return tunnel_ipv6(way)
             .destination_options()
             .protocol(is_v4(ip) ? kIpInIp4 : kIpInIp6)
             .payload(ip)
             .build();
       }},
      {"ip-in-ip-in-gre-in-vxlan",
       Tunnel::Vxlan,
       {Ipv4, Udp, Vxlan, Ethernet, Ipv4, Gre, Ipv6, Ipv4},
       false,
       [](const Bytes& frame, Way way) {
         const Bytes ip = ip_of(frame);
         const Bytes first =
             tunnel_ipv4(way).protocol(is_v4(ip) ? kIpInIp4 : kIpInIp6).payload(ip).build();
         const Bytes second = tunnel_ipv6(way).protocol(kIpInIp4).payload(ip_of(first)).build();
         const Bytes third =
             gre4(joined({Bytes(2), ether_type_of(ip_of(second)), ip_of(second)}), way);
         return udp4(4789, joined({vxlan_header(), inner_frame(third, way)}), way);
       }},
  };
}

}  // namespace

Bytes ip_of(const Bytes& frame) { return {frame.begin() + 14, frame.end()}; }

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

PacketBuilder tunnel_ipv4(Way way) {
  return way == Way::ToServer ? outer_frame(way).ipv4("198.51.100.1", "198.51.100.9")
                              : outer_frame(way).ipv4("198.51.100.9", "198.51.100.1");
}

PacketBuilder tunnel_ipv6(Way way) {
  return way == Way::ToServer ? outer_frame(way).ipv6("2001:db8:51::1", "2001:db8:51::9")
                              : outer_frame(way).ipv6("2001:db8:51::9", "2001:db8:51::1");
}

const std::vector<Wrapping>& wrappings() {
  static const std::vector<Wrapping> all = make();
  return all;
}

const Wrapping& wrapping(std::string_view name) {
  for (const Wrapping& row : wrappings()) {
    if (row.name == name) {
      return row;
    }
  }
  std::fprintf(stderr, "there is no wrapping %.*s\n", static_cast<int>(name.size()), name.data());
  std::abort();
}

}  // namespace luytre::test
