// SPDX-License-Identifier: Apache-2.0
#include "captured_ethernet.h"

#include "base/byte_order.h"
#include "base/cursor.h"
#include "dataplane/packet_view.h"

namespace luytre::dataplane {

EthernetPayload ethernet_payload(std::span<const std::uint8_t> frame) noexcept {
  Cursor cursor(frame);
  cursor.skip(12);
  std::uint16_t ether_type = cursor.u16();
  while (ether_type == 0x8100 || ether_type == 0x88a8 || ether_type == 0x9100) {
    cursor.skip(2);
    ether_type = cursor.u16();
  }
  return {.ether_type = ether_type, .offset = cursor.position()};
}

void restore_offloaded_length(std::span<std::uint8_t> frame) noexcept {
  constexpr std::size_t kIpv4Bytes = 20;
  constexpr std::size_t kIpv6Bytes = 40;
  const EthernetPayload payload = ethernet_payload(frame);
  const std::span<std::uint8_t> ip = frame.subspan(payload.offset);
  if (ip.size() > 0xffff) {
    return;
  }
  if (payload.ether_type == 0x0800 && ip.size() >= kIpv4Bytes && ip[9] == ip_protocol::kTcp &&
      load_be16(&ip[2]) == 0) {
    store_be16(&ip[2], static_cast<std::uint16_t>(ip.size()));
  } else if (payload.ether_type == 0x86dd && ip.size() >= kIpv6Bytes &&
             ip[6] == ip_protocol::kTcp && load_be16(&ip[4]) == 0) {
    store_be16(&ip[4], static_cast<std::uint16_t>(ip.size() - kIpv6Bytes));
  }
}

}  // namespace luytre::dataplane
