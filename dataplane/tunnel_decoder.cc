// SPDX-License-Identifier: Apache-2.0
#include "tunnel_decoder.h"

#include <cstddef>

#include "dataplane/layers.h"

// One header a step, with a bound on the steps and no recursion. What is no well-formed header of an
// encapsulation ends the walk, and the last IP packet that was read is the answer: on a tunnel's
// port somebody may talk another protocol.

namespace luytre::dataplane {
namespace {

using namespace headers;

constexpr int kMaxLabels = 8;
constexpr int kMaxGtpExtensions = 8;

// What stands at the beginning of the unread part.
enum class Next : std::uint8_t {
  Nothing,  // that is looked into
  Cut,      // a header that the frame ends in
  TooDeep,
  Ethernet,
  Ipv4,
  Ipv6,
  Pppoe,
  Ppp,
  Mpls,
  Gre,
  Vxlan,
  Geneve,
  GtpU,
};

struct Walk {
  std::span<const std::uint8_t> frame;
  Unread unread;
  Tunnels tunnels;
  Encapsulation below;  // what was stepped over so far
  std::uint16_t link_offset = 0;
  Layers* layers = nullptr;  // where places are wanted too

  // Puts the layer at the beginning of the unread part below what follows.
  [[nodiscard]] bool push(LayerKind kind, std::size_t offset) noexcept {
    if (layers != nullptr) {
      layers->add(kind, offset);
    }
    return below.push(kind);
  }
  [[nodiscard]] Next step_over(LayerKind kind, std::size_t bytes, Next next) noexcept {
    const bool fits = push(kind, offset_of(unread, frame));
    unread.at += bytes;
    return fits ? next : Next::TooDeep;
  }
};

Next after_ether_type(std::uint16_t ether_type, Tunnels tunnels) noexcept {
  switch (ether_type) {
    case kEtherTypeIpv4:
      return Next::Ipv4;
    case kEtherTypeIpv6:
      return Next::Ipv6;
    case 0x8864:
      return tunnels.has(Tunnel::Pppoe) ? Next::Pppoe : Next::Nothing;
    case 0x8847:
    case 0x8848:
      return tunnels.has(Tunnel::Mpls) ? Next::Mpls : Next::Nothing;
    default:
      return Next::Nothing;
  }
}

// Where nothing else says what follows (RFC 4928 §3, TS 29.281 §4.2).
Next by_version(const Unread& unread) noexcept {
  if (unread.size() == 0) {
    return Next::Nothing;
  }
  const unsigned version = unread.at[0] >> 4U;
  return version == 4 ? Next::Ipv4 : version == 6 ? Next::Ipv6 : Next::Nothing;
}

Next read_inner_ethernet(Walk& walk) noexcept {
  const Unread& unread = walk.unread;
  if (unread.size() < kEthernetBytes) {
    return Next::Cut;
  }
  walk.link_offset = offset_of(unread, walk.frame);
  std::size_t bytes = kEthernetBytes;
  std::uint16_t ether_type = load_be16(unread.at + 12);
  for (int tag = 0; is_vlan_tag(ether_type); ++tag) {
    if (tag == kMaxVlanTags) {
      return Next::TooDeep;
    }
    if (unread.size() < bytes + kVlanTagBytes) {
      return Next::Cut;
    }
    ether_type = load_be16(unread.at + bytes + 2);
    bytes += kVlanTagBytes;
  }
  return walk.step_over(LayerKind::Ethernet, bytes, after_ether_type(ether_type, walk.tunnels));
}

// RFC 2516 §4: version and type 1, code 0 in the session stage. Behind LENGTH is padding.
Next read_pppoe(Walk& walk) noexcept {
  constexpr std::size_t kBytes = 6;
  Unread& unread = walk.unread;
  if (unread.size() < kBytes) {
    return Next::Cut;
  }
  if (unread.at[0] != 0x11 || unread.at[1] != 0) {
    return Next::Nothing;
  }
  const std::size_t length = load_be16(unread.at + 4);
  if (length > unread.size() - kBytes) {
    return Next::Cut;
  }
  unread.end = unread.at + kBytes + length;
  return walk.step_over(LayerKind::Pppoe, kBytes, Next::Ppp);
}

// RFC 1661 §2: the protocol field is odd in its last byte and even in its first, which tells a
// compressed one of one byte.
Next read_ppp(Walk& walk) noexcept {
  const Unread& unread = walk.unread;
  if (unread.size() == 0) {
    return Next::Nothing;
  }
  std::size_t bytes = 1;
  unsigned protocol = unread.at[0];
  if ((protocol & 1U) == 0) {
    if (unread.size() < 2) {
      return Next::Nothing;
    }
    protocol = load_be16(unread.at);
    bytes = 2;
  }
  const Next next = protocol == 0x0021   ? Next::Ipv4
                    : protocol == 0x0057 ? Next::Ipv6
                                         : Next::Nothing;
  return next == Next::Nothing ? next : walk.step_over(LayerKind::Ppp, bytes, next);
}

// RFC 3032 §2.1. Nothing says what is behind the bottom label: an IP version, or the zero nibble of
// a pseudowire's control word (RFC 4385 §3), of which only Ethernet's is known (RFC 4448 §4.6: the
// bits behind the nibble are zero). A pseudowire without control word begins with a MAC address,
// which may look like either, and is left alone unless it does not look like IP.
Next read_mpls(Walk& walk) noexcept {
  constexpr std::size_t kLabelBytes = 4;
  Unread& unread = walk.unread;
  for (int label = 0;; ++label) {
    if (unread.size() < kLabelBytes) {
      return Next::Cut;
    }
    if (label == kMaxLabels) {
      return Next::TooDeep;
    }
    const bool is_bottom = (unread.at[2] & 1U) != 0;
    if (walk.step_over(LayerKind::Mpls, kLabelBytes, Next::Mpls) != Next::Mpls) {
      return Next::TooDeep;
    }
    if (is_bottom) {
      break;
    }
  }
  constexpr std::size_t kControlWordBytes = 4;
  if (unread.size() < kControlWordBytes) {
    return Next::Cut;
  }
  return load_be16(unread.at) == 0
             ? walk.step_over(LayerKind::Pseudowire, kControlWordBytes, Next::Ethernet)
             : by_version(unread);
}

// ERSPAN, as switches send it: type II with a sequence number in GRE and a header of 8 bytes
// (version 1), type III with 12 and perhaps 8 more (version 2), type I with neither.
Next read_erspan(Walk& walk, bool has_sequence) noexcept {
  const Unread& unread = walk.unread;
  if (!has_sequence) {
    return walk.step_over(LayerKind::Erspan, 0, Next::Ethernet);
  }
  constexpr std::size_t kType2Bytes = 8;
  constexpr std::size_t kType3Bytes = 12;
  constexpr std::size_t kSubheaderBytes = 8;
  if (unread.size() < kType3Bytes) {
    return Next::Nothing;
  }
  const unsigned version = unread.at[0] >> 4U;
  if (version == 1) {
    return walk.step_over(LayerKind::Erspan, kType2Bytes, Next::Ethernet);
  }
  const std::size_t bytes = kType3Bytes + ((unread.at[11] & 1U) != 0 ? kSubheaderBytes : 0);
  if (version != 2 || unread.size() < bytes) {
    return Next::Nothing;
  }
  return walk.step_over(LayerKind::Erspan, bytes, Next::Ethernet);
}

// RFC 2637 §4.1: GRE version 1 has a key and carries PPP; an acknowledgement alone carries nothing.
Next read_pptp(Walk& walk) noexcept {
  Unread& unread = walk.unread;
  const unsigned flags = load_be16(unread.at);
  constexpr unsigned kKey = 0x2000;
  constexpr unsigned kSequence = 0x1000;
  constexpr unsigned kAcknowledgement = 0x0080;
  if ((flags & (kKey | kSequence)) != (kKey | kSequence) || load_be16(unread.at + 2) != 0x880b) {
    return Next::Nothing;
  }
  const std::size_t bytes = (flags & kAcknowledgement) != 0 ? 16 : 12;
  if (unread.size() < bytes) {
    return Next::Nothing;
  }
  const std::size_t length = load_be16(unread.at + 4);
  if (length > unread.size() - bytes) {
    return Next::Nothing;
  }
  unread.end = unread.at + bytes + length;
  // Address and control of HDLC-like framing (RFC 1662 §3.1), unless they are compressed away.
  const bool framed = length >= 2 && load_be16(unread.at + bytes) == 0xff03;
  return walk.step_over(LayerKind::Pptp, bytes + (framed ? 2 : 0), Next::Ppp);
}

// RFC 2784, with the key and sequence number of RFC 2890. What RFC 1701 added (routing, strict
// source route, recursion) is to be discarded by RFC 2784 §2.3.
Next read_gre(Walk& walk) noexcept {
  const Unread& unread = walk.unread;
  if (unread.size() < 8 && (unread.size() < 4 || (unread.at[0] & 0xb0U) != 0)) {
    return Next::Nothing;
  }
  const unsigned flags = load_be16(unread.at);
  constexpr unsigned kChecksum = 0x8000;
  constexpr unsigned kKey = 0x2000;
  constexpr unsigned kSequence = 0x1000;
  constexpr unsigned kDiscarded = 0x4c00;
  constexpr unsigned kVersion = 0x0007;
  if ((flags & kVersion) == 1) {
    return read_pptp(walk);
  }
  if ((flags & (kDiscarded | kVersion)) != 0) {
    return Next::Nothing;
  }
  const std::size_t bytes = std::size_t{4} + ((flags & kChecksum) != 0 ? 4 : 0) +
                            ((flags & kKey) != 0 ? 4 : 0) + ((flags & kSequence) != 0 ? 4 : 0);
  if (unread.size() < bytes) {
    return Next::Nothing;
  }
  const std::uint16_t protocol = load_be16(unread.at + 2);
  if (protocol == 0x88be || protocol == 0x22eb) {
    const Next erspan = walk.step_over(LayerKind::Gre, bytes, Next::Ethernet);
    return erspan == Next::Ethernet ? read_erspan(walk, (flags & kSequence) != 0) : erspan;
  }
  const Next next = protocol == 0x6558  // transparent Ethernet bridging
                        ? Next::Ethernet
                        : after_ether_type(protocol, walk.tunnels);
  return next == Next::Nothing ? next : walk.step_over(LayerKind::Gre, bytes, next);
}

// RFC 7348 §5: the I flag says that there is a VNI. All other bits are ignored on receipt.
Next read_vxlan(Walk& walk) noexcept {
  constexpr std::size_t kBytes = 8;
  if (walk.unread.size() < kBytes || (walk.unread.at[0] & 0x08U) == 0) {
    return Next::Nothing;
  }
  return walk.step_over(LayerKind::Vxlan, kBytes, Next::Ethernet);
}

// RFC 8926 §3.4: version 0; with the O bit it is a control message between the tunnel's ends.
Next read_geneve(Walk& walk) noexcept {
  constexpr std::size_t kBytes = 8;
  const Unread& unread = walk.unread;
  if (unread.size() < kBytes || unread.at[0] >> 6U != 0 || (unread.at[1] & 0x80U) != 0) {
    return Next::Nothing;
  }
  const std::size_t bytes = kBytes + (unread.at[0] & 0x3fU) * std::size_t{4};
  if (unread.size() < bytes) {
    return Next::Nothing;
  }
  const std::uint16_t protocol = load_be16(unread.at + 2);
  const Next next = protocol == 0x6558 ? Next::Ethernet : after_ether_type(protocol, walk.tunnels);
  return next == Next::Nothing ? next : walk.step_over(LayerKind::Geneve, bytes, next);
}

// 3GPP TS 29.281 §5.1, §5.2: version 1, protocol type GTP, message type G-PDU; four bytes more if
// any of E, S and PN is set, and extension headers behind them if E is.
Next read_gtp_u(Walk& walk) noexcept {
  constexpr std::size_t kBytes = 8;
  constexpr std::uint8_t kGpdu = 255;
  Unread& unread = walk.unread;
  if (unread.size() < kBytes || (unread.at[0] & 0xf0U) != 0x30 || unread.at[1] != kGpdu) {
    return Next::Nothing;
  }
  const std::size_t length = load_be16(unread.at + 2);
  if (length > unread.size() - kBytes) {
    return Next::Nothing;
  }
  const std::size_t all = kBytes + length;
  std::size_t bytes = kBytes;
  if ((unread.at[0] & 0x07U) != 0) {
    bytes += 4;
    std::uint8_t extension = 0;
    if (all >= bytes && (unread.at[0] & 0x04U) != 0) {
      extension = unread.at[bytes - 1];
    }
    for (int count = 0; extension != 0; ++count) {
      const std::size_t words = all > bytes ? unread.at[bytes] : 0;
      if (words == 0 || count == kMaxGtpExtensions || words * 4 > all - bytes) {
        return Next::Nothing;
      }
      bytes += words * 4;
      extension = unread.at[bytes - 1];
    }
  }
  if (bytes > all) {
    return Next::Nothing;
  }
  unread.end = unread.at + all;
  const Next next = walk.step_over(LayerKind::GtpU, bytes, Next::GtpU);
  return next == Next::GtpU ? by_version(unread) : next;
}

Next after_udp(std::uint16_t port, Tunnels tunnels) noexcept {
  switch (port) {
    case tunnel_port::kVxlan:
    case tunnel_port::kLinuxVxlan:
      return tunnels.has(Tunnel::Vxlan) ? Next::Vxlan : Next::Nothing;
    case tunnel_port::kGeneve:
      return tunnels.has(Tunnel::Geneve) ? Next::Geneve : Next::Nothing;
    case tunnel_port::kGtpU:
      return tunnels.has(Tunnel::GtpU) ? Next::GtpU : Next::Nothing;
    case tunnel_port::kGre:
      return tunnels.has(Tunnel::Gre) ? Next::Gre : Next::Nothing;
    default:
      return Next::Nothing;
  }
}

// `view` is of the packet whose payload is unread; it becomes a layer below what follows.
Next after_ip(Walk& walk, const PacketView& view) noexcept {
  Next next = Next::Nothing;
  switch (view.protocol) {
    case ip_protocol::kUdp:
      next = after_udp(view.destination_port, walk.tunnels);
      break;
    case ip_protocol::kGre:
      next = walk.tunnels.has(Tunnel::Gre) ? Next::Gre : Next::Nothing;
      break;
    case ip_protocol::kIpv4:
      next = walk.tunnels.has(Tunnel::IpInIp) ? Next::Ipv4 : Next::Nothing;
      break;
    case ip_protocol::kIpv6:
      next = walk.tunnels.has(Tunnel::IpInIp) ? Next::Ipv6 : Next::Nothing;
      break;
    default:
      break;
  }
  if (next == Next::Nothing) {
    return next;
  }
  const LayerKind kind = view.ip_version == 4 ? LayerKind::Ipv4 : LayerKind::Ipv6;
  if (!walk.push(kind, view.network_offset) ||
      (view.protocol == ip_protocol::kUdp && !walk.push(LayerKind::Udp, view.transport_offset))) {
    return Next::TooDeep;
  }
  return next;
}

// A packet inside of `view`'s, or directly in a link's session. Nothing behind it: `next` says
// Nothing.
DecodeResult read_ip(Walk& walk, Next& next, PacketView& view) noexcept {
  const bool is_inside = view.ip_version != 0;
  const std::size_t offset = static_cast<std::size_t>(walk.unread.at - walk.frame.data());
  if ((is_inside && view.tunnel_depth == kMaxTunnelDepth) || offset > kMaxNetworkOffset) {
    return DecodeResult::TooDeep;
  }
  PacketView inner;
  inner.outer_vlan = view.outer_vlan;
  inner.inner_vlan = view.inner_vlan;
  inner.further_vlans = view.further_vlans;
  inner.tunnel_depth = static_cast<std::uint8_t>(is_inside ? view.tunnel_depth + 1 : 0);
  inner.network_offset = static_cast<std::uint16_t>(offset);
  inner.link_offset = walk.link_offset;
  inner.encapsulation = walk.below;
  const bool v4 = next == Next::Ipv4;
  next = Next::Nothing;
  DecodeResult result = v4 ? read_ipv4(walk.unread, inner) : read_ipv6(walk.unread, inner);
  if (inner.ip_version == 0) {  // no IP header after all
    return is_inside ? DecodeResult::Ok : result;
  }
  view = inner;
  if (result != DecodeResult::Ok || view.is_fragment) {
    return result;
  }
  result = read_transport(walk.unread, walk.frame, view);
  if (result == DecodeResult::Ok) {
    next = after_ip(walk, view);
  }
  return result;
}

DecodeResult descend(Walk& walk, Next next, PacketView& view) noexcept {
  DecodeResult result = view.ip_version == 0 ? DecodeResult::NotIp : DecodeResult::Ok;
  // Every step but those that end the walk puts a layer into `walk.below`, which is bounded.
  for (std::size_t step = 0; step <= Encapsulation::kMax; ++step) {
    switch (next) {
      case Next::Nothing:
        return result;
      case Next::Cut:
        return result == DecodeResult::NotIp ? DecodeResult::Truncated : result;
      case Next::TooDeep:
        return result == DecodeResult::NotIp ? result : DecodeResult::TooDeep;
      case Next::Ethernet:
        next = read_inner_ethernet(walk);
        break;
      case Next::Ipv4:
      case Next::Ipv6:
        result = read_ip(walk, next, view);
        if (result != DecodeResult::Ok) {
          return result;
        }
        break;
      case Next::Pppoe:
        next = read_pppoe(walk);
        break;
      case Next::Ppp:
        next = read_ppp(walk);
        break;
      case Next::Mpls:
        next = read_mpls(walk);
        break;
      case Next::Gre:
        next = read_gre(walk);
        break;
      case Next::Vxlan:
        next = read_vxlan(walk);
        break;
      case Next::Geneve:
        next = read_geneve(walk);
        break;
      case Next::GtpU:
        next = read_gtp_u(walk);
        break;
    }
  }
  return DecodeResult::TooDeep;
}

}  // namespace

DecodeResult decode_behind_ethernet(std::span<const std::uint8_t> frame, Unread unread,
                                    std::uint16_t ether_type, Tunnels tunnels,
                                    PacketView& view) noexcept {
  Walk walk{.frame = frame, .unread = unread, .tunnels = tunnels, .below = {}};
  return descend(walk, after_ether_type(ether_type, tunnels), view);
}

DecodeResult decode_behind_ip(std::span<const std::uint8_t> frame, Unread unread, Tunnels tunnels,
                              PacketView& view) noexcept {
  Walk walk{.frame = frame, .unread = unread, .tunnels = tunnels, .below = {}};
  return descend(walk, after_ip(walk, view), view);
}

void read_layers(std::span<const std::uint8_t> frame, std::size_t network_offset,
                 Layers& layers) noexcept {
  layers.clear();
  layers.add(LayerKind::Ethernet, 0);
  PacketView view;
  Walk walk{.frame = frame,
            .unread = {.at = frame.data(), .end = frame.data() + frame.size()},
            .tunnels = Tunnels::all(),
            .below = {},
            .layers = &layers};
  std::uint16_t ether_type = 0;
  if (read_ethernet(walk.unread, ether_type, view) == DecodeResult::Ok) {
    static_cast<void>(descend(walk, after_ether_type(ether_type, walk.tunnels), view));
  }
  layers.cut(network_offset);
}

}  // namespace luytre::dataplane
