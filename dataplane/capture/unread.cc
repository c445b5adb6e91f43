// SPDX-License-Identifier: Apache-2.0
#include "unread.h"

#include <algorithm>

#include "captured_frame.h"
#include "dataplane/decode.h"
#include "dataplane/quic/packet.h"

namespace luytre::dataplane {
namespace {

constexpr std::array<UnreadRow, kUnreadCount> kRows = {{
    {Unread::SnapLength, "snap_length", "cut by the capture's snap length"},
    {Unread::Pppoe, "pppoe", "PPPoE without IP (discovery, LCP)"},
    {Unread::Mpls, "mpls", "MPLS without IP"},
    {Unread::NotIp, "not_ip", "no IP (ARP and others)"},
    {Unread::TooDeep, "too_deep", "over four VLAN tags or four tunnels in each other"},
    {Unread::Malformed, "malformed", "malformed IP, TCP or UDP header"},
    {Unread::IpTunnel, "ip_tunnel",
     "tunnel in IP that is not read (GRE of other protocols, ESP, L2TP)"},
    {Unread::UdpTunnel, "udp_tunnel",
     "UDP port of a tunnel that is not read (L2TP, Teredo, AYIYA, CAPWAP, …)"},
    {Unread::Quic, "quic", "QUIC of a version that is not read"},
}};

// IANA "Protocol Numbers": IPv4, IPv6, GRE, ESP, L2TP.
constexpr std::array<std::uint8_t, 5> kIpTunnels = {4, 41, 47, 50, 115};

// IANA "Service Name and Transport Protocol Port Number Registry": L2TP, GTP-U, Teredo, GRE, VXLAN,
// AYIYA, CAPWAP data, Geneve; 8472 is what Linux used for VXLAN first. What is behind them was not
// read if the packet is still the innermost one.
constexpr std::array<std::uint16_t, 9> kUdpTunnels = {1701, 2152, 3544, 4754, 4789,
                                                      5072, 5247, 6081, 8472};


constexpr bool holds(const auto& numbers, auto number) noexcept {
  return std::ranges::find(numbers, number) != numbers.end();
}

Unread not_ip_cause(std::uint16_t ether_type) noexcept {
  switch (ether_type) {
    case 0x8863:
    case 0x8864:
      return Unread::Pppoe;
    case 0x8847:
    case 0x8848:
      return Unread::Mpls;
    default:
      return Unread::NotIp;
  }
}

bool is_unread_quic(std::span<const std::uint8_t> frame, const PacketView& view) noexcept {
  const auto kind = quic::take_apart(frame.subspan(view.payload_offset, view.payload_size)).kind;
  return kind == quic::DatagramKind::UnknownVersion || kind == quic::DatagramKind::GoogleQuic;
}

std::optional<Unread> transport_cause(std::span<const std::uint8_t> frame,
                                      const PacketView& view) noexcept {
  if (holds(kIpTunnels, view.protocol)) {
    return Unread::IpTunnel;
  }
  if (view.protocol != ip_protocol::kUdp) {
    return std::nullopt;
  }
  if (is_unread_quic(frame, view)) {
    return Unread::Quic;
  }
  const bool tunnel = holds(kUdpTunnels, view.destination_port);
  return tunnel ? std::optional(Unread::UdpTunnel) : std::nullopt;
}

}  // namespace

const std::array<UnreadRow, kUnreadCount>& unread_rows() noexcept { return kRows; }

std::optional<Unread> why_unread(std::span<const std::uint8_t> frame, bool is_cut) noexcept {
  PacketView view;
  switch (decode(frame, view)) {
    case DecodeResult::Ok:
      // A fragment is read once its datagram is whole; until then nobody can say.
      return view.is_fragment ? std::nullopt : transport_cause(frame, view);
    case DecodeResult::NotIp:
      return not_ip_cause(ether_type_of(frame));
    case DecodeResult::TooManyTags:
    case DecodeResult::TooDeep:
      return Unread::TooDeep;
    case DecodeResult::Truncated:
      return is_cut ? Unread::SnapLength : Unread::Malformed;
    case DecodeResult::BadIpHeader:
    case DecodeResult::BadExtension:
    case DecodeResult::BadTransport:
      return Unread::Malformed;
  }
  return Unread::Malformed;
}

}  // namespace luytre::dataplane
