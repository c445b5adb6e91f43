// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "dataplane/packet_view.h"

namespace luytre::dataplane {

// A TCP connection as its client opened it, the same for packets of both directions. The VLAN tags
// are part of it, because two lines may use the same private addresses.
struct FlowKey {
  std::array<std::uint64_t, 5> words{};  // client, server, then ports and tags

  // Of a packet that the client sent, and of one that the server sent.
  [[nodiscard]] static FlowKey from_client(const PacketView& view) noexcept {
    return make(view, view.source, view.destination, view.source_port, view.destination_port);
  }
  [[nodiscard]] static FlowKey from_server(const PacketView& view) noexcept {
    return make(view, view.destination, view.source, view.destination_port, view.source_port);
  }
  // Tags have 12 bits; a third and a fourth, which hardly anybody has, are mixed in.
  [[nodiscard]] static std::uint32_t tags_of(const PacketView& view) noexcept {
    return (std::uint32_t{view.outer_vlan} << 16U | view.inner_vlan) ^
           view.further_vlans[0] * 0x9e3779b1U ^ view.further_vlans[1] * 0x85ebca6bU;
  }
  [[nodiscard]] std::uint16_t server_port() const noexcept {
    return static_cast<std::uint16_t>(words[4] >> 32U);
  }
  // Without branches and without a call: nearly every comparison is with the right flow.
  friend bool operator==(const FlowKey& a, const FlowKey& b) noexcept {
    return ((a.words[0] ^ b.words[0]) | (a.words[1] ^ b.words[1]) | (a.words[2] ^ b.words[2]) |
            (a.words[3] ^ b.words[3]) | (a.words[4] ^ b.words[4])) == 0;
  }

 private:
  static FlowKey make(const PacketView& view, const categories::IpAddress& client,
                      const categories::IpAddress& server, std::uint16_t client_port,
                      std::uint16_t server_port) noexcept {
    FlowKey key;
    std::memcpy(&key.words[0], client.octets().data(), 16);
    std::memcpy(&key.words[2], server.octets().data(), 16);
    key.words[4] =
        std::uint64_t{client_port} << 48U | std::uint64_t{server_port} << 32U | tags_of(view);
    return key;
  }
};

// Keyed, so that nobody outside can choose connections that crowd one bucket of the table.
class FlowHasher {
 public:
  explicit FlowHasher(std::uint64_t seed) noexcept {
    for (std::uint64_t& secret : secrets_) {  // splitmix64 (Steele, Lea, Flood 2014)
      seed += 0x9e3779b97f4a7c15U;
      std::uint64_t mixed = (seed ^ seed >> 30U) * 0xbf58476d1ce4e5b9U;
      mixed = (mixed ^ mixed >> 27U) * 0x94d049bb133111ebU;
      secret = mixed ^ mixed >> 31U;
    }
  }

  [[nodiscard]] std::uint64_t operator()(const FlowKey& key) const noexcept {
    const auto& w = key.words;
    const std::uint64_t addresses =
        fold(w[0] ^ secrets_[0], w[1] ^ secrets_[1]) + fold(w[2] ^ secrets_[2], w[3] ^ secrets_[3]);
    return fold(addresses ^ secrets_[4], w[4] ^ secrets_[5]);
  }

 private:
  // Both halves of the 128-bit product: one multiplication mixes 16 bytes.
  static std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Product = unsigned __int128;
    const Product product = static_cast<Product>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
  }

  std::array<std::uint64_t, 6> secrets_{};
};

}  // namespace luytre::dataplane
