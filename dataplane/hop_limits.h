// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "categories/ip_address.h"
#include "dataplane/packet.h"
#include "dataplane/packet_view.h"

namespace luytre::dataplane {

// With which TTL or hop limit the packets of servers arrive here, so that what is said in a server's name arrives at
// its client with the same. An octet for each place, which servers share by a keyed hash: whoever is unlucky is given
// another server's, which is still one that packets from the internet have. Fixed memory, one thread.
class HopLimits {
 public:
  // Hosts begin at 64, 128 or 255, and no path is 32 routers long: what arrives with less was sent so on purpose, and
  // an answer with as little might not reach its client.
  static constexpr std::uint8_t kLeast = 32;

  explicit HopLimits(std::uint64_t hash_seed);

  // From a packet of the internet's side.
  void learn(const Packet& packet, const PacketView& view) noexcept;

  // Of a server that was never heard (its packets go another way, or none was needed yet): as if it began at 64, as
  // most do, 8 to 15 routers away, always the same for one server. Exactly 64 would show that nothing is between.
  [[nodiscard]] std::uint8_t of(const categories::IpAddress& server) const noexcept;

 private:
  static constexpr std::size_t kPlaces = std::size_t{1} << 16U;

  [[nodiscard]] std::uint64_t hash(const categories::IpAddress& server) const noexcept;

  std::array<std::uint64_t, 2> secrets_;
  std::vector<std::uint8_t> places_;  // 0: nobody was heard
};

}  // namespace luytre::dataplane
