// SPDX-License-Identifier: Apache-2.0
#include "dataplane/port/worker_spread.h"

#include <cstring>

#include "categories/ip_address.h"
#include "dataplane/decode.h"
#include "dataplane/packet_view.h"

namespace luytre::port {
namespace {

using dataplane::Tunnel;
using dataplane::Tunnels;

// What stands below the outermost IP packet is read through; what is inside of it is not looked at.
constexpr Tunnels kBelowIp = Tunnels::none().with(Tunnel::Pppoe).with(Tunnel::Mpls);

// Both halves of the 128-bit product: one multiplication mixes 16 bytes.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Product = unsigned __int128;
  const Product product = static_cast<Product>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

}  // namespace

WorkerSpread::WorkerSpread(unsigned workers, std::uint64_t seed) noexcept : workers_(workers) {
  for (std::uint64_t& secret : secrets_) {  // splitmix64 (Steele, Lea, Flood 2014)
    seed += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = (seed ^ seed >> 30U) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ mixed >> 27U) * 0x94d049bb133111ebU;
    secret = mixed ^ mixed >> 31U;
  }
}

unsigned WorkerSpread::worker_of(std::span<const std::uint8_t> frame) const noexcept {
  dataplane::PacketView view;
  // Whatever is wrong further up, the addresses are known once the fixed IP header was right.
  static_cast<void>(dataplane::decode(frame, view, kBelowIp));
  if (view.ip_version == 0) {
    return 0;
  }
  const auto hash = [this](const categories::IpAddress& address) {
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), address.octets().data(), sizeof(words));
    return fold(words[0] ^ secrets_[0], words[1] ^ secrets_[1]);
  };
  // A sum, which does not know its order.
  const std::uint64_t pair = hash(view.source) + hash(view.destination);
  const std::uint64_t mixed = fold(pair ^ secrets_[2], secrets_[3]);
  return static_cast<unsigned>((mixed >> 32U) * workers_ >> 32U);
}

}  // namespace luytre::port
