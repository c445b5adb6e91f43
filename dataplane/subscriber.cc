// SPDX-License-Identifier: Apache-2.0
#include "subscriber.h"

#include <cstring>
#include <ranges>

#include "dataplane/layers.h"

namespace luytre::dataplane {
namespace {

constexpr std::size_t kMacBytes = 6;

void read_mac(Side from, const Packet& packet, std::size_t ethernet_offset,
              policy::MacAddress& mac) noexcept {
  const std::size_t source = from == Side::Subscriber ? kMacBytes : 0;
  std::memcpy(mac.data(), packet.bytes + ethernet_offset + source, kMacBytes);
}

void read_address(Side from, const Packet& packet, const Layer& layer,
                  policy::IpAddress& address) noexcept {
  const bool outbound = from == Side::Subscriber;
  const std::uint8_t* header = packet.bytes + layer.offset;
  address = layer.kind == LayerKind::Ipv4 ? policy::IpAddress::v4(std::span<const std::uint8_t, 4>(
                                                header + (outbound ? 12 : 16), 4))
                                          : policy::IpAddress::v6(std::span<const std::uint8_t, 16>(
                                                header + (outbound ? 8 : 24), 16));
}

// Whether the frame has addresses besides those of the innermost packet.
bool has_outer_addresses(const PacketView& view) noexcept {
  return view.tunnel_depth != 0 || view.link_offset != 0;
}

// The line that the layers around the innermost packet show, from the inside to the outside.
const policy::Profile* find_outer_line(const policy::PolicySnapshot& policy, Side from,
                                       const Packet& packet, const PacketView& view) noexcept {
  Layers layers;
  read_layers(packet.frame(), view.network_offset, layers);
  // One look-up for each Ethernet frame with the IP header in it, so that MAC address, address and
  // VLAN keep their order; and one for an IP header that stands directly in another.
  policy::SubscriberKey key;
  bool has_address = false;
  for (const Layer& layer : layers.list() | std::views::reverse) {
    const bool is_ip = layer.kind == LayerKind::Ipv4 || layer.kind == LayerKind::Ipv6;
    const bool is_ethernet = layer.kind == LayerKind::Ethernet;
    if (is_ethernet && layer.offset == view.link_offset && layer.offset != 0 && !has_address) {
      continue;  // the innermost packet's own
    }
    if (is_ethernet) {
      read_mac(from, packet, layer.offset, key.mac);
      key.vlan = layer.offset == 0 ? view.outer_vlan : policy::VlanId{0};
    }
    if (is_ethernet || (is_ip && has_address)) {
      const policy::Profile* profile = policy.lookup(key);
      if (profile != policy.unknown_line()) {
        return profile;
      }
      key = {};
      has_address = false;
    }
    if (is_ip) {
      read_address(from, packet, layer, key.address);
      has_address = true;
    }
  }
  return policy.unknown_line();
}

}  // namespace

void read_innermost_key(Side from, const Packet& packet, const PacketView& view,
                        policy::SubscriberKey& key) noexcept {
  key.address = from == Side::Subscriber ? view.source : view.destination;
  if (has_outer_addresses(view)) [[unlikely]] {
    key.vlan = 0;  // the outer frame's: find_outer_line() comes to it last
    key.mac = {};
    if (view.link_offset != 0) {
      read_mac(from, packet, view.link_offset, key.mac);
    }
    return;
  }
  key.vlan = view.outer_vlan;
  if (packet.size >= 2 * kMacBytes) {
    read_mac(from, packet, 0, key.mac);
  } else {  // a shorter frame shows none
    key.mac = {};
  }
}

void find_outer_lines(const policy::PolicySnapshot& policy, Side from,
                      std::span<const Packet> packets, std::span<const PacketView> views,
                      std::span<const policy::Profile*> profiles) noexcept {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (has_outer_addresses(views[i]) && profiles[i] == policy.unknown_line()) [[unlikely]] {
      profiles[i] = find_outer_line(policy, from, packets[i], views[i]);
    }
  }
}

}  // namespace luytre::dataplane
