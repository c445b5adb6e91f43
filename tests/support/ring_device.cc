// SPDX-License-Identifier: Apache-2.0
#include "tests/support/ring_device.h"

#include <rte_eth_ring.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "mbuf_packet.h"

namespace luytre::test {
namespace {

constexpr std::size_t kBurst = 64;

rte_ring* make_ring(const std::string& name, unsigned slots) {
  rte_ring* ring =
      rte_ring_create(name.c_str(), slots, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
  if (ring == nullptr) {
    std::fprintf(stderr, "There is no memory for the ring %s.\n", name.c_str());
    std::abort();
  }
  return ring;
}

void free_ring(rte_ring* ring) {
  void* left = nullptr;
  while (rte_ring_dequeue(ring, &left) == 0) {
    rte_pktmbuf_free(static_cast<rte_mbuf*>(left));
  }
  rte_ring_free(ring);
}

}  // namespace

RingDevice::RingDevice(const std::string& name, Slots slots)
    : device_("net_ring_" + name),
      arriving_(make_ring(name + "-arriving", slots.arriving)),
      leaving_(make_ring(name + "-leaving", slots.leaving)) {
  if (rte_eth_from_rings(name.c_str(), &arriving_, 1, &leaving_, 1, 0) < 0) {
    std::fprintf(stderr, "There is no device of the rings %s.\n", name.c_str());
    std::abort();
  }
}

RingDevice::~RingDevice() {
  free_ring(arriving_);
  free_ring(leaving_);
}

std::size_t RingDevice::put(std::span<const dataplane::Packet> packets) noexcept {
  std::size_t put = 0;
  while (put < packets.size()) {
    const auto burst = packets.subspan(put, std::min(kBurst, packets.size() - put));
    std::array<void*, kBurst> mbufs;
    std::ranges::transform(burst, mbufs.begin(), port::to_mbuf);
    const unsigned taken = rte_ring_sp_enqueue_burst(arriving_, mbufs.data(),
                                                     static_cast<unsigned>(burst.size()), nullptr);
    put += taken;
    if (taken < burst.size()) {
      break;
    }
  }
  return put;
}

std::size_t RingDevice::take(std::span<dataplane::Packet> packets) noexcept {
  std::array<rte_mbuf*, kBurst> mbufs;
  const unsigned taken = rte_ring_sc_dequeue_burst_elem(
      leaving_, mbufs.data(), sizeof(rte_mbuf*),
      static_cast<unsigned>(std::min(kBurst, packets.size())), nullptr);
  std::transform(mbufs.begin(), mbufs.begin() + taken, packets.begin(), port::to_packet);
  return taken;
}

}  // namespace luytre::test
