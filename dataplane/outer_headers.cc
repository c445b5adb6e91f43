// SPDX-License-Identifier: Apache-2.0
#include "outer_headers.h"

#include <algorithm>
#include <cstring>

#include "base/byte_order.h"
#include "checksum.h"

namespace luytre::dataplane {
namespace {

constexpr std::size_t kMacBytes = 6;
constexpr std::size_t kIpv4Bytes = 20;
constexpr std::size_t kIpv6Bytes = 40;
constexpr std::size_t kPppoeBytes = 6;
constexpr std::size_t kGreBytes = 4;
constexpr std::size_t kGtpBytes = 8;
constexpr std::uint8_t kTtl = 64;
constexpr std::uint8_t kRoutingHeader = 43;
constexpr std::uint8_t kDestinationOptions = 60;

void exchange(std::uint8_t* first, std::size_t bytes) noexcept {
  std::swap_ranges(first, first + bytes, first + bytes);
}

void complete_ipv4(std::span<std::uint8_t> packet, bool exchanged) noexcept {
  std::uint8_t* header = packet.data();
  const std::size_t header_bytes = (header[0] & 0x0fU) * std::size_t{4};
  store_be16(header + 2, static_cast<std::uint16_t>(packet.size()));
  if (exchanged) {
    header[8] = kTtl;
    exchange(header + 12, 4);
    // A route or a record of the client's way would say something else on the way back: End of
    // Option List instead (RFC 791 §3.1).
    std::memset(header + kIpv4Bytes, 0, header_bytes - kIpv4Bytes);
  }
  store_be16(header + 10, 0);
  Checksum checksum;
  checksum.add(packet.first(header_bytes));
  store_be16(header + 10, checksum.value());
}

void complete_ipv6(std::span<std::uint8_t> packet, bool exchanged) noexcept {
  store_be16(packet.data() + 4, static_cast<std::uint16_t>(packet.size() - kIpv6Bytes));
  if (exchanged) {
    packet[7] = kTtl;
    exchange(packet.data() + 8, 16);
  }
}

// The ends' ports stay: the destination's is the tunnel's own in both directions, the source's only
// spreads flows (RFC 7348 §5, RFC 8926 §3.3, RFC 8086 §3.2). Over IPv4 without a checksum, as
// tunnels send; over IPv6 with one, which no receiver may refuse (RFC 6935 §5). The sum of both
// addresses does not depend on their order.
void complete_udp(std::span<std::uint8_t> datagram, const std::uint8_t* ipv6) noexcept {
  store_be16(datagram.data() + 4, static_cast<std::uint16_t>(datagram.size()));
  store_be16(datagram.data() + 6, 0);
  if (ipv6 == nullptr) {
    return;
  }
  Checksum checksum;
  checksum.add(std::span(ipv6 + 8, 32));
  checksum.add(std::uint32_t{ip_protocol::kUdp});
  checksum.add(static_cast<std::uint32_t>(datagram.size()));
  checksum.add(datagram);
  const std::uint16_t value = checksum.value();
  store_be16(datagram.data() + 6, value == 0 ? std::uint16_t{0xffff} : value);
}

// RFC 2784 §2.3: over the GRE header and all that follows.
void complete_gre(std::span<std::uint8_t> gre) noexcept {
  if ((gre[0] & 0x80U) != 0) {
    store_be16(gre.data() + kGreBytes, 0);
    Checksum checksum;
    checksum.add(gre);
    store_be16(gre.data() + kGreBytes, checksum.value());
  }
}

// RFC 2637 §4.1: the payload's length is the upper half of the key.
void complete_pptp(std::span<std::uint8_t> gre) noexcept {
  const std::size_t header_bytes = (gre[1] & 0x80U) != 0 ? 16 : 12;
  store_be16(gre.data() + 4, static_cast<std::uint16_t>(gre.size() - header_bytes));
}

void complete_layer(std::span<std::uint8_t> content, LayerKind kind, bool exchanged,
                    const std::uint8_t* ipv6_below) noexcept {
  switch (kind) {
    case LayerKind::Ethernet:
      if (exchanged) {
        exchange(content.data(), kMacBytes);
      }
      return;
    case LayerKind::Pppoe:
      store_be16(content.data() + 4, static_cast<std::uint16_t>(content.size() - kPppoeBytes));
      return;
    case LayerKind::Ipv4:
      complete_ipv4(content, exchanged);
      return;
    case LayerKind::Ipv6:
      complete_ipv6(content, exchanged);
      return;
    case LayerKind::Udp:
      complete_udp(content, ipv6_below);
      return;
    case LayerKind::Gre:
      complete_gre(content);
      return;
    case LayerKind::Pptp:
      complete_pptp(content);
      return;
    case LayerKind::GtpU:
      store_be16(content.data() + 2, static_cast<std::uint16_t>(content.size() - kGtpBytes));
      return;
    default:  // nothing that depends on what is inside
      return;
  }
}

// From the inside to the outside: an outer checksum covers what is within.
void complete_layers(std::span<std::uint8_t> frame, const Layers& layers, bool exchanged) noexcept {
  const auto list = layers.list();
  for (std::size_t i = list.size(); i > 0; --i) {
    const Layer* below = i > 1 ? &list[i - 2] : nullptr;
    const bool in_ipv6 = below != nullptr && below->kind == LayerKind::Ipv6;
    complete_layer(frame.subspan(list[i - 1].offset), list[i - 1].kind, exchanged,
                   in_ipv6 ? frame.data() + below->offset : nullptr);
  }
}

}  // namespace

bool OuterHeaders::choose(const Packet& packet, const PacketView& view, Towards towards,
                          const ReturnPaths* paths) noexcept {
  bytes_ = {packet.bytes, view.network_offset};
  exchange_ = towards == Towards::Client;
  if (view.encapsulation.empty()) [[likely]] {
    return true;
  }
  if (exchange_ && view.encapsulation.has_one_way()) {
    const ReturnPaths::Path* path = paths == nullptr ? nullptr : paths->find(view);
    if (path == nullptr) {
      return false;
    }
    bytes_ = path->header();
    layers_ = &path->layers;
    exchange_ = false;
    return true;
  }
  read_layers(packet.frame(), view.network_offset, own_layers_);
  layers_ = &own_layers_;
  // Otherwise the frame was cut after it was decoded.
  const bool are_all = own_layers_.list().size() == view.encapsulation.size() + 1;
  return are_all && (!exchange_ || can_be_exchanged());
}

// A routing header names a way in one direction (RFC 8754 §2, RFC 8200 §4.4). Of other extension
// headers the tunnel's own destination options are usual (RFC 2473 §4.1.1) and stay.
bool OuterHeaders::can_be_exchanged() const noexcept {
  return std::ranges::all_of(layers_->list(), [this](const Layer& layer) {
    if (layer.kind != LayerKind::Ipv6) {
      return true;
    }
    const std::uint8_t* header = bytes_.data() + layer.offset;
    const std::uint8_t first = header[6];
    return first != kRoutingHeader &&
           (first != kDestinationOptions || header[kIpv6Bytes] != kRoutingHeader);
  });
}

void OuterHeaders::write(std::uint8_t* frame) const noexcept {
  if (frame != bytes_.data()) {
    std::memcpy(frame, bytes_.data(), bytes_.size());
  }
}

void OuterHeaders::complete(std::span<std::uint8_t> frame) const noexcept {
  if (layers_ != nullptr) [[unlikely]] {
    complete_layers(frame, *layers_, exchange_);
  } else if (exchange_) {
    exchange(frame.data(), kMacBytes);
  }
}

void complete_outer_headers(std::span<std::uint8_t> frame, const Layers& layers) noexcept {
  complete_layers(frame, layers, false);
}

}  // namespace luytre::dataplane
