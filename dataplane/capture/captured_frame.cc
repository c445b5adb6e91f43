// SPDX-License-Identifier: Apache-2.0
#include "captured_frame.h"

#include "base/byte_order.h"
#include "base/cursor.h"
#include "dataplane/packet_view.h"

namespace luytre::dataplane {
namespace {

constexpr std::size_t kMacsBytes = 12;
constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;

struct EthernetPayload {
  std::uint16_t ether_type = 0;
  std::size_t offset = 0;
};

EthernetPayload ethernet_payload(std::span<const std::uint8_t> frame) noexcept {
  Cursor cursor(frame);
  cursor.skip(kMacsBytes);
  std::uint16_t ether_type = cursor.u16();
  while (ether_type == 0x8100 || ether_type == 0x88a8 || ether_type == 0x9100) {
    cursor.skip(2);
    ether_type = cursor.u16();
  }
  return {.ether_type = ether_type, .offset = cursor.position()};
}

// Loopback's address families are the capturing system's own: 2 is IPv4 everywhere, IPv6 is 24
// (NetBSD, OpenBSD), 28 (FreeBSD), 30 (macOS) or 10 (Linux), and the byte order is its own too. So
// the packet says itself what it is.
std::uint16_t ether_type_by_version(std::span<const std::uint8_t> ip) noexcept {
  if (ip.empty()) {
    return 0;
  }
  return ip[0] >> 4U == 4 ? kEtherTypeIpv4 : ip[0] >> 4U == 6 ? kEtherTypeIpv6 : std::uint16_t{0};
}

}  // namespace

void as_ethernet(LinkLayer layer, std::span<const std::uint8_t> frame,
                 std::vector<std::uint8_t>& out) {
  if (layer == LinkLayer::Ethernet) {
    out.assign(frame.begin(), frame.end());
    return;
  }
  constexpr std::size_t kNoField = 0xff;
  struct Header {
    std::size_t bytes;
    std::size_t ether_type_at;
  };
  const Header header = layer == LinkLayer::LinuxCooked     ? Header{16, 14}
                        : layer == LinkLayer::LinuxCookedV2 ? Header{20, 0}
                        : layer == LinkLayer::BsdLoopback   ? Header{4, kNoField}
                                                            : Header{0, kNoField};
  out.assign(kMacsBytes + 2, 0);
  if (frame.size() < header.bytes) {
    return;
  }
  const auto payload = frame.subspan(header.bytes);
  const std::uint16_t ether_type = header.ether_type_at == kNoField
                                       ? ether_type_by_version(payload)
                                       : load_be16(&frame[header.ether_type_at]);
  store_be16(&out[kMacsBytes], ether_type);
  out.insert(out.end(), payload.begin(), payload.end());
}

std::uint16_t ether_type_of(std::span<const std::uint8_t> frame) noexcept {
  return ethernet_payload(frame).ether_type;
}

void restore_offloaded_length(std::span<std::uint8_t> frame) noexcept {
  constexpr std::size_t kIpv4Bytes = 20;
  constexpr std::size_t kIpv6Bytes = 40;
  const EthernetPayload payload = ethernet_payload(frame);
  const std::span<std::uint8_t> ip = frame.subspan(payload.offset);
  if (ip.size() > 0xffff) {
    return;
  }
  if (payload.ether_type == kEtherTypeIpv4 && ip.size() >= kIpv4Bytes &&
      ip[9] == ip_protocol::kTcp && load_be16(&ip[2]) == 0) {
    store_be16(&ip[2], static_cast<std::uint16_t>(ip.size()));
  } else if (payload.ether_type == kEtherTypeIpv6 && ip.size() >= kIpv6Bytes &&
             ip[6] == ip_protocol::kTcp && load_be16(&ip[4]) == 0) {
    store_be16(&ip[4], static_cast<std::uint16_t>(ip.size() - kIpv6Bytes));
  }
}

}  // namespace luytre::dataplane
