// SPDX-License-Identifier: Apache-2.0
#include "hop_limits.h"

#include <cstring>

#include "dataplane/forge.h"
#include "fold.h"

namespace luytre::dataplane {
namespace {

constexpr std::size_t kIpv4TtlAt = 8;
constexpr std::size_t kIpv6HopLimitAt = 7;

}  // namespace

HopLimits::HopLimits(std::uint64_t hash_seed)
    : secrets_{fold(hash_seed ^ 0x9e3779b97f4a7c15U, 0xbf58476d1ce4e5b9U),
               fold(hash_seed ^ 0xd1b54a32d192ed03U, 0x94d049bb133111ebU)},
      places_(kPlaces) {}

void HopLimits::learn(const Packet& packet, const PacketView& view) noexcept {
  const std::uint8_t* header = packet.bytes + view.network_offset;
  const std::uint8_t arrived = header[view.ip_version == 4 ? kIpv4TtlAt : kIpv6HopLimitAt];
  if (arrived >= kLeast) {
    places_[hash(view.source) % kPlaces] = arrived;
  }
}

std::uint8_t HopLimits::of(const categories::IpAddress& server) const noexcept {
  constexpr std::uint64_t kNearest = 8;
  constexpr std::uint64_t kSpread = 8;
  const std::uint64_t hashed = hash(server);
  const std::uint8_t heard = places_[hashed % kPlaces];
  return heard != 0
             ? heard
             : static_cast<std::uint8_t>(kDefaultHopLimit - kNearest - hashed / kPlaces % kSpread);
}

std::uint64_t HopLimits::hash(const categories::IpAddress& server) const noexcept {
  std::array<std::uint64_t, 2> words;
  std::memcpy(words.data(), server.octets().data(), sizeof words);
  return fold(words[0] ^ secrets_[0], words[1] ^ secrets_[1]);
}

}  // namespace luytre::dataplane
