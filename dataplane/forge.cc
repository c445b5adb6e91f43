// SPDX-License-Identifier: Apache-2.0
#include "dataplane/forge.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/byte_order.h"
#include "checksum.h"
#include "outer_headers.h"

// Forged packets carry the shortest headers: no IPv4 options, no IPv6 extension headers, no TCP
// options but timestamps. A source route of the client is thereby not answered in reverse, which RFC
// 1122 §3.2.1.8 leaves to the upper layer.

namespace luytre::dataplane {
namespace {

constexpr std::size_t kIpv4Bytes = 20;
constexpr std::size_t kIpv6Bytes = 40;
constexpr std::size_t kTcpBytes = 20;
constexpr std::size_t kUdpBytes = 8;
constexpr std::size_t kIcmpBytes = 8;
constexpr std::size_t kMaxIpPayload = 65535;
// NOP, NOP, then kind, length and two numbers (RFC 7323 §3.2, appendix A).
constexpr std::size_t kTimestampBytes = 12;

constexpr std::uint8_t kDontFragment = 0x40;
constexpr std::uint8_t kDscpBits = 0xfc;             // of TOS and traffic class; the rest is ECN
constexpr std::uint8_t kTosBits = 0x1c;              // RFC 1349 §3, without what is ECN today
constexpr std::uint8_t kInternetworkControl = 0xc0;  // precedence 6 (RFC 791 §3.1)

// Quoted packets end where the error itself reaches the smallest size that every host must accept:
// RFC 1812 §4.3.2.3 for IPv4, RFC 4443 §2.4(c) for IPv6.
constexpr std::size_t kIcmpV4ErrorBytes = 576;
constexpr std::size_t kIcmpV6ErrorBytes = 1280;

std::size_t ip_header_bytes(const PacketView& view) noexcept {
  return view.ip_version == 4 ? kIpv4Bytes : kIpv6Bytes;
}

// What the IP header of a forged packet says.
struct Envelope {
  const categories::IpAddress& source;
  const categories::IpAddress& destination;
  std::uint8_t protocol = 0;
  std::uint8_t hop_limit = kDefaultHopLimit;
  std::uint8_t traffic_class = 0;
  std::uint8_t ipv4_flags = kDontFragment;
  std::uint16_t identification = 0;  // IPv4
  std::uint32_t flow_label = 0;      // IPv6
};

void write_ipv4(std::uint8_t* header, const Envelope& envelope,
                std::size_t transport_bytes) noexcept {
  header[0] = 0x45;
  header[1] = envelope.traffic_class;
  store_be16(header + 2, static_cast<std::uint16_t>(kIpv4Bytes + transport_bytes));
  store_be16(header + 4, envelope.identification);
  header[6] = envelope.ipv4_flags;
  header[7] = 0;
  header[8] = envelope.hop_limit;
  header[9] = envelope.protocol;
  store_be16(header + 10, 0);
  const auto source = envelope.source.octets().last<4>();
  const auto destination = envelope.destination.octets().last<4>();
  std::memcpy(header + 12, source.data(), source.size());
  std::memcpy(header + 16, destination.data(), destination.size());
  Checksum checksum;
  checksum.add(std::span<const std::uint8_t>(header, kIpv4Bytes));
  store_be16(header + 10, checksum.value());
}

void write_ipv6(std::uint8_t* header, const Envelope& envelope,
                std::size_t transport_bytes) noexcept {
  store_be32(header,
             0x60000000U | std::uint32_t{envelope.traffic_class} << 20U | envelope.flow_label);
  store_be16(header + 4, static_cast<std::uint16_t>(transport_bytes));
  header[6] = envelope.protocol;
  header[7] = envelope.hop_limit;
  std::memcpy(header + 8, envelope.source.octets().data(), 16);
  std::memcpy(header + 24, envelope.destination.octets().data(), 16);
}

void write_ip(std::uint8_t* header, std::uint8_t version, const Envelope& envelope,
              std::size_t transport_bytes) noexcept {
  if (version == 4) {
    write_ipv4(header, envelope, transport_bytes);
  } else {
    write_ipv6(header, envelope, transport_bytes);
  }
}

std::uint16_t transport_checksum(const Envelope& envelope,
                                 std::span<const std::uint8_t> transport) noexcept {
  Checksum checksum;
  checksum.add_pseudo_header(envelope.source, envelope.destination, envelope.protocol,
                             transport.size());
  checksum.add(transport);
  return checksum.value();
}

std::uint16_t plausible_identification(std::uint32_t changing) noexcept {
  const std::uint32_t mixed = changing * 0x9e3779b1U;
  return static_cast<std::uint16_t>((mixed >> 16U) | 1U);
}

std::uint8_t traffic_class_of(const std::uint8_t* ip, std::uint8_t version) noexcept {
  return version == 4 ? ip[1] : static_cast<std::uint8_t>(load_be16(ip) >> 4U);
}

// `changing`: what differs between packets of a flow.
Envelope in_servers_name(const PacketView& view, std::uint8_t protocol, std::uint8_t hop_limit,
                         std::uint32_t changing) noexcept {
  return {.source = view.destination,
          .destination = view.source,
          .protocol = protocol,
          .hop_limit = hop_limit,
          .identification = plausible_identification(changing)};
}

// As the client's next packet after this one. The flow label stays with its flow, so that load
// balancers send the segment the way of the others (RFC 6438).
Envelope in_clients_name(const Packet& packet, const PacketView& view) noexcept {
  const std::uint8_t* ip = packet.bytes + view.network_offset;
  Envelope envelope{
      .source = view.source, .destination = view.destination, .protocol = ip_protocol::kTcp};
  envelope.traffic_class = traffic_class_of(ip, view.ip_version) & kDscpBits;
  if (view.ip_version == 4) {
    const std::uint16_t identification = load_be16(ip + 4);
    envelope.ipv4_flags = ip[6] & kDontFragment;
    const bool counts = identification != 0 || envelope.ipv4_flags == 0;
    envelope.identification = static_cast<std::uint16_t>(identification + (counts ? 1U : 0U));
    envelope.hop_limit = ip[8];
  } else {
    envelope.flow_label = load_be32(ip) & 0x000fffffU;
    envelope.hop_limit = ip[7];
  }
  return envelope;
}

// What distinguishes the client's datagrams from one another.
std::uint32_t changing_of(const Packet& packet, const PacketView& view) noexcept {
  return std::uint32_t{view.source_port} << 16U | load_be16(packet.bytes + view.network_offset + 4);
}

std::size_t tcp_header_bytes(const TcpSegment& segment) noexcept {
  return kTcpBytes + (segment.timestamps ? kTimestampBytes : 0);
}

// All but ports and checksum.
void write_tcp(std::uint8_t* tcp, const TcpSegment& segment) noexcept {
  const std::size_t header_bytes = tcp_header_bytes(segment);
  store_be32(tcp + 4, segment.sequence);
  store_be32(tcp + 8, segment.acknowledgement);
  tcp[12] = static_cast<std::uint8_t>(header_bytes / 4 << 4U);
  tcp[13] = segment.flags;
  store_be16(tcp + 14, segment.window);
  store_be32(tcp + 16, 0);  // checksum, urgent pointer
  if (segment.timestamps) {
    store_be32(tcp + kTcpBytes, 0x0101080a);  // NOP, NOP, kind 8, length 10
    store_be32(tcp + kTcpBytes + 4, segment.timestamps->value);
    store_be32(tcp + kTcpBytes + 8, segment.timestamps->echo);
  }
  if (!segment.payload.empty()) {
    std::memcpy(tcp + header_bytes, segment.payload.data(), segment.payload.size());
  }
}

}  // namespace

bool forge_udp_reply_in_place(Packet& packet, const PacketView& view, std::uint16_t payload_size,
                              const ReturnPaths* paths, std::uint8_t hop_limit) noexcept {
  OuterHeaders outer;
  if (!outer.choose(packet, view, Towards::Client, paths)) {
    return false;
  }
  const std::size_t datagram_bytes = kUdpBytes + payload_size;
  const std::size_t udp_offset = outer.size() + ip_header_bytes(view);
  const std::size_t frame_bytes = udp_offset + datagram_bytes;
  if (view.protocol != ip_protocol::kUdp || view.payload_offset == 0 ||
      frame_bytes > packet.capacity ||
      std::size_t{view.payload_offset} + payload_size > packet.capacity ||
      kIpv4Bytes + datagram_bytes > kMaxIpPayload) {
    return false;
  }
  const Envelope envelope =
      in_servers_name(view, ip_protocol::kUdp, hop_limit, changing_of(packet, view));
  std::uint8_t* datagram = packet.bytes + udp_offset;
  // Options and extension headers are left out, and the way back may have other outer headers.
  if (view.payload_offset != udp_offset + kUdpBytes) {
    std::memmove(datagram + kUdpBytes, packet.bytes + view.payload_offset, payload_size);
  }
  outer.write(packet.bytes);
  write_ip(packet.bytes + outer.size(), view.ip_version, envelope, datagram_bytes);
  store_be16(datagram, view.destination_port);
  store_be16(datagram + 2, view.source_port);
  store_be16(datagram + 4, static_cast<std::uint16_t>(datagram_bytes));
  store_be16(datagram + 6, 0);
  const std::uint16_t checksum = transport_checksum(envelope, {datagram, datagram_bytes});
  // Zero would say "no checksum" (RFC 768), which IPv6 forbids (RFC 8200 §8.1).
  store_be16(datagram + 6, checksum == 0 ? std::uint16_t{0xffff} : checksum);
  packet.size = static_cast<std::uint32_t>(frame_bytes);
  outer.complete({packet.bytes, frame_bytes});
  return true;
}

bool forge_tcp(const Packet& packet, const PacketView& view, Towards towards,
               const TcpSegment& segment, Packet& out, const ReturnPaths* paths) noexcept {
  OuterHeaders outer;
  if (!outer.choose(packet, view, towards, paths)) {
    return false;
  }
  const std::size_t tcp_offset = outer.size() + ip_header_bytes(view);
  const std::size_t segment_bytes = tcp_header_bytes(segment) + segment.payload.size();
  const std::size_t frame_bytes = tcp_offset + segment_bytes;
  if (view.protocol != ip_protocol::kTcp || view.payload_offset == 0 ||
      frame_bytes > out.capacity || kIpv4Bytes + segment_bytes > kMaxIpPayload) {
    return false;
  }
  const bool to_client = towards == Towards::Client;
  outer.write(out.bytes);
  const Envelope envelope = to_client ? in_servers_name(view, ip_protocol::kTcp, segment.hop_limit,
                                                        segment.sequence + segment.flags)
                                      : in_clients_name(packet, view);
  write_ip(out.bytes + outer.size(), view.ip_version, envelope, segment_bytes);

  std::uint8_t* tcp = out.bytes + tcp_offset;
  store_be16(tcp, to_client ? view.destination_port : view.source_port);
  store_be16(tcp + 2, to_client ? view.source_port : view.destination_port);
  write_tcp(tcp, segment);
  store_be16(tcp + 16, transport_checksum(envelope, {tcp, segment_bytes}));
  out.size = static_cast<std::uint32_t>(frame_bytes);
  outer.complete({out.bytes, frame_bytes});
  return true;
}

bool forge_port_unreachable(const Packet& packet, const PacketView& view, Packet& out,
                            const ReturnPaths* paths, std::uint8_t hop_limit) noexcept {
  OuterHeaders outer;
  if (view.ip_version == 0 || view.payload_offset == 0 ||
      !outer.choose(packet, view, Towards::Client, paths)) {
    return false;
  }
  const bool v4 = view.ip_version == 4;
  const std::size_t icmp_offset = outer.size() + ip_header_bytes(view);
  // The client's packet as far as its transport payload reaches: padding of the frame is not part
  // of it.
  const std::size_t quotable = view.payload_offset + view.payload_size - view.network_offset;
  const std::size_t room =
      (v4 ? kIcmpV4ErrorBytes : kIcmpV6ErrorBytes) - ip_header_bytes(view) - kIcmpBytes;
  const std::size_t quoted = std::min(quotable, room);
  const std::size_t frame_bytes = icmp_offset + kIcmpBytes + quoted;
  if (frame_bytes > out.capacity) {
    return false;
  }
  outer.write(out.bytes);
  const std::uint8_t* asked = packet.bytes + view.network_offset;
  Envelope envelope = in_servers_name(view, v4 ? ip_protocol::kIcmp : ip_protocol::kIcmpV6,
                                      hop_limit, changing_of(packet, view));
  if (v4) {
    envelope.traffic_class = kInternetworkControl | (asked[1] & kTosBits);
    envelope.ipv4_flags = 0;
  }
  write_ip(out.bytes + outer.size(), view.ip_version, envelope, kIcmpBytes + quoted);

  std::uint8_t* icmp = out.bytes + icmp_offset;
  icmp[0] = v4 ? 3 : 1;  // destination unreachable (RFC 792; RFC 4443 §3.1)
  icmp[1] = v4 ? 3 : 4;  // port unreachable
  std::memset(icmp + 2, 0, kIcmpBytes - 2);
  std::memcpy(icmp + kIcmpBytes, asked, quoted);
  const std::span<const std::uint8_t> message(icmp, kIcmpBytes + quoted);
  if (v4) {  // no pseudo-header (RFC 792)
    Checksum checksum;
    checksum.add(message);
    store_be16(icmp + 2, checksum.value());
  } else {
    store_be16(icmp + 2, transport_checksum(envelope, message));
  }
  out.size = static_cast<std::uint32_t>(frame_bytes);
  outer.complete({out.bytes, frame_bytes});
  return true;
}

bool has_way_back(const Packet& packet, const PacketView& view, const ReturnPaths* paths) noexcept {
  OuterHeaders outer;
  return outer.choose(packet, view, Towards::Client, paths);
}

}  // namespace luytre::dataplane
