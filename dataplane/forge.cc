// SPDX-License-Identifier: Apache-2.0
#include "dataplane/forge.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/byte_order.h"
#include "checksum.h"
#include "outer_headers.h"

// Forged packets carry the shortest headers: no IPv4 options, no IPv6 extension headers, no TCP
// options. A source route of the client is thereby not answered in reverse, which RFC 1122 §3.2.1.8
// leaves to the upper layer.

namespace luytre::dataplane {
namespace {

constexpr std::size_t kIpv4Bytes = 20;
constexpr std::size_t kIpv6Bytes = 40;
constexpr std::size_t kTcpBytes = 20;
constexpr std::size_t kUdpBytes = 8;
constexpr std::size_t kIcmpBytes = 8;
constexpr std::size_t kMaxIpPayload = 65535;
constexpr std::uint8_t kTtl = 64;

// Quoted packets end where the error itself reaches the smallest size that every host must accept:
// RFC 1812 §4.3.2.3 for IPv4, RFC 4443 §2.4(c) for IPv6.
constexpr std::size_t kIcmpV4ErrorBytes = 576;
constexpr std::size_t kIcmpV6ErrorBytes = 1280;

std::size_t ip_header_bytes(const PacketView& view) noexcept {
  return view.ip_version == 4 ? kIpv4Bytes : kIpv6Bytes;
}

// Addresses and protocol of a forged packet.
struct Envelope {
  const categories::IpAddress& source;
  const categories::IpAddress& destination;
  std::uint8_t protocol = 0;
  std::uint16_t identification = 0;  // IPv4
  std::uint32_t flow_label = 0;      // IPv6
};

void write_ipv4(std::uint8_t* header, const Envelope& envelope,
                std::size_t transport_bytes) noexcept {
  header[0] = 0x45;
  header[1] = 0;
  store_be16(header + 2, static_cast<std::uint16_t>(kIpv4Bytes + transport_bytes));
  store_be16(header + 4, envelope.identification);
  store_be16(header + 6, 0x4000);  // Don't Fragment
  header[8] = kTtl;
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
  store_be32(header, 0x60000000U | envelope.flow_label);
  store_be16(header + 4, static_cast<std::uint16_t>(transport_bytes));
  header[6] = envelope.protocol;
  header[7] = kTtl;
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

// With DF set the value has no meaning (RFC 6864 §4.1), but zero is what filters of forged packets
// look for: derived from what changes between packets of a flow.
std::uint16_t plausible_identification(std::uint32_t changing) noexcept {
  const std::uint32_t mixed = changing * 0x9e3779b1U;
  return static_cast<std::uint16_t>((mixed >> 16U) | 1U);
}

// The client's flow label stays with its flow, so that load balancers send the segment the way of
// the others (RFC 6438). Towards the client nothing is known about the server's label.
std::uint32_t flow_label(const Packet& packet, const PacketView& view, Towards towards) noexcept {
  if (view.ip_version != 6 || towards == Towards::Client) {
    return 0;
  }
  return load_be32(packet.bytes + view.network_offset) & 0x000fffffU;
}

}  // namespace

bool forge_udp_reply_in_place(Packet& packet, const PacketView& view, std::uint16_t payload_size,
                              const ReturnPaths* paths) noexcept {
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
  const Envelope envelope{.source = view.destination,
                          .destination = view.source,
                          .protocol = ip_protocol::kUdp,
                          .identification = plausible_identification(
                              std::uint32_t{view.source_port} << 16U |
                              load_be16(packet.bytes + view.network_offset + 4))};
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
  const std::size_t segment_bytes = kTcpBytes + segment.payload.size();
  const std::size_t frame_bytes = tcp_offset + segment_bytes;
  if (view.protocol != ip_protocol::kTcp || view.payload_offset == 0 ||
      frame_bytes > out.capacity || kIpv4Bytes + segment_bytes > kMaxIpPayload) {
    return false;
  }
  const bool to_client = towards == Towards::Client;
  outer.write(out.bytes);
  const Envelope envelope{
      .source = to_client ? view.destination : view.source,
      .destination = to_client ? view.source : view.destination,
      .protocol = ip_protocol::kTcp,
      .identification = plausible_identification(segment.sequence + segment.flags),
      .flow_label = flow_label(packet, view, towards)};
  write_ip(out.bytes + outer.size(), view.ip_version, envelope, segment_bytes);

  std::uint8_t* tcp = out.bytes + tcp_offset;
  store_be16(tcp, to_client ? view.destination_port : view.source_port);
  store_be16(tcp + 2, to_client ? view.source_port : view.destination_port);
  store_be32(tcp + 4, segment.sequence);
  store_be32(tcp + 8, segment.acknowledgement);
  tcp[12] = (kTcpBytes / 4) << 4U;
  tcp[13] = segment.flags;
  store_be16(tcp + 14, segment.window);
  store_be32(tcp + 16, 0);  // checksum, urgent pointer
  if (!segment.payload.empty()) {
    std::memcpy(tcp + kTcpBytes, segment.payload.data(), segment.payload.size());
  }
  store_be16(tcp + 16, transport_checksum(envelope, {tcp, segment_bytes}));
  out.size = static_cast<std::uint32_t>(frame_bytes);
  outer.complete({out.bytes, frame_bytes});
  return true;
}

bool forge_port_unreachable(const Packet& packet, const PacketView& view, Packet& out,
                            const ReturnPaths* paths) noexcept {
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
  const Envelope envelope{.source = view.destination,
                          .destination = view.source,
                          .protocol = v4 ? ip_protocol::kIcmp : ip_protocol::kIcmpV6,
                          .identification = plausible_identification(
                              std::uint32_t{view.source_port} << 16U |
                              load_be16(packet.bytes + view.network_offset + 4))};
  write_ip(out.bytes + outer.size(), view.ip_version, envelope, kIcmpBytes + quoted);

  std::uint8_t* icmp = out.bytes + icmp_offset;
  icmp[0] = v4 ? 3 : 1;  // destination unreachable (RFC 792; RFC 4443 §3.1)
  icmp[1] = v4 ? 3 : 4;  // port unreachable
  std::memset(icmp + 2, 0, kIcmpBytes - 2);
  std::memcpy(icmp + kIcmpBytes, packet.bytes + view.network_offset, quoted);
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
