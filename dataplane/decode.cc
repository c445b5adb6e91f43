// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode.h"

#include "packet_headers.h"
#include "tunnel_decoder.h"

// What a view holds when the result is not Ok: the VLAN tags, and the addresses once the fixed IP
// header was right, so that the line of a malformed packet can still be found.

namespace luytre::dataplane {

DecodeResult decode(std::span<const std::uint8_t> frame, PacketView& view,
                    Tunnels tunnels) noexcept {
  using namespace headers;
  view = PacketView{};
  Unread unread{.at = frame.data(), .end = frame.data() + frame.size()};
  std::uint16_t ether_type = 0;
  DecodeResult result = read_ethernet(unread, ether_type, view);
  if (result != DecodeResult::Ok) {
    return result;
  }
  // Below 0x0600 the field is an IEEE 802.3 length, and what follows is LLC: not IP either.
  if (ether_type != kEtherTypeIpv4 && ether_type != kEtherTypeIpv6) {
    return decode_behind_ethernet(frame, unread, ether_type, tunnels, view);
  }
  view.network_offset = offset_of(unread, frame);
  result = ether_type == kEtherTypeIpv4 ? read_ipv4(unread, view) : read_ipv6(unread, view);
  if (result != DecodeResult::Ok || view.is_fragment) {
    return result;
  }
  result = read_transport(unread, frame, view);
  if (result == DecodeResult::Ok && may_be_tunnel(view)) [[unlikely]] {
    return decode_behind_ip(frame, unread, tunnels, view);
  }
  return result;
}

std::string_view to_string(DecodeResult result) noexcept {
  switch (result) {
    case DecodeResult::Ok:
      return "ok";
    case DecodeResult::NotIp:
      return "not_ip";
    case DecodeResult::Truncated:
      return "truncated";
    case DecodeResult::BadIpHeader:
      return "bad_ip_header";
    case DecodeResult::BadExtension:
      return "bad_extension";
    case DecodeResult::BadTransport:
      return "bad_transport";
    case DecodeResult::TooManyTags:
      return "too_many_tags";
    case DecodeResult::TooDeep:
      return "too_deep";
  }
  return "unknown";
}

}  // namespace luytre::dataplane
